import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.web.robots import MOST_ROBOTS_BYTES, CachedRobots, Rules, normal_path

US = "StartupScout"


def rules(text: str) -> Rules:
    return Rules.parse(text.encode(), US)


def test_our_own_groups_are_merged_and_count_before_the_one_for_all() -> None:
    ours = "User-agent: STARTUPSCOUT/1.0\nDisallow: /a\n\nUser-agent: *\nDisallow: /\n\n"
    read = rules(f"{ours}User-agent: startupscout\nDisallow: /b")
    assert [read.allows(path) for path in ("/a", "/b", "/c")] == [False, False, True]


def test_an_own_group_without_rules_allows_what_the_one_for_all_forbids() -> None:
    assert rules("User-agent: *\nDisallow: /\n\nUser-agent: StartupScout\n").allows("/a")
    assert not rules("User-agent: *\nDisallow: /\n\nUser-agent: StartupScouts\nAllow: /").allows("/a")


def test_what_is_no_rule_ends_no_group() -> None:
    read = rules("User-agent: *\nSitemap: http://h.it/map.xml\nHost: h.it\nCrawl-delay: 3\nUser-agent: other\nDisallow: /a\n")
    assert not read.allows("/a")
    assert read.crawl_delay == 3.0
    assert read.sitemaps == ("http://h.it/map.xml",)


def test_rules_before_any_agent_speak_to_nobody() -> None:
    assert rules("Disallow: /\nCrawl-delay: 9\nUser-agent: *\nAllow: /").allows("/a")


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/fish", "/fish/salmon", True),
        ("/fish", "/Fish", False),
        ("/fish$", "/fish", True),
        ("/fish$", "/fish?x=1", False),
        ("/fish$", "/fish$", True),
        ("/*.pdf$", "/a/b.pdf", True),
        ("/*.pdf$", "/a/b.pdf?x", False),
        ("/a*b*c$", "/a-b-c-b-c", True),
        ("/a*bc$", "/abc", True),
        ("/ab*bc$", "/abc", False),
        ("*", "/", True),
        ("/**/x", "/a/x", True),
        ("/a%2Fb", "/a/b", False),
        ("/a%2fb", "/a%2Fb", True),
        ("/%7Ejoe", "/~joe/", True),
        ("/~joe", "/%7ejoe/", True),
        ("/caffè", "/caff%C3%A8", True),
        ("/a:b", "/a%3Ab", True),
        ("/go?u=http://x", "/go?u=http%3A%2F%2Fx", True),
        ("/a%2A", "/a*", True),
        ("/a%2A", "/ab", False),
        ("/a?b", "/a%3Fb", False),
        ("private", "/private", True),
        ("/100%/x", "/100%25/x", True),
        ("/100%*x", "/100%25/x", True),
        ("/a%", "/a%41", False),
    ],
)
def test_a_pattern_matches_from_the_beginning_octet_by_octet(pattern: str, path: str, matches: bool) -> None:  # noqa: FBT001
    assert rules(f"User-agent: *\nDisallow: {pattern}").allows(f"http://h.it{path}") is not matches


def test_the_longest_match_counts_and_of_two_as_long_the_allow() -> None:
    read = rules("User-agent: *\nDisallow: /shop\nAllow: /shop/p\nDisallow: /shop/p/*/edit\nDisallow: /same\nAllow: /same")
    paths = ("/shop/x", "/shop/p/1", "/shop/p/1/edit", "/same")
    assert [read.allows(path) for path in paths] == [False, True, False, True]


def test_an_empty_disallow_allows_all_and_ends_the_naming_of_agents() -> None:
    assert rules("User-agent: StartupScout\nDisallow:\nUser-agent: *\nDisallow: /").allows("/a")


def test_robots_txt_itself_may_always_be_fetched() -> None:
    assert rules("User-agent: *\nDisallow: /").allows("https://h.it/robots.txt")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_each_of_the_three_ways_after_a_byte_order_mark(end: str) -> None:
    lines = ("User-agent: * # all", "  Disallow : /a\t", "", "junk\xff", "Disallow: /b")
    read = Rules.parse(b"\xef\xbb\xbf" + end.join(lines).encode("latin-1"), US)
    assert [read.allows(path) for path in ("/a", "/b", "/c")] == [False, False, True]


def test_a_rule_in_latin_1_matches_a_path_in_latin_1() -> None:
    assert not Rules.parse("User-agent: *\nDisallow: /caffè".encode("latin-1"), US).allows("/caff%E8")


def test_a_page_of_html_in_place_of_robots_txt_allows_all() -> None:
    read = Rules.parse(b"<!doctype html><html><body><h1>Not found</h1>\n<p>User-agent: we</p>\n</body></html>", US)
    assert read == Rules()


def test_of_a_huge_robots_txt_the_beginning_counts_and_no_half_line() -> None:
    head = b"User-agent: *\nDisallow: /a\n"
    filler = b"#" * (MOST_ROBOTS_BYTES - len(head) - len(b"\nDisallow: /")) + b"\n"
    read = Rules.parse(head + filler + b"Disallow: /b\nDisallow: /c\n", US)
    assert [read.allows(path) for path in ("/a", "/b", "/c", "/")] == [False, True, True, True]


@pytest.mark.parametrize(
    ("line", "delay", "interval"),
    [
        ("Crawl-delay: 2.5", 2.5, None),
        ("Crawl-delay: 2,5", 2.5, None),
        ("crawl-delay:.5", 0.5, None),
        ("Crawl-delay: 10 s", 10.0, None),
        ("Crawl-delay: 1\nCrawl-delay: 4", 4.0, None),
        ("Request-rate: 1/5", None, 5.0),
        ("Request-rate: 2/1m", None, 30.0),
        ("Request-rate: 1/10s 0600-0845", None, 10.0),
        ("Request-rate: 1/5\nCrawl-delay: 9", 9.0, 5.0),
        ("Request-rate: 0/5", None, None),
        ("Request-rate: often", None, None),
        ("Crawl-delay: soon", None, None),
        ("Crawl-delay: -3", None, None),
        ("Crawl-delay: nan", None, None),
        ("Crawl-delay: 1e9", None, None),
    ],
)
def test_wishes_for_patience_are_read_in_seconds(line: str, delay: float | None, interval: float | None) -> None:
    read = rules(f"User-agent: *\n{line}\n")
    assert (read.crawl_delay, read.request_interval) == (delay, interval)


def test_what_was_kept_counts_for_a_day_and_a_closed_site_is_asked_again_after_an_hour() -> None:
    at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    had, closed = CachedRobots(200, b"", at, ""), CachedRobots(503, b"", at, "robots.txt answered 503")
    hours = (0, 0.9, 1.1, 23.9, 24.1, -1)
    assert [had.fresh(at + timedelta(hours=h)) for h in hours] == [True, True, True, True, False, False]
    assert [closed.fresh(at + timedelta(hours=h)) for h in hours] == [True, True, False, False, False, False]


LINES = st.lists(
    st.one_of(
        st.sampled_from(["User-agent: *", "User-agent: StartupScout", "Allow: /*a*b$", "Crawl-delay: 2", "\x00:"]),
        st.text(max_size=40),
        st.text("/*$%:?aA2F \t", max_size=40).map("Disallow: ".__add__),
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(LINES, st.text(st.characters(codec="utf-8"), max_size=60))
def test_nothing_that_a_server_sends_breaks_the_reader(lines: list[str], path: str) -> None:
    for separator in ("\n", "\r"):
        Rules.parse(separator.join(lines).encode("utf-8", "surrogatepass"), US).allows(f"http://h.it/{path}")


@given(st.text(st.characters(codec="utf-8"), max_size=40) | st.text("%24Aa/?#", max_size=20))
def test_the_normal_form_of_a_normal_form_is_itself(path: str) -> None:
    assert normal_path(normal_path(path)) == normal_path(path)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_no_octets_break_the_reader(body: bytes) -> None:
    assert Rules.parse(body, US).allows("/robots.txt")


def test_a_hostile_robots_txt_costs_no_time() -> None:
    stars = b"Disallow: /" + b"*a" * 30 + b"b\n"
    body = b"User-agent: *\n" + stars * (MOST_ROBOTS_BYTES // len(stars))
    one_line = b"User-agent: *\nDisallow: /" + b"a*" * 200_000 + b"b$"
    began = time.process_time()
    for text in (body, one_line):
        assert Rules.parse(text, US).allows("http://h.it/" + "a" * 1900)
    assert time.process_time() - began < 2.0
