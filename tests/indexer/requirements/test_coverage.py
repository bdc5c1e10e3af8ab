"""Each match says what its passages tell of each part of the need, with the passage; in doubt nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from crawler.corpus.corpus import Corpus
from crawler.home import Home
from crawler.records import Profile, Startup
from indexer.build import build
from indexer.results import Answer, Need
from indexer.routing import need_language
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import load_snapshot
from tests.indexer.conftest import WHEN, FakeEncoder


class Search(Protocol):
    def __call__(self, texts: Sequence[str], *, covering: bool = True) -> Searcher: ...


@pytest.fixture
def searcher(tmp_path: Path) -> Search:
    """Index startups of one text each: `searcher(texts)`; their ids count from 0."""
    number = count()

    def make(texts: Sequence[str], *, covering: bool = True) -> Searcher:
        home, fake = Home(tmp_path / str(next(number))), FakeEncoder()
        with Corpus(home.corpus) as corpus, corpus.transaction():
            for place, text in enumerate(texts):
                corpus.put_startup(Startup(str(place), "Firm"))
                corpus.put_profile(Profile(str(place), "test", text, need_language(text), WHEN))
        build(home, fake, index_settings())
        return Searcher(load_snapshot(home), fake, covering=covering)

    return make


def _said(answer: Answer, startup: str = "0") -> Mapping[str, str]:
    """Return the status of each requirement for a startup."""
    (match,) = (one for one in answer.matches if one.startup.id == startup)
    return {one.requirement.text: one.status.value for one in match.coverage}


NEED = "sensori wireless senza batteria, per forni oltre 600 gradi, certificati ATEX"


def test_every_part_is_told_with_the_passage_that_says_so(searcher: Search) -> None:
    text = "Wireless sensors for furnaces, without any battery. The wireless sensors work at up to 1200 °C. ATEX certified."
    answer = searcher([text, "Fresh bread, baked daily."]).search(Need(NEED))
    assert _said(answer) == dict.fromkeys(
        ["sensori wireless", "senza batteria", "forni", "oltre 600 gradi", "certificati ATEX"], "met"
    )
    first = answer.matches[0]
    assert [one.requirement for one in first.coverage] == list(answer.requirements)
    marked = {
        one.requirement.text: [one.evidence.passage.text[start:end] for start, end in one.evidence.marks]
        for one in first.coverage
        if one.evidence
    }
    assert marked["oltre 600 gradi"] == ["up to 1200 °C"]
    assert marked["certificati ATEX"] == ["ATEX certified"]
    assert marked["senza batteria"] == ["battery"]
    assert marked["forni"] == ["furnaces"]


def test_of_what_nothing_is_said_there_is_no_passage(searcher: Search) -> None:
    answer = searcher(["Fresh bread, baked daily."]).search(Need(NEED))
    (match,) = answer.matches
    assert {one.status.value for one in match.coverage} == {"not stated"}
    assert all(one.evidence is None for one in match.coverage)


@pytest.mark.parametrize(
    ("need", "requirement", "text", "status"),
    [
        ("sensors for furnaces over 600 °C", "over 600 °C", "Our sensors stand up to 150 °C.", "contradicted"),
        ("sensors for furnaces over 600 °C", "over 600 °C", "Our sensors are dried at up to 150 °C.", "not stated"),
        ("sensors for furnaces over 600 °C", "over 600 °C", "Unlike sensors that stand up to 150 °C, ours last.", "not stated"),
        (
            "sensors for furnaces over 600 °C",
            "over 600 °C",
            "Sensors of many kinds. Bread bakes at up to 250 °C.",
            "not stated",
        ),
        ("sensors for furnaces over 600 °C", "over 600 °C", "Sensors for up to 150 °C and others for up to 900 °C.", "met"),
        ("robots that lift at least 20 kg", "lift at least 20 kg", "Our robots lift up to 5 kg.", "contradicted"),
        ("robots that lift at least 20 kg", "lift at least 20 kg", "Our robots weigh 5 kg.", "not stated"),
        (
            "robots that lift at least 20 kg",
            "lift at least 20 kg",
            "Our robots lift up to 5 kg, larger models on custom order.",
            "not stated",
        ),
        ("coatings without cobalt", "without cobalt", "Coatings made of cobalt.", "contradicted"),
        ("coatings without cobalt", "without cobalt", "Coatings that remove cobalt from water.", "not stated"),
        ("coatings without cobalt", "without cobalt", "Coatings that replace cobalt.", "not stated"),
        ("coatings without cobalt", "without cobalt", "Coatings that last, cobalt-free.", "met"),
        ("coatings without cobalt", "without cobalt", "Coatings without a primer, thanks to cobalt.", "not stated"),
        ("coatings without chromium", "without chromium", "Coatings made of chromium.", "contradicted"),
        ("coatings without chromium", "without chromium", "Coatings without chromium.", "met"),
        ("sensors, ATEX certified", "ATEX certified", "Sensors without ATEX certification.", "contradicted"),
        ("sensors, ATEX certified", "ATEX certified", "We help makers of sensors to get ATEX certificates.", "not stated"),
        ("laser welding", "laser welding", "We weld with lasers.", "met"),
        ("laser welding", "laser welding", "We weld by hand. Our printer is a laser.", "not stated"),
        ("laser welding", "laser welding", "Welding without any laser.", "not stated"),
    ],
)
def test_in_doubt_nothing_is_stated(searcher: Search, need: str, requirement: str, text: str, status: str) -> None:
    answer = searcher([text, "Fresh bread, baked daily.", "A lake with boats and swans."]).search(Need(need))
    assert _said(answer)[requirement] == status


def test_a_deed_that_is_to_be_avoided_is_met_only_where_it_is_denied(searcher: Search) -> None:
    need = Need("retrofit of presses, without stopping the line")
    answer = searcher(["Retrofit of presses without stopping the line.", "Retrofit of presses by stopping the line."]).search(
        need
    )
    assert [_said(answer, startup)["without stopping the line"] for startup in "01"] == ["met", "not stated"]


def test_the_grid_changes_no_ranking_and_can_be_switched_off(searcher: Search) -> None:
    texts = ["Wireless sensors for furnaces.", "Sensors with a battery.", "Fresh bread."]
    on, off = (searcher(texts, covering=covering).search(Need(NEED)) for covering in (True, False))
    assert off.requirements == ()
    assert all(match.coverage == () for match in off.matches)
    assert [replace(match, coverage=()) for match in on.matches] == list(off.matches)


def test_an_exclusion_that_is_ignored_is_no_requirement(searcher: Search) -> None:
    answer = searcher(["Wireless sensors."]).search(Need(NEED, ignore_exclusions=("batteria",)))
    assert "senza batteria" not in [one.text for one in answer.requirements]
