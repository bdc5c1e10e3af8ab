"""A need's words find texts of both languages: by the glossary, by what was learned, or as they stand."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import terms
from indexer.bilingual.alignment import align
from indexer.bilingual.parallel import Pair
from indexer.bilingual.translations import translations
from indexer.crossing import LATER, LOAN, TELLING, Crossing, tagged, telling
from indexer.encoder import Encoder
from indexer.encoders import packaged_crossing
from indexer.glossary.entries import Entry
from indexer.glossary.phrases import Found
from indexer.glossary.senses import alike
from indexer.lexical import Group, LexicalIndex
from tests.indexer.conftest import steady

STAMPING = Entry("test", ("stampaggio",), ("stamping",), "di lamiera", "of sheet metal")
MOULDING = Entry("test", ("stampaggio",), ("moulding",), "di plastica", "of plastic")
ENTRIES = (
    Entry("test", ("pressofusione",), ("die casting", "high-pressure die casting")),
    Entry("test", ("acciaio inossidabile", "inox"), ("stainless steel",)),
    Entry("test", ("fonderia",), ("foundry", "casting plant")),
    STAMPING,
    MOULDING,
)
PAIRS = (
    *(Pair(one, other, 5.0) for one, other in (("forno", "furnace"), ("tempra", "hardening"), ("saldatura", "welding"))),
    Pair("saldatura", "soldering", 2.0),
    Pair("fine", "end", 5.0),
    Pair("software", "program", 5.0),
)
WORDS = translations(align(PAIRS), "base")
CROSSING = Crossing(WORDS, ENTRIES, alike)


def groups(text: str, language: str, crossing: Crossing = CROSSING) -> list[dict[str, float]]:
    return [dict(group) for group in crossing.groups(text, language)]


def index(*texts: tuple[str, str]) -> LexicalIndex:
    """An index of (text, language)."""
    return LexicalIndex.build([[tagged(t.stem, language) for t in terms(text, language)] for text, language in texts])


def found(need: str, language: str, *texts: tuple[str, str]) -> list[bool]:
    return [bool(score) for score in index(*texts).scores(CROSSING.groups(need, language))]


@pytest.mark.parametrize(
    ("need", "language", "text", "other"),
    [
        ("forno", "it", "industrial furnaces", "en"),
        ("forni", "it", "a furnace", "en"),
        ("furnace", "en", "forni industriali", "it"),
        ("hardened furnaces", "en", "forni industriali", "it"),
        ("la fonderia", "it", "foundries", "en"),
        ("foundries", "en", "le fonderie", "it"),
        ("saldatura", "it", "soldered joints", "en"),
        ("L\u2019ACCIAIO INOSSIDABILE", "it", "stainless steels", "en"),
        ("stainless steel", "en", "acciai inossidabili", "it"),
        ("robot collaborativo", "it", "a robot", "en"),
        ("robot arms", "en", "i robot", "it"),
        ("AISI 316L", "it", "tubes of AISI 316L", "en"),
        ("AISI 316L", "en", "tubi in AISI316L", "it"),
        ("ISO 9001", "it", "certified (ISO9001)", "en"),
        ("software", "it", "a software", "en"),
    ],
)
def test_a_term_finds_its_translation(need: str, language: str, text: str, other: str) -> None:
    assert found(need, language, (text, other), ("cheese", "en"), ("formaggio", "it")) == [True, False, False]


def test_what_is_spelt_alike_and_means_something_else_is_kept_apart() -> None:
    (group,) = groups("fine", "it")
    assert group["it:fin"] == 1.0
    assert group["end"] == pytest.approx(1.0)
    assert group["fine"] == LOAN
    scores = index(("the end", "en"), ("fine grains", "en"), ("nothing", "en")).scores(CROSSING.groups("fine", "it"))
    assert scores[0] > 3 * scores[1]


def test_a_term_stands_in_its_own_language_with_full_weight() -> None:
    for text, language, stem in (("forno", "it", "it:forno"), ("furnace", "en", "furnac"), ("ignoto", "it", "it:ignot")):
        (group,) = groups(text, language)
        assert group[stem] == 1.0


def test_translations_weigh_what_they_are_likely() -> None:
    (group,) = groups("saldatura", "it")
    assert group["weld"] > group["solder"] > 0
    assert group["weld"] + group["solder"] == pytest.approx(1.0)


def test_a_phrase_is_translated_as_a_whole() -> None:
    die, cast = groups("pressofusione", "it")
    assert (die["it:pressofu"], die["die"], cast) == (1.0, 1.0, {"cast": 1.0})
    steel = groups("acciaio inossidabile", "it")
    assert [sorted(set(group) & {"stainless", "steel"}) for group in steel] == [["stainless"], ["steel"]]
    assert groups("inox", "it")[0].keys() >= {"it:inox", "stainless"}
    scores = index(("die casting", "en"), ("the die", "en"), ("castings", "en")).scores(CROSSING.groups("pressofusione", "it"))
    assert scores[0] > max(scores[1], scores[2]) > 0


def test_a_later_form_of_an_entry_weighs_less() -> None:
    (group,) = groups("fonderia", "it")
    assert group["foundri"] > group["plant"] > 0
    assert group["plant"] / group["foundri"] == pytest.approx(LATER)


def test_an_unlikely_sense_weighs_less() -> None:
    def crossing(*shares: float) -> Crossing:
        return Crossing(WORDS, ENTRIES, lambda _, found: [shares if len(one.senses) == 2 else (1.0,) for one in found])

    for shares in ((0.9, 0.1), (0.1, 0.9), (0.5, 0.5)):
        (group,) = groups("stampaggio", "it", crossing(*shares))
        assert group["stamp"] == pytest.approx(shares[0])
        assert group["mold" if "mold" in group else "mould"] == pytest.approx(shares[1])


def test_the_senses_are_asked_for_italian_needs_only() -> None:
    asked: list[str] = []

    def senses(text: str, found: Sequence[Found]) -> list[tuple[float, ...]]:
        asked.append(text)
        return [(1.0,) * len(one.senses) for one in found]

    crossing = Crossing(WORDS, ENTRIES, senses)
    crossing.groups("stamping", "en")
    assert asked == []
    crossing.groups("stampaggio", "it")
    assert asked == ["stampaggio"]


@pytest.mark.parametrize("word", ["robot", "316l", "zyxel", "42crmo4"])
def test_names_codes_and_loan_words_without_a_translation_stand_as_they_are(word: str) -> None:
    for language, other in (("it", "en"), ("en", "it")):
        (group,) = groups(word, language)
        assert set(group.values()) == {1.0}
        assert {tagged(t.stem, other) for t in terms(word, other)} < set(group)


def test_a_loan_word_with_another_meaning_counts_little_as_it_stands() -> None:
    (group,) = groups("software", "it")
    assert group["program"] == pytest.approx(1.0)
    assert group["softwar"] == LOAN


def test_an_english_word_known_by_its_stem_alone_counts_in_full_as_it_stands() -> None:
    pairs = (Pair("edge", "edge", 3.0), Pair("edge", "margin", 4.0), Pair("verdi", "green", 4.0), Pair("verde", "green", 4.0))
    crossing = Crossing(translations(align(pairs), "base"), (), alike)
    (edge,), (green,) = groups("edge", "it", crossing), groups("verde", "it", crossing)
    assert edge["margin"] > 0
    assert edge["edg"] == 1.0
    assert green["green"] == pytest.approx(1.0)
    assert green["verd"] == LOAN


ENGLISH = ["furnace", "welding", "robots", "end", "foundry", "die casting", "stainless steel", "hardening", "of the", "unheard"]


@steady
@given(st.lists(st.sampled_from(ENGLISH), min_size=1, max_size=6, unique=True).map(" ".join))
def test_english_needs_score_english_texts_as_if_there_were_no_crossing(need: str) -> None:
    english = index(
        ("a furnace for hardening", "en"),
        ("die casting foundry: welding robots at the end of the line", "en"),
        ("stainless steel, steel, steel", "en"),
        ("cast iron dies", "en"),
    )
    plain: list[Group] = [((stem, 1.0),) for stem in dict.fromkeys(t.stem for t in terms(need, "en"))]
    np.testing.assert_allclose(english.scores(CROSSING.groups(need, "en")), english.scores(plain), rtol=1e-6)


def test_words_that_only_wrap_a_need_up_and_stop_words_look_nothing_up() -> None:
    assert groups("Cerchiamo una startup per il forno", "it") == groups("forno", "it")
    assert groups("We are looking for a furnace", "en") == groups("furnace", "en")


def test_a_term_said_twice_in_the_same_form_is_one() -> None:
    assert groups("forno, il FORNO e un forno", "it") == groups("forno", "it")
    assert len(groups("forno e forni", "it")) == 2


@pytest.mark.parametrize("text", ["", " ", "di e la", "?!", "\ud800", "\u0301"])
def test_a_need_without_terms_has_no_groups(text: str) -> None:
    assert groups(text, "it") == []


def test_only_likely_alternatives_are_marked() -> None:
    assert telling([(("it:sald", 1.0), ("weld", 0.8), ("solder", TELLING), ("saldatura", LOAN))]) == {
        "it:sald",
        "weld",
        "solder",
    }
    assert telling([]) == frozenset()
    assert {"it:fin", "end"} == telling(CROSSING.groups("fine", "it"))


def test_stems_of_italian_are_tagged_and_no_others() -> None:
    assert [tagged("forn", language) for language in ("it", "en", "de", "und", "")] == [
        "it:forn",
        "forn",
        "forn",
        "forn",
        "forn",
    ]


def test_the_words_of_the_glossary_are_known_by_their_language() -> None:
    assert CROSSING.known["fonderia"] == {"it"}
    assert CROSSING.known["foundry"] == {"en"}


@steady
@given(st.text(max_size=60), st.sampled_from(["it", "en"]))
def test_any_text_gives_groups_of_positive_weights(text: str, language: str) -> None:
    for group in CROSSING.groups(text, language):
        assert group
        assert all(weight > 0 for _, weight in group)
        assert len({stem for stem, _ in group}) == len(group)


def test_the_packaged_words_cross_both_ways(encoder: Encoder) -> None:
    crossing = packaged_crossing(encoder)
    english = index(("press hardening and quenching of steel", "en"), ("cheese", "en"))
    italian = index(("tempra dell\u2019acciaio", "it"), ("formaggio", "it"))
    assert [score > 0 for score in english.scores(crossing.groups("tempra di acciai", "it"))] == [True, False]
    assert [score > 0 for score in italian.scores(crossing.groups("quench hardening of steels", "en"))] == [True, False]
