"""What is told of startups beside their records."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

from indexer.facts import Told, tell
from indexer.results import Passage

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_passage(startup_id: str, url: str | None, language: str, text: str = "ten signs.", source: str = "site") -> Passage:
    return Passage(startup_id, url, "", "", text, 0, len(text), language, WHEN, source)


def test_a_page_has_the_language_of_most_of_its_letters_and_a_startup_those_of_its_pages() -> None:
    passages = (
        a_passage("a", "https://a.example/", "it", "una frase italiana piuttosto lunga"),
        a_passage("a", "https://a.example/", "en", "a word"),
        a_passage("a", "https://a.example/en", "en"),
        a_passage("a", "https://a.example/x", "und"),
        a_passage("b", "https://b.example/", "und"),
    )
    a, b = tell(("a", "b"), passages, {}, {})
    assert (a.languages, b.languages) == (("it", "en"), ())


def test_directories_are_told_from_the_startups_own_site() -> None:
    passages = (a_passage("a", None, "en", source="yc"), a_passage("a", "https://a.example/", "en"))
    (own,) = tell(("a",), passages, {}, {})
    (without,) = tell(("a",), passages[:1], {}, {})
    assert (own.directories, own.own_site) == (("yc",), True)
    assert (without.directories, without.own_site) == (("yc",), False)


def test_the_newest_page_counts_by_its_day_in_utc() -> None:
    late = datetime(2026, 5, 2, 1, tzinfo=timezone(timedelta(hours=2)))
    passages = (
        replace(a_passage("a", "https://a.example/", "en"), fetched_at=late),
        a_passage("a", "https://a.example/2", "en"),
    )
    assert [one.fetched for one in tell(("a",), passages, {}, {})] == [date(2026, 5, 1)]


def test_regions_and_classes_are_those_of_the_startup_and_what_is_not_known_is_left_open() -> None:
    told = tell(("a", "b", "c"), (a_passage("b", None, "en", source="yc"),), {"b": "Umbria"}, {"b": ["x", "y"]})
    assert told[0] == told[2] == Told()
    assert (told[1].region, told[1].classes) == ("Umbria", ("x", "y"))
