"""The default encoder: English as the base model has it, Italian near its translation, and no text that breaks it."""

import logging
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from indexer.bilingual import encoder as room
from indexer.bilingual.encoder import CHUNK, LONGEST, PACKAGED, BilingualEncoder, base_digest
from indexer.bilingual.translations import Translations
from indexer.encoder import packaged_model
from indexer.errors import ArtefactError, ModelError
from indexer.glossary.entries import Entry, packaged_entries
from indexer.sentence_models import SentenceTransformerEncoder

ENGLISH = (
    "detect surface defects on die-cast parts with cameras",
    "Predictive maintenance for hydraulic presses: sensors listen to pumps & bearings.",
    "wear-resistant coatings",
    "AISI 316L tubes, TIG welded",
    "We recover 40 % of the waste heat of a melting furnace and turn it into electricity for the plant. " * 12,
)
BOTH = (
    ("rilevare difetti superficiali sui getti con telecamere", "detect surface defects on castings with cameras"),
    ("recupero di calore dai forni fusori", "heat recovery from melting furnaces"),
    ("rivestimenti antiusura per stampi", "wear-resistant coatings for moulds"),
    ("robot collaborativi per la saldatura di piccole serie", "collaborative robots for welding small batches"),
    ("riciclo degli sfridi di alluminio", "recycling of aluminium scrap"),
    ("manutenzione predittiva delle presse idrauliche", "predictive maintenance of hydraulic presses"),
    ("misura della rugosità senza contatto", "contactless measurement of surface roughness"),
    ("depurazione delle acque di galvanica", "treatment of electroplating waste water"),
)
ODD = [
    "",
    " ",
    "\x00\x1b\x7f",
    "half \ud800 a \udfff character",
    "\U0001f600" * 500,
    "x" * 100_000,
    "焊接机器人的视觉检测",
    "saldatura " * 5_000,
]


@pytest.fixture(scope="module")
def exact() -> BilingualEncoder:
    """The slow road, in fp32."""
    return BilingualEncoder(packaged_entries())


def test_it_is_an_encoder_of_the_packaged_model(encoder: BilingualEncoder, exact: BilingualEncoder) -> None:
    for one in (encoder, exact):
        assert (one.name, one.dimension, one.max_tokens) == ("all-MiniLM-L6-v2 with Italian", 384, 254)
        assert one.prompts == {"query": "", "passage": ""}
        assert len(one.digest) == 64
    assert encoder.digest == exact.digest
    assert exact.road == "torch-fp32"


def test_english_texts_go_in_as_sentence_transformers_sends_them(exact: BilingualEncoder) -> None:
    plain = SentenceTransformerEncoder()
    made, right = exact.encode_passages(ENGLISH), plain.encode_passages(ENGLISH)
    # The input rows are the same; the sums of a batch depend on its padding in their last bit.
    assert (made * right).sum(axis=1).min() > 0.999999
    np.testing.assert_allclose(made, right, atol=1e-6)
    for text, vector in zip(ENGLISH, right, strict=True):
        np.testing.assert_allclose(exact.encode_need(text), vector, atol=1e-6)
    assert exact.count_tokens(ENGLISH) == plain.count_tokens(ENGLISH)


def test_the_fast_road_stays_near_the_exact_one_in_both_languages(encoder: BilingualEncoder, exact: BilingualEncoder) -> None:
    texts = [text for pair in BOTH for text in pair]
    assert (encoder.encode_passages(texts) * exact.encode_passages(texts)).sum(axis=1).min() > 0.98


def test_italian_needs_are_nearest_to_their_translation(encoder: BilingualEncoder) -> None:
    needs = np.stack([encoder.encode_need(italian) for italian, _ in BOTH])
    near = needs @ encoder.encode_passages([english for _, english in BOTH]).T
    assert near.argmax(axis=1).tolist() == near.argmax(axis=0).tolist() == list(range(len(BOTH)))
    assert near.diagonal().min() > 0.6
    assert near.diagonal().mean() > near[~np.eye(len(BOTH), dtype=bool)].mean() + 0.5


def test_english_needs_are_nearest_to_their_translation(encoder: BilingualEncoder) -> None:
    needs = np.stack([encoder.encode_need(english) for _, english in BOTH])
    near = needs @ encoder.encode_passages([italian for italian, _ in BOTH]).T
    assert near.argmax(axis=1).tolist() == list(range(len(BOTH)))


@pytest.mark.parametrize(
    "text", ["laser", "CNC", "robot welding", "AISI 316L", "retrofit di un CNC con edge AI", "software MES"]
)
def test_a_need_whose_language_is_unsure_has_a_vector_near_that_of_its_words(encoder: BilingualEncoder, text: str) -> None:
    need = encoder.encode_need(text)
    assert np.linalg.norm(need) == pytest.approx(1.0, abs=1e-4)
    english = text.replace("retrofit di un CNC con", "retrofit of a CNC with")
    assert need @ encoder.encode_passages([english])[0] > 0.7


def test_accents_as_apostrophes_and_capitals_make_little_difference(encoder: BilingualEncoder) -> None:
    right = encoder.encode_need("qualità della saldatura")
    for typed in (
        "qualita della saldatura",
        "QUALITÀ DELLA SALDATURA",
        "qualita\u0300 della saldatura",
        "qualita' della saldatura",
    ):
        assert encoder.encode_need(typed) @ right > 0.9, typed


def test_a_glossary_of_ones_own_changes_needs_and_leaves_passages_and_digest_as_they_are(exact: BilingualEncoder) -> None:
    own = BilingualEncoder((Entry("own", ("bischero",), ("spindle",)), *packaged_entries()))
    text = "usura del bischero"
    assert own.digest == exact.digest
    np.testing.assert_array_equal(own.encode_passages([text]), exact.encode_passages([text]))
    meant = exact.encode_need("spindle wear")
    assert own.encode_need(text) @ meant > exact.encode_need(text) @ meant + 0.1


@pytest.mark.parametrize("text", ODD)
def test_any_text_has_vectors_and_a_count(encoder: BilingualEncoder, exact: BilingualEncoder, text: str) -> None:
    for one in (encoder, exact):
        for vector in (one.encode_need(text), one.encode_passages([text])[0]):
            assert vector.shape == (384,)
            assert vector.dtype == np.float32
            assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-4)
        assert one.count_tokens([text])[0] >= 0


def test_no_texts_give_no_vectors(encoder: BilingualEncoder) -> None:
    told: list[int] = []
    assert encoder.encode_passages([], told.append).shape == (0, 384)
    assert encoder.count_tokens([]) == []
    assert all(done == 0 for done in told)


def test_what_is_beyond_the_limit_is_not_read(encoder: BilingualEncoder) -> None:
    long = "laser " * LONGEST
    assert encoder.count_tokens([long]) == [LONGEST]
    cut, longer = encoder.encode_passages([long, long + "cheese"])
    np.testing.assert_allclose(cut, longer, atol=1e-6)


def test_vectors_stand_in_the_order_of_the_texts_and_progress_is_told(encoder: BilingualEncoder) -> None:
    texts = [f"{'laser ' * (n % 7)}{number}" for n, number in enumerate(range(CHUNK + 30))]
    told: list[int] = []
    made = encoder.encode_passages(texts, told.append)
    assert told == [CHUNK, CHUNK + 30]
    for row in range(0, len(texts), 41):
        np.testing.assert_allclose(made[row], encoder.encode_passages([texts[row]])[0], atol=1e-5)


def test_threads_get_what_one_gets(encoder: BilingualEncoder) -> None:
    needs = [need for pair in BOTH for need in pair]
    expected = [encoder.encode_need(need) for need in needs]
    with ThreadPoolExecutor(6) as pool:
        for got, right in zip(pool.map(encoder.encode_need, needs * 4), expected * 4, strict=True):
            np.testing.assert_array_equal(got, right)


def test_words_made_for_another_base_model_are_refused(tmp_path: Path) -> None:
    words = Translations.load(PACKAGED)
    other = Translations("0" * 64, words.italian, words.english, words.starts, words.targets, words.weights)
    other.save(tmp_path / "other.npz")
    with pytest.raises(ArtefactError, match=r"other\.npz were made for another base model than .*scout model build"):
        BilingualEncoder((), tmp_path, tmp_path / "other.npz")
    assert words.base == base_digest(packaged_model())


def test_another_base_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"another one")
    monkeypatch.setattr(room, "packaged_model", lambda: tmp_path)
    with pytest.raises(ArtefactError, match="another base model"):
        BilingualEncoder((), tmp_path)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="cannot read the model"):
        BilingualEncoder((), tmp_path)


def test_without_the_fast_body_torch_does_the_work_and_says_so(
    exact: BilingualEncoder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    with caplog.at_level(logging.WARNING):
        slow = BilingualEncoder(packaged_entries(), tmp_path / "file")
    assert "the slow way, by torch" in caplog.text
    assert slow.road == "torch-fp32"
    np.testing.assert_array_equal(slow.encode_need("saldatura laser"), exact.encode_need("saldatura laser"))


def test_the_fast_road_needs_no_torch(root: Path, bodies: Path, encoder: BilingualEncoder) -> None:
    if encoder.road != "onnx-int8":
        pytest.skip("this machine has no fast body")
    code = """
        import sys
        from pathlib import Path
        from indexer.encoders import chosen_crossing, chosen_encoder
        from indexer.settings import index_settings

        encoder = chosen_encoder(index_settings(), Path(sys.argv[1]))
        encoder.encode_need("saldatura laser"), encoder.encode_passages(["laser welding"])
        chosen_crossing(index_settings(), encoder).groups("saldatura laser", "it")
        print(encoder.road, sorted({"torch", "transformers", "sentence_transformers", "onnx"} & set(sys.modules)))
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(bodies)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "onnx-int8 []\n"
