"""What an ambiguous word was taken for is said, and a choice turns the search: its terms, its vector, its ranking."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.corpus.corpus import Corpus
from crawler.home import Home
from crawler.records import Profile, Startup
from indexer import ambiguity
from indexer.bilingual.encoder import BilingualEncoder
from indexer.build import build
from indexer.encoder import Encoder
from indexer.encoders import packaged_crossing
from indexer.errors import SenseError
from indexer.glossary.entries import packaged_entries
from indexer.readings import Exclusion
from indexer.results import Answer, Need
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import load_snapshot
from tests.indexer.conftest import WHEN, FakeEncoder, steady

TEXTS = {
    "moulder": "Sensors inside the mould for injection of plastic parts.",
    "stamper": "Sensors inside the stamping die for sheet metal parts.",
    "other": "Software for the accounts of hotels.",
}
NEED = "sensori per stampi"


@pytest.fixture(scope="module")
def make_searcher(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Encoder], Searcher]:
    """A searcher with a model over three startups, of which two say what `stampi` may mean."""

    def make(model: Encoder) -> Searcher:
        home = Home(tmp_path_factory.mktemp("senses"))
        with Corpus(home.corpus) as corpus, corpus.transaction():
            for name, text in TEXTS.items():
                corpus.put_startup(Startup(name, name.title()))
                corpus.put_profile(Profile(name, "test", text, "en", WHEN))
        build(home, model, index_settings())
        return Searcher(load_snapshot(home), model)

    return make


@pytest.fixture(scope="module")
def searcher(make_searcher: Callable[[Encoder], Searcher], encoder: BilingualEncoder) -> Searcher:
    return make_searcher(encoder)


def first(answer: Answer) -> str:
    return answer.matches[0].startup.id


def test_an_answer_says_what_was_taken_and_what_else_there_is(searcher: Searcher) -> None:
    (one,) = searcher.search(Need(NEED)).ambiguities
    assert (one.text, NEED[one.start : one.end], one.chosen) == ("stampi", "stampi", False)
    assert [sense.english for sense in one.senses] == ["mould", "stamping die"]
    assert one.taken in one.senses
    assert all(sense.meaning_it and sense.meaning_en for sense in one.senses)


@pytest.mark.parametrize(
    ("sense", "startup"), [("mould", "moulder"), ("stamping die", "stamper"), ("Stamping Die ", "stamper")]
)
def test_a_choice_turns_the_ranking(searcher: Searcher, sense: str, startup: str) -> None:
    answer = searcher.search(Need(NEED, senses=(f"Stampi={sense}",)))
    assert first(answer) == startup
    (one,) = answer.ambiguities
    assert one.chosen
    assert one.taken.english == sense.strip().lower()


@pytest.mark.parametrize(("sense", "startup"), [("mould", "moulder"), ("stamping die", "stamper")])
def test_a_choice_turns_the_terms_alone_and_the_vector_alone(searcher: Searcher, sense: str, startup: str) -> None:
    scores = {match.startup.id: match.scores for match in searcher.search(Need(NEED, senses=(f"stampi={sense}",))).matches}
    for part in ("lexical", "passage"):
        assert max(scores, key=lambda name: scores[name][part]) == startup


def test_a_model_that_knows_no_senses_has_its_terms_turned(make_searcher: Callable[[Encoder], Searcher]) -> None:
    searcher = make_searcher(FakeEncoder())
    lexical = [
        {match.startup.id: match.scores["lexical"] for match in searcher.search(Need(NEED, senses=(sense,))).matches}
        for sense in ("stampi=mould", "stampi=stamping die")
    ]
    assert [max(parts, key=lambda name: parts[name]) for parts in lexical] == ["moulder", "stamper"]


def test_a_vector_follows_the_choice_and_is_the_same_as_without_where_nothing_is_chosen(encoder: BilingualEncoder) -> None:
    plain = encoder.encode_need(NEED)
    np.testing.assert_array_equal(encoder.encode_chosen(NEED, {}), plain)
    near = {
        english: encoder.encode_chosen(NEED, {"stampi": english})
        @ encoder.encode_passages([f"sensors for {english}s", "sensors for stamping dies", "sensors for moulds"]).T
        for english in ("mould", "stamping die")
    }
    for english, cosines in near.items():
        assert cosines[0] > 0.95
        assert int(np.argmax(cosines[1:])) == (0 if english == "stamping die" else 1)


def test_a_word_in_several_forms_is_one_word_and_has_one_sense(searcher: Searcher) -> None:
    need = "sensori per stampi e per ogni stampo"
    (one,) = searcher.search(Need(need)).ambiguities
    assert one.text == "stampi"
    chosen = searcher.search(Need(need, senses=("stampi=stamping die",)))
    assert first(chosen) == "stamper"
    alone = packaged_crossing(FakeEncoder()).groups(need, "it", {"stampi": "stamping die"})
    assert not any("mould" in dict(group) or "mold" in dict(group) for group in alone)


def test_a_place_is_that_of_the_need_also_behind_and_within_an_exclusion(searcher: Searcher) -> None:
    need = "sensori, senza fusione, per stampi di fusione"
    answer = searcher.search(Need(need))
    assert [(need[one.start : one.end], one.text) for one in answer.ambiguities] == [("fusione",) * 2, ("stampi",) * 2]
    assert [one.text for one in answer.exclusions if one.applied] == ["fusione"]
    assert answer.ambiguities[0].start == need.index("fusione")
    assert searcher.search(Need(need, senses=("fusione=melting",))).ambiguities[0].taken.english == "melting"


def test_words_across_a_cut_are_left_out() -> None:
    (one,) = packaged_crossing(FakeEncoder()).ambiguities("stampi", "it")
    assert ambiguity.in_need("stam no laser pi", (), "stampi", lambda _: (one,)) == ()
    (placed,) = ambiguity.in_need("stampino, stampi", (), "x", lambda text: (one,) if text == "x" else ())
    assert (placed.start, placed.end) == (10, 16)
    assert ambiguity.in_need("no stampi", (Exclusion("laser", 0, 9),), "x", lambda text: (one,) if text == "x" else ()) == ()


@pytest.mark.parametrize("need", ["sensors for moulds and dies", "pressofusione", "leggeri", "di un per"])
def test_where_nothing_is_to_be_chosen_nothing_is_offered(searcher: Searcher, need: str) -> None:
    assert searcher.search(Need(need)).ambiguities == ()


@pytest.mark.parametrize(
    ("choices", "complaint"),
    [
        (("stampi",), "write WORD=SENSE"),
        (("=mould",), "write WORD=SENSE"),
        (("stampi=",), "write WORD=SENSE"),
        (("stampi=mould", "stampi=stamping die"), "two senses are chosen for 'stampi'"),
        (("getto=jet",), "no ambiguous word 'getto'; those it has: 'stampi'"),
        (("stampi=jet",), "choose 'mould' or 'stamping die'"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_with_what_can(searcher: Searcher, choices: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(SenseError, match=complaint) as refused:
        searcher.search(Need(NEED, senses=choices))
    assert "\n" not in str(refused.value)


def test_a_need_without_ambiguous_words_offers_no_choice(searcher: Searcher) -> None:
    with pytest.raises(SenseError, match="those it has: none"):
        searcher.search(Need("sensors for moulds", senses=("moulds=stampi",)))


@steady
@given(st.lists(st.text(max_size=30), max_size=3).map(tuple))
def test_any_choice_is_read_or_refused(choices: tuple[str, ...]) -> None:
    try:
        chosen = ambiguity.read(choices)
    except SenseError:
        return
    assert all(word and sense for word, sense in chosen.items())


def test_every_choice_that_the_glossary_offers_is_taken(encoder: BilingualEncoder) -> None:
    crossing = packaged_crossing(encoder)
    forms = {form for entry in packaged_entries() if entry.sense_it for form in entry.italian if " " not in form}
    seen = 0
    for form in sorted(forms):
        for one in crossing.ambiguities(form, "it"):
            for sense in one.senses:
                chosen = ambiguity.read((f"{one.text}={sense.english}",))
                assert crossing.ambiguities(form, "it", chosen)[0].taken == sense
                seen += 1
    assert seen > 400


def test_senses_do_not_depend_on_what_was_asked_before(encoder: BilingualEncoder) -> None:
    need = "ridurre la polvere e i fumi nella fusione, con sensori nello stampo e alla rete"
    fresh = packaged_crossing(BilingualEncoder(packaged_entries()))
    assert len(fresh.ambiguities(need, "it")) > 2
    assert fresh.ambiguities(need, "it") == packaged_crossing(encoder).ambiguities(need, "it")
