"""Models are loaded from disk, known by a digest, and turn texts into unit vectors."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

from indexer.encoder import CHUNK, SentenceTransformerEncoder
from indexer.errors import ModelError
from indexer.settings import index_settings

LETTERS = [chr(c) for c in range(ord("a"), ord("z") + 1)]


def save_tiny_model(folder: Path, seed: int) -> Path:
    """Write a BERT of random weights that reads 30 tokens of letters."""
    folder.mkdir(parents=True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
    )
    BertModel(config).save_pretrained(folder)
    BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=32).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("models") / "tiny", seed=1)


@pytest.fixture(scope="module")
def tiny(tiny_folder: Path) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(str(tiny_folder))


def test_the_packaged_model_is_loaded_from_disk(encoder: SentenceTransformerEncoder) -> None:
    # The guard of tests/conftest.py raises when anything beyond loopback is reached for.
    assert (encoder.name, encoder.dimension, encoder.max_tokens) == ("all-MiniLM-L6-v2", 384, 254)
    near = encoder.encode_passages(["a welding robot", "a robot that welds", "cheese from Sardinia"])
    assert near[0] @ near[1] > 0.8
    assert near[0] @ near[2] < 0.4


def test_a_folder_is_loaded_as_the_setting_names_it(
    tiny_folder: Path, tiny: SentenceTransformerEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCOUT_INDEX_MODEL", str(tiny_folder))
    loaded = SentenceTransformerEncoder(index_settings().model)
    assert (loaded.name, loaded.dimension, loaded.max_tokens) == ("tiny", 16, 30)
    assert loaded.digest == tiny.digest


def test_the_digest_stays_after_use_and_differs_for_other_weights_or_limits(
    tiny_folder: Path, tiny: SentenceTransformerEncoder, tmp_path: Path
) -> None:
    used = SentenceTransformerEncoder(str(tiny_folder))
    used.count_tokens(["a b"])
    used.encode_passages(["a b", "c"])
    again = SentenceTransformerEncoder(str(tiny_folder))
    assert used.digest == again.digest == tiny.digest
    others = [SentenceTransformerEncoder(str(save_tiny_model(tmp_path / "other", seed=2)))]
    short = save_tiny_model(tmp_path / "short", seed=1)
    tokenizer = json.loads((short / "tokenizer_config.json").read_text())
    (short / "tokenizer_config.json").write_text(json.dumps({**tokenizer, "model_max_length": 20}))
    others.append(SentenceTransformerEncoder(str(short)))
    moved = SentenceTransformerEncoder(str(save_tiny_model(tmp_path / "elsewhere" / "tiny", seed=1)))
    assert len({tiny.digest, *(one.digest for one in others)}) == 3
    assert moved.digest == tiny.digest


def test_a_model_that_cannot_be_loaded_is_an_error_that_names_the_setting(tmp_path: Path) -> None:
    broken = save_tiny_model(tmp_path / "broken", seed=1)
    (broken / "model.safetensors").write_bytes(b"no weights")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("text")
    for name in (
        str(broken),
        str(tmp_path / "empty"),
        str(tmp_path / "file"),
        str(tmp_path / "missing"),
        "no-such/model-at-all",
    ):
        with pytest.raises(ModelError, match="SCOUT_INDEX_MODEL") as raised:
            SentenceTransformerEncoder(name)
        assert "\n" not in str(raised.value)


def test_vectors_are_of_length_one_and_in_the_order_of_the_texts(tiny: SentenceTransformerEncoder) -> None:
    texts = [letter * (n % 20 + 1) for n in range(CHUNK + 70) for letter in LETTERS[n % 26]]
    told: list[int] = []
    together = tiny.encode_passages(texts, told.append)
    assert told == [CHUNK, len(texts)]
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    for row in range(0, len(texts), 97):
        np.testing.assert_allclose(together[row], tiny.encode_passages([texts[row]])[0], atol=1e-5)


def test_a_need_has_the_vector_of_a_passage_with_the_same_words(encoder: SentenceTransformerEncoder) -> None:
    need = encoder.encode_need("a welding robot")
    assert (need.shape, need.dtype) == ((384,), np.float32)
    np.testing.assert_allclose(need, encoder.encode_passages(["a welding robot"])[0], atol=1e-5)


def test_no_texts_give_no_vectors(encoder: SentenceTransformerEncoder) -> None:
    assert encoder.encode_passages([]).shape == (0, 384)
    assert encoder.count_tokens([]) == []


@pytest.mark.parametrize("text", ["", " ", "\x00\x1b\x7f", "half \ud800 a \udfff character", "😀" * 500, "x" * 100_000])
def test_any_text_has_a_vector_and_a_count(encoder: SentenceTransformerEncoder, text: str) -> None:
    assert np.linalg.norm(encoder.encode_need(text)) == pytest.approx(1.0, abs=1e-4)
    assert np.isfinite(encoder.encode_passages([text])).all()
    assert encoder.count_tokens([text])[0] >= 0


def test_tokens_are_counted_without_the_special_ones_and_beyond_the_limit(tiny: SentenceTransformerEncoder) -> None:
    assert tiny.count_tokens(["a b c", "abc", "", "a " * 100]) == [3, 3, 0, 100]


def test_the_limit_is_what_the_model_reads(tiny: SentenceTransformerEncoder) -> None:
    full = "a " * tiny.max_tokens
    np.testing.assert_allclose(tiny.encode_need(full), tiny.encode_need(full + "z z z"), atol=1e-5)
    assert not np.allclose(tiny.encode_need(full[:-2] + "z"), tiny.encode_need(full), atol=1e-5)


def test_threads_share_a_model(tiny: SentenceTransformerEncoder) -> None:
    texts = ["a b c " * n for n in range(1, 20)]
    expected = [tiny.encode_need(text) for text in texts]
    wrong: list[object] = []

    def work() -> None:
        try:
            for text, vector in zip(texts, expected, strict=True):
                tiny.count_tokens([text])
                if not np.allclose(tiny.encode_need(text), vector, atol=1e-5):
                    wrong.append(text)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test must tell
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
