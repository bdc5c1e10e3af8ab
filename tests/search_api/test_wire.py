"""The shapes on the wire, held against the contract that clients rely on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from crawler.records import Startup
from indexer.readings import Exclusion, Missing
from indexer.results import Answer, Confidence, Evidence, Filters, Match, Need, Passage, Verdict
from search_api.wire.requests import FiltersIn, SearchIn, SearchQuery
from search_api.wire.responses import SearchOut
from search_api.wire.startups import StartupOut

READ = datetime(2026, 11, 3, 10, 30, tzinfo=timezone(timedelta(hours=1)))
PASSAGE = Passage("s", "https://s.example/", "Home", "What", "🔥 forno", 3, 10, "it", READ, "site")
SHOWN = (Evidence(PASSAGE, ((2, 7),), (0, 7)),)
MATCH = Match(1, 0.75, 0.6, Confidence.STRONG, Startup("s", "Startup"), SHOWN, {"passage": 0.5, "lexical": 0.25})
ANSWER = Answer(Need("forno"), "it", "20261103", Verdict.FITS, (MATCH,), {"country": {"IT": 1}}, 1.5)


def test_an_answer_has_the_keys_of_the_contract() -> None:
    body = SearchOut.of(ANSWER, explain=False).model_dump(mode="json")
    assert list(body) == [
        "need", "language", "took_ms", "snapshot", "verdict", "matches", "facets", "exclusions",
        "senses", "requirements", "missing", "total", "next",
    ]  # fmt: skip
    (match,) = body["matches"]
    assert list(match) == ["rank", "score", "probability", "confidence", "startup", "evidence", "coverage"]
    assert {"id", "name", "homepage", "country"} <= match["startup"].keys()
    (shown,) = match["evidence"]
    assert list(shown) == [
        "text", "marks", "heading", "url", "title", "language", "fetched_at", "source", "page_number", "clause",
    ]  # fmt: skip
    assert body["facets"] == {"country": {"IT": 1}}


def test_an_answer_says_what_was_excluded_and_a_request_switches_it_off() -> None:
    answer = replace(ANSWER, exclusions=(Exclusion("laser", 6, 14), Exclusion("droni", 14, 22, applied=False)))
    assert SearchOut.of(answer, explain=False).model_dump(mode="json")["exclusions"] == [
        {"text": "laser", "start": 6, "end": 14, "applied": True},
        {"text": "droni", "start": 14, "end": 22, "applied": False},
    ]
    linked = SearchQuery(need="forno", ignore_exclusions=("droni",))
    sent = SearchIn(need="forno", ignore_exclusions=("droni",))
    assert linked.to_search() == sent
    assert sent.to_need().ignore_exclusions == ("droni",)


def test_an_answer_says_what_is_missing_and_how_likely_a_match_is() -> None:
    answer = replace(ANSWER, verdict=Verdict.UNSURE, missing=(Missing("a induzione", 6, 17),))
    body = SearchOut.of(answer, explain=False).model_dump(mode="json")
    assert body["missing"] == [{"text": "a induzione", "start": 6, "end": 17}]
    assert body["matches"][0]["probability"] == 0.6


def test_scores_and_ranks_are_there_with_explain_only() -> None:
    answer = replace(ANSWER, matches=(replace(MATCH, ranks={"passage": 1, "lexical": 3}),))
    (match,) = SearchOut.of(answer, explain=True).model_dump(mode="json")["matches"]
    assert match["scores"] == {"passage": 0.5, "lexical": 0.25}
    assert match["ranks"] == {"passage": 1, "lexical": 3}
    (match,) = SearchOut.of(answer, explain=False).model_dump(mode="json")["matches"]
    assert not {"scores", "ranks"} & match.keys()


def test_marks_count_code_points_and_dates_carry_their_zone() -> None:
    (match,) = SearchOut.of(ANSWER, explain=False).model_dump(mode="json")["matches"]
    (shown,) = match["evidence"]
    ((start, end),) = shown["marks"]
    assert shown["text"][start:end] == "forno"
    assert shown["clause"] == [0, 7]
    assert datetime.fromisoformat(shown["fetched_at"]) == READ.astimezone(UTC)


@pytest.mark.parametrize(
    ("url", "homepage", "shown"),
    [
        ("https://a/", None, "https://a/"),
        ("https://a/", "https://b/", "https://b/"),
        (None, "https://b/", "https://b/"),
        (None, None, None),
    ],
)
def test_a_startups_homepage_is_the_address_to_show(url: str | None, homepage: str | None, shown: str | None) -> None:
    assert StartupOut.of(Startup("s", "S", url, homepage)).homepage == shown


def test_a_link_and_a_body_make_the_same_need() -> None:
    linked = SearchQuery(need="forno", limit=3, country=("it", "DE"), tag=("Vision",), trl_min=4, founded_max=2020)
    sent = SearchIn.model_validate(
        {
            "need": "forno",
            "limit": 3,
            "filters": {"country": ["it", "DE"], "tag": ["Vision"], "trl_min": 4, "founded_max": 2020},
        }
    )
    assert linked.to_search().to_need() == sent.to_need()
    assert sent.to_need() == Need("forno", 3, Filters(("IT", "DE"), (), ("Vision",), 4, None, None, 2020))


def test_the_defaults_are_ten_matches_without_filters() -> None:
    assert SearchIn(need="forno").to_need() == Need("forno", 10, Filters())


@pytest.mark.parametrize(
    "fields",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": 1.5},
        {"filters": {"trl_min": 0}},
        {"filters": {"trl_max": 10}},
        {"filters": {"founded_min": 1799}},
        {"filters": {"founded_max": 2101}},
        {"filters": {"country": [""]}},
        {"filters": {"tag": ["x" * 201]}},
        {"filters": {"source": ["x"] * 51}},
        {"filters": {"colour": ["red"]}},
        {"colour": "red"},
        {"explain": "perhaps"},
    ],
)
def test_what_is_out_of_bounds_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SearchIn.model_validate({"need": "forno", **fields})


def test_wire_records_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        FiltersIn().trl_min = 3
