"""All cases of robots.txt that Google's and Protego's suites have, but for those that no reading of RFC 9309 agrees with."""

import json
from pathlib import Path
from typing import Any

import pytest
from protego import Protego

from crawler.web.robots import Rules

pytestmark = pytest.mark.shared

BY_GOOGLE_ONLY = {
    41: "an agent named `Foo Bar`: a product token has no blank (RFC 9309 section 2.2.1), `Foo` is ours here",
    142: "a line cut at 16,664 octets: the whole path of a rule must match (section 2.2.2), on lines of up to 500 KiB",
    145: "the same, for an Allow: cut off it would allow what nobody allowed",
}
"""Flagged `google_only`, and against RFC 9309."""
AGAINST_ITSELF = {
    64: 410,  # Allow: /foo/bar/ツ
    66: 412,  # Allow: /foo/bar/%E3%83%84
    67: 413,  # Allow: /foo/bar/%62%61%7A
}
"""Cases that another one contradicts. The other is right: both sides are encoded before they are compared (section 2.2.2)."""


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[int, dict[str, Any]]:
    lines = (shared / "web" / "robots_cases.jsonl").read_text("utf-8").splitlines()
    return {case["id"]: case for case in map(json.loads, lines)}


def allowed(case: dict[str, Any]) -> bool:
    return Rules.parse(case["robots"].encode(), case["user_agent"]).allows(case["url"])


def test_every_case_is_answered_as_its_suite_has_it(cases: dict[int, dict[str, Any]]) -> None:
    wrong = {number for number, case in cases.items() if allowed(case) is not case["allowed"]}
    assert len(cases) == 446
    assert wrong == set(BY_GOOGLE_ONLY) | set(AGAINST_ITSELF)


def test_what_we_answer_otherwise_is_googles_own_choice_or_contradicted_by_another_case(
    cases: dict[int, dict[str, Any]],
) -> None:
    assert all(cases[number]["google_only"] for number in BY_GOOGLE_ONLY)
    for number, other in AGAINST_ITSELF.items():
        question = ("robots", "user_agent", "url")
        assert [cases[number][key] for key in question] == [cases[other][key] for key in question]
        assert cases[number]["allowed"] is not cases[other]["allowed"]


def test_every_delay_is_read_as_its_suite_has_it(shared: Path) -> None:
    cases = [json.loads(line) for line in (shared / "web" / "robots_delay_cases.jsonl").read_text("utf-8").splitlines()]
    assert len(cases) == 8
    for case in cases:
        rules = Rules.parse(case["robots"].encode(), case["user_agent"])
        # Hours of visit are not read: to none of the agents do they mean anything.
        found = {"crawl_delay": rules.crawl_delay, "request_rate": rules.request_interval, "visit_time": None}
        assert found[case["kind"]] == case["expected"], case


def test_real_robots_txt_files_are_read_as_protego_reads_them(shared: Path) -> None:
    paths = ("/", "/en/", "/wp-admin/", "/wp-admin/admin-ajax.php", "/private/a", "/?s=x", "/search/label/x", "/a.pdf", "/cart")
    files = list((shared / "web" / "dev").glob("*/robots.txt"))
    assert len(files) > 10
    for file in files:
        ours, theirs = Rules.parse(file.read_bytes(), "StartupScout"), Protego.parse(file.read_text("utf-8-sig", "replace"))
        for path in paths:
            assert ours.allows(path) is theirs.can_fetch(f"http://h.it{path}", "StartupScout"), (file, path)
        assert (ours.crawl_delay or None) == (theirs.crawl_delay("StartupScout") or None)
        assert ours.sitemaps == tuple(theirs.sitemaps)
