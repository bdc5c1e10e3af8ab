"""Any sentence-transformers model becomes an Encoder: its prompts, limits and routes are used, and what is none is refused."""

import json
import logging
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense, Router, Transformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from torch.nn import Identity
from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizer, PreTrainedModel

from crawler.home import Home
from indexer.build import build
from indexer.encoder import Encoder, Vector
from indexer.encoders import chosen_encoder
from indexer.errors import ModelError, WrongModelError
from indexer.searcher import Searcher
from indexer.sentence_models import CHUNK, LONGEST, SentenceTransformerEncoder
from indexer.settings import index_settings
from indexer.snapshot import current_manifest, load_snapshot

LETTERS = [chr(c) for c in range(ord("a"), ord("z") + 1)]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *(f"##{letter}" for letter in LETTERS), ":"]
WIDTH = 32
E5 = {"query": "query: ", "passage": "passage: "}
NO_PROMPTS = {"query": "", "passage": ""}


def save_transformer(folder: Path, seed: int = 1, kind: type[PreTrainedModel] = BertModel, positions: int = 64) -> Path:
    """Write a plain BERT of random weights with a token per letter; no sentence-transformers model yet."""
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY))
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=WIDTH,
        max_position_embeddings=positions,
    )
    kind(config).save_pretrained(folder)
    BertTokenizer(vocab=str(folder / "vocab.txt"), model_max_length=positions).save_pretrained(folder)
    return folder


class Options(TypedDict, total=False):
    """Of a sentence-transformers model."""

    prompts: dict[str, str]
    default_prompt_name: str
    truncate_dim: int


@dataclass(frozen=True, slots=True)
class Maker:
    """Writes tiny sentence-transformers models."""

    folder: Path
    plain: Path

    def __call__(
        self, name: str = "tiny", *more: torch.nn.Module, reads: int | None = None, **options: Unpack[Options]
    ) -> Path:
        body = Transformer(str(self.plain), max_seq_length=reads)
        return self.save(name, [body, Pooling(WIDTH, "mean"), *more], **options)

    def save(self, name: str, modules: list[torch.nn.Module], **options: Unpack[Options]) -> Path:
        model = SentenceTransformer(modules=modules, device="cpu", **options)
        model.save(str(self.folder / name), create_model_card=False)
        return self.folder / name


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain transformer."""
    return save_transformer(tmp_path_factory.mktemp("plain") / "plain")


@pytest.fixture
def make(tmp_path: Path, plain: Path) -> Maker:
    return Maker(tmp_path / "models", plain)


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory, plain: Path) -> Path:
    return Maker(tmp_path_factory.mktemp("models"), plain)("tiny", Normalize())


@pytest.fixture(scope="module")
def tiny(tiny_folder: Path) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(str(tiny_folder))


def plainly(folder: Path, text: str, task: str | None = None) -> Vector:
    """The unit vector that sentence-transformers itself gives a text without any prompt."""
    encoded = np.asarray(SentenceTransformer(str(folder), device="cpu").encode([text], prompt="", task=task)[0])
    vector: Vector = encoded / np.linalg.norm(encoded)
    return vector


@pytest.fixture(scope="module")
def packaged() -> SentenceTransformerEncoder:
    """The packaged base model as this road loads it."""
    return SentenceTransformerEncoder()


def same(one: Vector, other: Vector) -> bool:
    return bool(np.allclose(one, other, atol=1e-5))


# What every model needs


def test_the_packaged_model_is_loaded_from_disk(packaged: SentenceTransformerEncoder) -> None:
    # The guard of tests/conftest.py raises when anything beyond loopback is reached for.
    assert (packaged.name, packaged.dimension, packaged.max_tokens) == ("all-MiniLM-L6-v2", 384, 254)
    assert packaged.prompts == NO_PROMPTS
    near = packaged.encode_passages(["a welding robot", "a robot that welds", "cheese from Sardinia"])
    assert near[0] @ near[1] > 0.8
    assert near[0] @ near[2] < 0.4


def test_a_folder_is_loaded_as_the_setting_names_it(
    tiny_folder: Path, tiny: SentenceTransformerEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCOUT_INDEX_MODEL", str(tiny_folder))
    loaded = chosen_encoder(index_settings(), tiny_folder)
    assert (loaded.name, loaded.dimension, loaded.max_tokens) == ("tiny", WIDTH, 62)
    assert (loaded.digest, loaded.prompts) == (tiny.digest, NO_PROMPTS)


def test_the_digest_stays_after_use_and_differs_for_whatever_decides_the_vectors(
    tiny_folder: Path, tiny: SentenceTransformerEncoder, make: Maker, tmp_path: Path
) -> None:
    used = SentenceTransformerEncoder(str(tiny_folder))
    used.count_tokens(["a b"])
    used.encode_passages(["a b", "c"])
    again = SentenceTransformerEncoder(str(tiny_folder))
    assert used.digest == again.digest == tiny.digest
    assert SentenceTransformerEncoder(str(make("moved", Normalize()))).digest == tiny.digest
    weights = Maker(tmp_path / "others", save_transformer(tmp_path / "seed2", seed=2))
    folders = [
        weights("weights", Normalize()),
        make("limit", Normalize(), reads=16),
        make("prompts", Normalize(), prompts=E5),
        make("cut", Normalize(), truncate_dim=8),
        make.save("pooling", [Transformer(str(make.plain)), Pooling(WIDTH, "cls"), Normalize()]),
    ]
    digests = {SentenceTransformerEncoder(str(folder)).digest for folder in folders}
    asked = SentenceTransformerEncoder(str(tiny_folder), query_prompt="q: ").digest
    told = SentenceTransformerEncoder(str(tiny_folder), passage_prompt="q: ").digest
    assert len({tiny.digest, asked, told, *digests}) == 3 + len(folders)


def test_vectors_are_of_length_one_and_in_the_order_of_the_texts(tiny: SentenceTransformerEncoder) -> None:
    texts = [letter * (n % 20 + 1) for n in range(CHUNK + 70) for letter in LETTERS[n % 26]]
    told: list[int] = []
    together = tiny.encode_passages(texts, told.append)
    assert told == [CHUNK, len(texts)]
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    for row in range(0, len(texts), 97):
        np.testing.assert_allclose(together[row], tiny.encode_passages([texts[row]])[0], atol=1e-5)


def test_a_need_has_the_vector_of_a_passage_with_the_same_words(packaged: SentenceTransformerEncoder) -> None:
    need = packaged.encode_need("a welding robot")
    assert need.shape == (384,)
    assert need.dtype == np.float32
    np.testing.assert_allclose(need, packaged.encode_passages(["a welding robot"])[0], atol=1e-5)


def test_no_texts_give_no_vectors(packaged: SentenceTransformerEncoder) -> None:
    assert packaged.encode_passages([]).shape == (0, 384)
    assert packaged.count_tokens([]) == []


@pytest.mark.parametrize("text", ["", " ", "\x00\x1b\x7f", "half \ud800 a \udfff character", "😀" * 500, "x" * 100_000])
def test_any_text_has_a_vector_and_a_count(packaged: SentenceTransformerEncoder, text: str) -> None:
    assert np.linalg.norm(packaged.encode_need(text)) == pytest.approx(1.0, abs=1e-4)
    assert np.isfinite(packaged.encode_passages([text])).all()
    assert packaged.count_tokens([text])[0] >= 0


def test_tokens_are_counted_without_the_special_ones_and_beyond_the_limit(tiny: SentenceTransformerEncoder) -> None:
    assert tiny.count_tokens(["a b c", "abc", "", "a " * 100]) == [3, 3, 0, 100]


def test_threads_share_a_model(tiny: SentenceTransformerEncoder) -> None:
    texts = ["a b c " * n for n in range(1, 20)]
    expected = [(tiny.encode_need(text), tiny.count_tokens([text])) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: (tiny.encode_need(text), tiny.count_tokens([text])), texts * 8))
    for (vector, tokens), (right, count) in zip(found, expected * 8, strict=True):
        np.testing.assert_allclose(vector, right, atol=1e-5)
        assert tokens == count


# Prompts


def check_prompts(folder: Path, encoder: Encoder, query: str, passage: str) -> None:
    """The prompts are really put in front: the vectors are those of the texts written together."""
    assert encoder.prompts == {"query": query, "passage": passage}
    assert same(encoder.encode_need("a b c"), plainly(folder, f"{query}a b c"))
    assert same(encoder.encode_passages(["x", "a b c"])[1], plainly(folder, f"{passage}a b c"))
    assert same(encoder.encode_need("a b c"), encoder.encode_passages(["a b c"])[0]) == (query == passage)


def test_without_prompts_the_text_stands_alone(tiny_folder: Path, tiny: SentenceTransformerEncoder) -> None:
    check_prompts(tiny_folder, tiny, "", "")


@pytest.mark.parametrize("word", ["document", "passage", "corpus"])
def test_the_prompts_of_the_configuration_are_put_in_front(make: Maker, word: str) -> None:
    folder = make(prompts={"query": "ask: ", word: "tell: ", "STS": "both: "})
    check_prompts(folder, SentenceTransformerEncoder(str(folder)), "ask: ", "tell: ")


def test_a_default_prompt_of_the_configuration_is_put_in_front_of_both(make: Maker) -> None:
    folder = make(prompts={"any": "text: "}, default_prompt_name="any")
    check_prompts(folder, SentenceTransformerEncoder(str(folder)), "text: ", "text: ")


def test_a_family_is_known_by_its_folder_its_configuration_its_card_or_the_hubs_cache(make: Maker) -> None:
    by_folder, by_config, by_base, by_card, by_index = map(make, ("multilingual-e5-small", "config", "base", "card", "index"))
    config = json.loads((by_config / "config.json").read_text())
    (by_config / "config.json").write_text(json.dumps({**config, "_name_or_path": "intfloat/multilingual-e5-base"}))
    (by_base / "README.md").write_text("---\nlicense: mit\nbase_model:\n- intfloat/e5-base-v2\n---\n# Mine\nLike bge-m3.\n")
    (by_card / "README.md").write_text("## Multilingual-E5-small\n\nBetter than [bge-small-en](somewhere).\n")
    (by_index / "README.md").write_text("---\nmodel-index:\n- name: multilingual-e5-large\n---\nText about bge-small-en.\n")
    by_cache = make.folder / "models--intfloat--multilingual-e5-small" / "snapshots" / ("0" * 40)
    shutil.copytree(make("moved"), by_cache)
    for folder in (by_folder, by_config, by_base, by_card, by_index, by_cache):
        check_prompts(folder, SentenceTransformerEncoder(str(folder)), "query: ", "passage: ")
    (by_card / "README.md").write_text("# Mine\n\nLike intfloat/multilingual-e5-small, but better.\n")
    check_prompts(by_card, SentenceTransformerEncoder(str(by_card)), "", "")


def test_the_settings_prompts_win_and_an_empty_one_means_none(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make("multilingual-e5-small")
    monkeypatch.setenv("SCOUT_INDEX_MODEL", str(folder))
    monkeypatch.setenv("SCOUT_INDEX_QUERY_PROMPT", "cerca: ")
    check_prompts(folder, chosen_encoder(index_settings(), folder), "cerca: ", "passage: ")
    monkeypatch.setenv("SCOUT_INDEX_PASSAGE_PROMPT", "")
    check_prompts(folder, chosen_encoder(index_settings(), folder), "cerca: ", "")


def test_a_prompt_that_fills_all_that_the_model_reads_is_refused(make: Maker) -> None:
    folder = make(reads=16)
    for prompts in ({"query_prompt": "find this: find this"}, {"passage_prompt": "find this: find this"}):
        with pytest.raises(ModelError, match="SCOUT_INDEX_QUERY_PROMPT"):
            SentenceTransformerEncoder(str(folder), **prompts)


# Limits, lengths, dimensions


@pytest.mark.parametrize(("reads", "prompts", "left"), [(None, {}, 62), (16, {}, 14), (16, E5, 16 - 2 - 8)])
def test_the_limit_is_what_the_model_reads_beside_its_prompt(
    make: Maker, reads: int | None, prompts: dict[str, str], left: int
) -> None:
    encoder = SentenceTransformerEncoder(str(make(reads=reads, prompts=prompts)))
    assert encoder.max_tokens == left
    full = "a " * left
    of = encoder.encode_passages([full, full + "z z z", full[:-2] + "z"])
    assert same(of[0], of[1])
    assert not same(of[0], of[2])


def test_of_a_long_window_only_the_first_512_tokens_are_read(tmp_path: Path) -> None:
    long = Maker(tmp_path / "models", save_transformer(tmp_path / "long", positions=2048))
    encoder = SentenceTransformerEncoder(str(long()))
    assert encoder.max_tokens == LONGEST - 2
    full = "a " * encoder.max_tokens
    assert same(encoder.encode_need(full), encoder.encode_need(full + "z"))


@pytest.mark.parametrize("more", [(), (Normalize(),), (Dense(WIDTH, 8, bias=False, activation_function=Identity()),)])
def test_vectors_are_brought_to_length_one_whatever_the_model_does(make: Maker, more: tuple[torch.nn.Module, ...]) -> None:
    folder = make("model", *more)
    encoder = SentenceTransformerEncoder(str(folder))
    assert encoder.dimension == (8 if more and isinstance(more[0], Dense) else WIDTH)
    made = encoder.encode_passages(["a b c", "x"])
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1.0, atol=1e-5)
    assert same(made[0], plainly(folder, "a b c"))


def test_a_shorter_vector_that_the_configuration_asks_for_is_cut_and_of_length_one(make: Maker) -> None:
    encoder = SentenceTransformerEncoder(str(make("cut", Normalize(), truncate_dim=8)))
    whole = plainly(make("whole", Normalize()), "a b c")
    assert encoder.dimension == 8
    assert same(encoder.encode_need("a b c"), whole[:8] / np.linalg.norm(whole[:8]))


def test_half_precision_is_read_into_full(make: Maker) -> None:
    folder = make()
    SentenceTransformer(str(folder), device="cpu").half().save(str(make.folder / "half"), create_model_card=False)
    half = SentenceTransformerEncoder(str(make.folder / "half"))
    assert {tensor.dtype for tensor in half._model.state_dict().values() if tensor.is_floating_point()} == {torch.float32}
    np.testing.assert_allclose(half.encode_need("a b"), SentenceTransformerEncoder(str(folder)).encode_need("a b"), atol=1e-2)


# Other shapes of model


def test_needs_and_passages_take_their_own_ways_through_an_asymmetric_model(make: Maker, tmp_path: Path) -> None:
    of_needs = Transformer(str(make.plain))
    of_passages = Transformer(str(save_transformer(tmp_path / "two", seed=2)), max_seq_length=16)
    ways = Router.for_query_document([of_needs, Pooling(WIDTH, "mean")], [of_passages, Pooling(WIDTH, "cls")])
    folder = make.save("ways", [ways, Normalize()], prompts={"query": "q: ", "document": "d: "})
    encoder = SentenceTransformerEncoder(str(folder))
    assert encoder.max_tokens == 16 - 2 - 2
    assert same(encoder.encode_need("a b"), plainly(folder, "q: a b", task="query"))
    assert same(encoder.encode_passages(["a b"])[0], plainly(folder, "d: a b", task="document"))
    assert not same(encoder.encode_need("a b"), plainly(folder, "q: a b", task="document"))


def test_an_asymmetric_model_whose_vectors_cannot_be_compared_is_refused(make: Maker) -> None:
    one, two = (Transformer(str(make.plain)) for _ in range(2))
    ways = Router.for_query_document([one, Pooling(WIDTH, "mean")], [two, Pooling(WIDTH, ["mean", "cls"])])
    with pytest.raises(ModelError, match="32 numbers for a need and of 64 for a passage"):
        SentenceTransformerEncoder(str(make.save("ways", [ways])))


def test_a_static_model_without_a_limit_works(make: Maker) -> None:
    words = {word: number for number, word in enumerate(["[UNK]", "one", "two", "a", "b", "q", ":"])}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))  # noqa: S106  # no password
    tokenizer.pre_tokenizer = Whitespace()
    torch.manual_seed(1)
    folder = make.save("static", [StaticEmbedding(tokenizer, embedding_dim=8)], prompts={"query": "q: "})
    encoder = SentenceTransformerEncoder(str(folder))
    assert (encoder.dimension, encoder.max_tokens) == (8, LONGEST)
    assert encoder.count_tokens(["a b a", ""]) == [3, 0]
    assert same(encoder.encode_need("a b"), plainly(folder, "q: a b"))
    assert not encoder.encode_passages([""]).any()


def test_a_plain_transformer_is_taken_with_a_warning(plain: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "indexer"):
        encoder = SentenceTransformerEncoder(str(plain))
    assert "plain transformer" in caplog.text
    assert (encoder.dimension, encoder.max_tokens) == (WIDTH, 62)


def test_a_model_made_for_sentences_loads_without_a_word(
    tiny_folder: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    SentenceTransformerEncoder(str(tiny_folder))
    assert (caplog.text, *capfd.readouterr()) == ("", "", "")


# What is refused


def refused(folder: Path) -> str:
    with pytest.raises(ModelError) as raised:
        SentenceTransformerEncoder(str(folder))
    said = str(raised.value)
    assert "SCOUT_INDEX_MODEL" in said
    assert "\n" not in said
    return said


def without(*names: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return change


def written(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (written("model.safetensors", b"no weights"), "cannot load"),
        (without("model.safetensors"), "cannot load"),
        (without("tokenizer.json", "tokenizer_config.json"), "tokenizer"),
        (without("modules.json", "config.json"), "holds no model"),
        (written("modules.json", b"{]"), "unreadable modules.json"),
        (written("config.json", b"{]"), "unreadable config.json"),
        (written("config_sentence_transformers.json", b'{"model_type": "CrossEncoder"}'), "cross-encoder"),
        (written("config_sentence_transformers.json", b'{"model_type": "SparseEncoder"}'), "sparse encoder"),
        (written("config_sentence_transformers.json", b'{"model_type": "MultiVectorEncoder"}'), "vector per token"),
        (written("modules.json", b'[{"type": "sentence_transformers.sparse_encoder.models.SpladePooling"}]'), "sparse"),
    ],
)
def test_a_damaged_or_other_model_is_refused(make: Maker, damage: Callable[[Path], object], said: str) -> None:
    folder = make()
    damage(folder)
    assert said in refused(folder)


def test_a_cross_encoder_without_a_configuration_of_ours_is_refused(tmp_path: Path) -> None:
    folder = save_transformer(tmp_path / "reranker", kind=BertForSequenceClassification)
    assert "cross-encoder" in refused(folder)


def test_a_model_with_code_of_its_own_is_not_run_and_another_is_named(make: Maker) -> None:
    folder = make("gte-multilingual-base")
    config = json.loads((folder / "config.json").read_text())
    own = {"model_type": "new", "auto_map": {"AutoConfig": "configuration.Own", "AutoModel": "modeling.Own"}}
    (folder / "config.json").write_text(json.dumps({**config, **own}))
    (folder / "configuration.py").write_text("raise SystemExit('it was run')\n")
    said = refused(folder)
    assert "code of its own" in said
    assert "alibaba-nlp-community/gte-multilingual-base" in said


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 0.0])
def test_a_model_whose_vectors_are_no_numbers_or_all_nought_is_refused(make: Maker, number: float) -> None:
    last = Dense(WIDTH, 8, bias=False, activation_function=Identity())
    torch.nn.init.constant_(last.linear.weight, number)
    assert "usable numbers" in refused(make("model", last))


def test_a_vector_that_is_no_numbers_is_an_error_also_later(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = SentenceTransformerEncoder(str(tiny_folder))
    broken = np.full((1, WIDTH), np.nan, np.float32)
    monkeypatch.setattr(encoder._model, "encode_document", lambda *_, **__: broken)
    monkeypatch.setattr(encoder._model, "encode_query", lambda *_, **__: broken)
    with pytest.raises(ModelError, match="not made of numbers"):
        encoder.encode_passages(["a"])
    with pytest.raises(ModelError, match="not made of numbers"):
        encoder.encode_need("a")


@pytest.mark.parametrize(
    "name", ["empty", "file", "missing", "../up", "a/b/c", "~nobody-here/model", "with space", ".", "é", "a" * 300]
)
def test_what_is_neither_a_model_nor_a_name_is_refused_without_asking_the_hub(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("text")
    with pytest.raises(ModelError, match="SCOUT_INDEX_MODEL") as raised:
        SentenceTransformerEncoder(str(tmp_path / name) if name in {"empty", "file", "missing"} else name)
    assert "hub does not" not in str(raised.value)


# In a snapshot


def test_the_snapshot_says_what_it_was_made_with_and_other_prompts_are_another_model(make: Maker, home: Home) -> None:
    folder = make("multilingual-e5-small", Normalize())
    encoder = SentenceTransformerEncoder(str(folder))
    build(home, encoder, index_settings())
    manifest = current_manifest(home)
    assert (manifest.model, manifest.model_digest, manifest.dimension) == ("multilingual-e5-small", encoder.digest, WIDTH)
    assert (manifest.max_tokens, manifest.prompts, manifest.normalised) == (64 - 2 - 8, E5, True)
    Searcher(load_snapshot(home), SentenceTransformerEncoder(str(folder)))
    other = SentenceTransformerEncoder(str(folder), query_prompt="")
    with pytest.raises(WrongModelError, match=r"prompts 'query: ', 'passage: '.*prompts '', 'passage: '"):
        Searcher(load_snapshot(home), other)
    assert build(home, other, index_settings()).embedded > 0
    assert current_manifest(home).prompts == {"query": "", "passage": "passage: "}
