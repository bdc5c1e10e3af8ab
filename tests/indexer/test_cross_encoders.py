"""Any cross-encoder with a score per pair reranks; what is none is refused in one line; without a name none is loaded."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder
from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizer, PreTrainedModel

from crawler.home import Home
from indexer.cross_encoders import CrossEncoderReranker, chosen_second_look
from indexer.errors import ModelError
from indexer.fusion import Scores
from indexer.results import MAX_LIMIT, Need
from indexer.searcher import Searcher
from indexer.settings import rerank_settings
from indexer.snapshot import load_snapshot
from tests.indexer.conftest import FakeEncoder

LETTERS = [chr(c) for c in range(ord("a"), ord("z") + 1)]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *(f"##{letter}" for letter in LETTERS)]
TEXTS = ("laser welding", "a robot for steel frames", "cheese", "welding")
Make = Callable[..., Path]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Writes a tiny BERT of random weights with a token per letter."""

    def write(kind: type[PreTrainedModel] = BertForSequenceClassification, labels: int = 1, seed: int = 1) -> Path:
        folder = tmp_path_factory.mktemp("models") / "tiny"
        folder.mkdir()
        (folder / "vocab.txt").write_text("\n".join(VOCABULARY))
        torch.manual_seed(seed)
        config = BertConfig(
            vocab_size=len(VOCABULARY),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=600,
        )
        config.num_labels = labels
        kind(config).save_pretrained(folder)
        BertTokenizer(vocab=str(folder / "vocab.txt"), model_max_length=600).save_pretrained(folder)
        return folder

    return write


@pytest.fixture(scope="module")
def tiny(make: Make) -> Path:
    return make()


@pytest.fixture(scope="module")
def reranker(tiny: Path) -> CrossEncoderReranker:
    return CrossEncoderReranker(str(tiny))


def test_its_scores_are_those_of_the_library(tiny: Path, reranker: CrossEncoderReranker) -> None:
    plainly = CrossEncoder(str(tiny), device="cpu", max_length=512).predict([("weld", text) for text in TEXTS])
    scores = reranker.scores("weld", TEXTS, None)
    assert scores is not None
    assert np.allclose(scores, plainly, atol=1e-6)
    assert len(set(scores.tolist())) == len(TEXTS)
    assert (reranker.name, len(reranker.digest)) == ("tiny", 64)
    assert reranker._model.max_seq_length == 512  # what is longer is cut, also by models that could read more


def test_its_digest_tells_weights_apart(make: Make, tiny: Path, reranker: CrossEncoderReranker) -> None:
    assert CrossEncoderReranker(str(tiny)).digest == reranker.digest
    assert CrossEncoderReranker(str(make(seed=2))).digest != reranker.digest


def test_half_a_character_and_a_long_text_are_scored_too(reranker: CrossEncoderReranker) -> None:
    scores = reranker.scores("weld \ud83d", ("\udc00 laser", "weld " * 2_000), None)
    assert scores is not None
    assert np.isfinite(scores).all()


def test_who_has_no_turn_in_time_gets_nothing(reranker: CrossEncoderReranker) -> None:
    with reranker._turn:
        assert reranker.scores("weld", TEXTS, time.monotonic() + 0.05) is None
        assert reranker.scores("weld", TEXTS, time.monotonic() - 1) is None
    assert reranker.scores("weld", TEXTS, time.monotonic() + 60) is not None


def test_several_threads_get_what_one_gets(reranker: CrossEncoderReranker) -> None:
    expected = reranker.scores("weld", TEXTS, None)
    assert expected is not None
    found: list[Scores | None] = []
    threads = [threading.Thread(target=lambda: found.append(reranker.scores("weld", TEXTS, None))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(one is not None and np.array_equal(one, expected) for one in found)


def test_a_search_is_ordered_by_it_and_pages_agree(tiny: Path, indexed: Home, fake: FakeEncoder) -> None:
    second_look = chosen_second_look(rerank_settings(model=str(tiny), budget=60_000))
    searcher = Searcher(load_snapshot(indexed), fake, second_look=second_look)
    whole = searcher.search(Need("laser welding", MAX_LIMIT))
    assert whole.reranked is not None
    assert whole.reranked.by == "tiny"
    scores = [match.rerank_score for match in whole.matches if match.rerank_score is not None]
    assert len(scores) == 20
    assert scores == sorted(scores, reverse=True)
    assert scores != [one.rerank_score for one in sorted(whole.matches[:20], key=lambda match: match.plain_rank or 0)]
    page = searcher.search(Need("laser welding", 5, offset=5, reranked=whole.reranked.key))
    assert page.matches == whole.matches[5:10]


@pytest.mark.parametrize(
    ("kind", "labels", "said"),
    [(BertForSequenceClassification, 3, "gives no score for a pair"), (BertModel, 1, "gives no score for a pair")],
)
def test_a_model_without_a_score_per_pair_is_refused(make: Make, kind: type[PreTrainedModel], labels: int, said: str) -> None:
    with pytest.raises(ModelError, match=said) as refused:
        CrossEncoderReranker(str(make(kind, labels)))
    assert "SCOUT_RERANK_MODEL" in str(refused.value)


def test_damaged_weights_are_refused(make: Make) -> None:
    folder = make()
    model = BertForSequenceClassification.from_pretrained(folder)
    torch.nn.init.constant_(model.classifier.weight, float("nan"))
    model.save_pretrained(folder)
    with pytest.raises(ModelError, match=r"without usable numbers.*SCOUT_RERANK_MODEL"):
        CrossEncoderReranker(str(folder))


def test_what_is_no_model_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/config.json").write_text(json.dumps({"model_type": "bert", "architectures": "x"}))
    (tmp_path / "empty").mkdir()
    for model in (str(tmp_path / "nowhere"), str(tmp_path / "empty"), str(tmp_path / "broken"), "no one/at all", "owner/gone"):
        with pytest.raises(ModelError) as refused:
            CrossEncoderReranker(model)
        said = str(refused.value)
        assert "SCOUT_RERANK_MODEL" in said
        assert "SCOUT_INDEX_MODEL" not in said
        assert len(said.splitlines()) == 1


def test_without_a_name_nothing_is_loaded_or_imported(root: Path) -> None:
    assert chosen_second_look(rerank_settings()) is None
    code = (
        "import sys; from indexer.cross_encoders import chosen_second_look; from indexer.settings import rerank_settings\n"
        "print(chosen_second_look(rerank_settings()), {'torch', 'sentence_transformers', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None set()"


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rerank_settings().model_dump() == {"model": "", "budget": 500}
    monkeypatch.setenv("SCOUT_RERANK_MODEL", "/some/where")
    monkeypatch.setenv("SCOUT_RERANK_BUDGET", "80")
    assert rerank_settings().model_dump() == {"model": "/some/where", "budget": 80}
