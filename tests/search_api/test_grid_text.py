"""The terminal's line of what a match says of each part of a need."""

from datetime import UTC, datetime

from crawler.records import Startup
from indexer.readings import Kind, Requirement
from indexer.results import Confidence, Coverage, Evidence, Match, Passage, Status
from search_api.grid_text import line

PASSAGE = Passage("s", None, "S", "", "It stands up to 150 °C.", 0, 23, "en", datetime(2026, 1, 1, tzinfo=UTC), "site")
GRID = (
    Coverage(Requirement("sensori", Kind.WHAT, 0, 7), Status.MET, Evidence(PASSAGE, ())),
    Coverage(Requirement("forni", Kind.WHERE, 12, 17), Status.NOT_STATED, None),
    Coverage(Requirement("oltre 600 °C", Kind.FIGURE, 18, 30), Status.CONTRADICTED, Evidence(PASSAGE, ((10, 22),))),
)


def test_each_part_has_its_sign_and_what_contradicts_is_quoted() -> None:
    match = Match(1, 1.0, 0.5, Confidence.WEAK, Startup("s", "S"), (), {}, coverage=GRID)
    assert line(match).plain == "✓ sensori  · forni  ✗ oltre 600 °C (“up to 150 °C”)"
