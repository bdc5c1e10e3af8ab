"""The artefact comes back as it was written, in the same bytes every time, and damage is noticed."""

from pathlib import Path

import numpy as np
import pytest

from indexer.bilingual import translations as room
from indexer.bilingual.alignment import align
from indexer.bilingual.encoder import PACKAGED
from indexer.bilingual.parallel import Pair
from indexer.bilingual.translations import FORMAT, MOST, STEM, Translations, translations
from indexer.errors import ArtefactError
from tests.indexer.bilingual.test_alignment import NOUNS, TOY


@pytest.fixture(scope="module")
def made() -> Translations:
    return translations(align((*TOY, Pair("torni", "lathes", 5.0), Pair("due torni", "two lathes", 1.0))), "base")


@pytest.fixture
def saved(made: Translations, tmp_path: Path) -> Path:
    made.save(tmp_path / "words.npz")
    return tmp_path / "words.npz"


@pytest.mark.parametrize(("italian", "english"), NOUNS.items())
def test_a_word_means_what_it_was_aligned_with(made: Translations, italian: str, english: str) -> None:
    found = made.of(italian) or made.of_stem(italian)
    assert found[0][0] in (english, english + "s")


@pytest.mark.parametrize(
    ("italian", "english"),
    [
        ("coestrusione", "extrusion"),
        ("distanziale", "spacer"),
        ("raschiatori", "scraper"),
        ("tampografia", "printing"),
        ("trapanatura", "drilling"),
    ],
)
def test_words_of_the_shop_floor_that_the_sentences_lack_are_packaged(italian: str, english: str) -> None:
    assert english in dict(Translations.load(PACKAGED).meant(italian)[:2])


def test_shares_are_positive_add_up_to_one_and_fall(made: Translations) -> None:
    assert len(list(made)) == len(made) > 0
    for _, found in made:
        shares = [share for _, share in found]
        assert 1 <= len(shares) <= MOST
        assert shares == sorted(shares, reverse=True)
        assert min(shares) > 0
        assert sum(shares) == pytest.approx(1.0)


def test_a_form_that_says_what_its_stem_says_is_left_out(made: Translations) -> None:
    assert made.of("forno") == ()
    assert made.of(STEM + "forno") == made.of_stem("forno") == made.of_stem("forni") == (("furnace", 1.0),)
    assert dict(made.of("torni"))["lathes"] > dict(made.of_stem("torni"))["lathes"]


def test_what_is_not_there_means_nothing(made: Translations) -> None:
    assert made.of("ignoto") == made.of_stem("ignoto") == made.of("") == ()


def test_what_was_saved_is_what_is_loaded(made: Translations, saved: Path) -> None:
    loaded = Translations.load(saved)
    assert list(loaded) == list(made)
    assert (loaded.base, loaded.english) == ("base", made.english)


def test_the_same_data_give_the_same_bytes(made: Translations, saved: Path, tmp_path: Path) -> None:
    for number, one in enumerate([made, Translations.load(saved), translations(align(TOY), "base")]):
        one.save(tmp_path / f"{number}.npz")
    first, second, other = ((tmp_path / f"{n}.npz").read_bytes() for n in range(3))
    assert first == second == saved.read_bytes()
    translations(align(TOY), "base").save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == other != first


def test_a_missing_or_cut_file_is_refused_with_the_mend(saved: Path, tmp_path: Path) -> None:
    content = saved.read_bytes()
    with pytest.raises(ArtefactError, match="scout model build"):
        Translations.load(tmp_path / "missing.npz")
    for damaged in (b"", b"PK", b"text\n", content[:40], content[: len(content) // 2], content[:-1], b"\0" + content[1:]):
        saved.write_bytes(damaged)
        with pytest.raises(ArtefactError, match=r"words\.npz.*scout model build"):
            Translations.load(saved)


def test_a_changed_byte_is_refused_or_leaves_what_was_written(made: Translations, saved: Path) -> None:
    content = saved.read_bytes()
    for place in range(0, len(content), 7):
        saved.write_bytes(content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :])
        try:
            loaded = Translations.load(saved)
        except ArtefactError:
            continue
        assert list(loaded) == list(made)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("targets", np.zeros(1, np.uint32)),
        ("weights", np.zeros(1, np.uint8)),
        ("sizes", np.ones(1, np.uint8)),
        ("italian", np.frombuffer(b"a\nb", np.uint8)),
        ("english", np.frombuffer(b"a", np.uint8)),
        ("italian", np.frombuffer(b"\xff\xfe", np.uint8)),
        ("base", np.array(["text"], object)),
    ],
)
def test_parts_that_do_not_fit_each_other_are_refused(saved: Path, name: str, wrong: np.ndarray) -> None:
    with np.load(saved) as stored:
        parts = dict(stored)
    np.savez(saved, **{**parts, name: wrong})
    with pytest.raises(ArtefactError):
        Translations.load(saved)
    np.savez(saved, **{key: value for key, value in parts.items() if key != name})
    with pytest.raises(ArtefactError):
        Translations.load(saved)


def test_another_format_is_refused(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FORMAT", FORMAT + 1)
    with pytest.raises(ArtefactError, match=f"has format {FORMAT}, this version reads {FORMAT + 1}"):
        Translations.load(saved)
