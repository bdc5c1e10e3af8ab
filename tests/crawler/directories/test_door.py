"""Lists off the web: asked for as politely as a page, and only where that is allowed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.corpus.corpus import Corpus
from crawler.corpus.optouts import OptOuts
from crawler.directories.catalogue import directories, gather
from crawler.directories.door import Door
from crawler.directories.entries import Entry
from crawler.errors import DirectoryError
from crawler.seeds import Problem
from crawler.settings import CrawlSettings, crawl_settings
from tests.crawler.conftest import Reply, Web
from tests.crawler.directories.samples import KNOWLEDGE_SHARE, PORTFOLIO, YC_JSON
from tests.crawler.directories.samples import document as document_of

LIST = json.dumps(list(YC_JSON.records))


def serve(web: Web, pages: dict[str, Reply | str]) -> None:
    for path, reply in pages.items():
        web.pages[("lists.localhost", path)] = reply if isinstance(reply, Reply) else Reply(reply, kind="application/json")


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    """One door for all tests: each has a server, and so an origin, of its own."""
    with Door(crawl_settings(delay=0.02, timeout=3.0, loopback=True), rehearsal=True) as opened:
        yield opened


def test_a_list_is_fetched_after_robots_and_read(web: Web, door: Door) -> None:
    serve(web, {"/robots.txt": Reply("", 404), "/all.json": LIST})
    document = door.get(web.url("lists", "/all.json"))
    assert (document.origin, document.url) == (web.url("lists", "/all.json"),) * 2
    first = next(directories()["yc"].entries(document))
    assert isinstance(first, Entry)
    assert first.startup == YC_JSON.expected[0].startup
    assert web.asked("lists") == ["/robots.txt", "/all.json"]
    assert "StartupScout" in web.requests[0].headers["User-Agent"]


def test_what_robots_forbid_is_not_asked_for(web: Web, door: Door) -> None:
    serve(web, {"/robots.txt": Reply("User-agent: *\nDisallow: /all", kind="text/plain"), "/all.json": LIST})
    with pytest.raises(DirectoryError, match=r"cannot fetch .*robots\.txt forbids it"):
        door.get(web.url("lists", "/all.json"))
    assert web.asked("lists") == ["/robots.txt"]


def test_redirects_are_followed_and_judged(web: Web, door: Door) -> None:
    serve(web, {"/robots.txt": Reply("User-agent: *\nDisallow: /closed", kind="text/plain"), "/new": LIST})
    for path, target in {"/old": "/new", "/shut": "/closed", "/round": "/round", "/away": "file:///etc/passwd"}.items():
        serve(web, {path: Reply("", 302, headers={"Location": target})})
    assert door.get(web.url("lists", "/old")).url == web.url("lists", "/new")
    for path, reason in {"/shut": "forbids it", "/round": "redirects", "/away": "no address", "/none": "404"}.items():
        with pytest.raises(DirectoryError, match=reason):
            door.get(web.url("lists", path))
    assert "/closed" not in web.asked("lists")


def test_a_host_on_the_opt_out_list_is_never_asked(web: Web, settings: CrawlSettings, tmp_path: Path) -> None:
    with Corpus(tmp_path / "corpus.sqlite") as corpus:
        OptOuts(corpus).add("lists.localhost")
    with (
        Door(settings, tmp_path / "corpus.sqlite", rehearsal=True) as door,
        pytest.raises(DirectoryError, match="wants no visit"),
    ):
        door.get(web.url("lists", "/all.json"))
    assert web.requests == []


def test_a_wait_that_cannot_be_noted_is_told_and_the_fetching_goes_on(
    web: Web, settings: CrawlSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Corpus(tmp_path / "corpus.sqlite") as corpus:
        corpus.execute("CREATE TRIGGER no BEFORE INSERT ON waits BEGIN SELECT RAISE(ABORT, 'no room'); END")
    serve(web, {"/robots.txt": Reply("", 404), "/busy": Reply("", 503, headers={"Retry-After": "3600"})})
    with (
        Door(settings, tmp_path / "corpus.sqlite", rehearsal=True) as door,
        pytest.raises(DirectoryError, match="cannot fetch"),
    ):
        door.get(web.url("lists", "/busy"))
    assert caplog.messages
    assert all("will not know" in said and "no room" in said for said in caplog.messages)


def test_a_host_that_asked_to_be_left_alone_is_so_by_the_next_run_too(
    web: Web, settings: CrawlSettings, tmp_path: Path
) -> None:
    Corpus(tmp_path / "corpus.sqlite").close()
    busy = Reply("", 503, headers={"Retry-After": "3600"})
    serve(web, {"/robots.txt": Reply("", 404), "/all.json": busy})
    for _ in range(2):
        with (
            Door(settings, tmp_path / "corpus.sqlite", rehearsal=True) as door,
            pytest.raises(DirectoryError, match="cannot fetch"),
        ):
            door.get(web.url("lists", "/all.json"))
    assert web.asked("lists").count("/all.json") == 1


def test_only_public_addresses_are_reached(settings: CrawlSettings) -> None:
    with Door(settings.model_copy(update={"loopback": False})) as door:
        for address in ("10.0.0.1", "127.0.0.1", "localhost", "169.254.169.254", "[::1]", "example.org:22"):
            with pytest.raises(DirectoryError, match="cannot fetch"):
                door.get(f"http://{address}/list")


def test_what_is_no_address_is_an_error(door: Door) -> None:
    with pytest.raises(DirectoryError, match="is no address"):
        door.get("https://")


def test_a_list_in_parts_is_fetched_part_by_part(web: Web, door: Door) -> None:
    records = {str(record["id"]): record for record in KNOWLEDGE_SHARE.records}
    pointers = [
        {"id": int(key), "title": "x", "meta": {"detailUrl": web.url("lists", f"/api/pages/{key}/")}} for key in records
    ]
    serve(web, {"/robots.txt": Reply("", 404)})
    first = "/api/pages/?type=startups.StartUpPage&limit=1&offset=0"
    for offset, items in enumerate([pointers[:1], pointers[1:], []]):
        serve(web, {first.replace("offset=0", f"offset={offset}"): json.dumps({"meta": {"totalCount": 2}, "items": items})})
    serve(web, {f"/api/pages/{key}/": json.dumps(record) for key, record in records.items()})
    found = [one.item for one in gather(directories()["knowledge-share"], door.get(web.url("lists", first)), door.get)]
    assert [item.startup for item in found if isinstance(item, Entry)] == [entry.startup for entry in KNOWLEDGE_SHARE.expected]
    assert len(found) == 2
    assert len(web.asked("lists")) == len(set(web.asked("lists"))) == 6


def test_a_list_that_goes_on_elsewhere_is_not_followed(web: Web, door: Door) -> None:
    pointer = {"id": 1, "title": "x", "meta": {"detailUrl": "https://elsewhere.example/1"}}
    serve(web, {"/robots.txt": Reply("", 404), "/list?limit=20&offset=0": json.dumps({"items": [pointer]})})
    document = door.get(web.url("lists", "/list?limit=20&offset=0"))
    (found,) = gather(directories()["knowledge-share"], document, door.get)
    assert isinstance(found.item, Problem)
    assert "goes on at another host, 'https://elsewhere.example/1': not followed" in found.item.reason


def test_a_part_that_cannot_be_had_is_reported_and_several_in_a_row_end_it(web: Web, door: Door) -> None:
    def pointers(*numbers: int) -> str:
        return json.dumps({"items": [{"id": n, "title": "x", "meta": {"detailUrl": f"/{n}"}} for n in numbers]})

    record = json.dumps(KNOWLEDGE_SHARE.records[0])
    serve(web, {"/robots.txt": Reply("", 404), "/some": pointers(1, 61), "/61": record, "/none": pointers(*range(1, 9))})
    some = gather(directories()["knowledge-share"], door.get(web.url("lists", "/some")), door.get)
    lost, taken = (found.item for found in some)
    assert isinstance(lost, Problem)
    assert "404" in lost.reason
    assert isinstance(taken, Entry)
    with pytest.raises(DirectoryError, match="404"):
        list(gather(directories()["knowledge-share"], door.get(web.url("lists", "/none")), door.get))
    assert len(web.asked("lists")) == 3 + 1 + 1 + 5


def test_a_file_that_only_points_to_records_says_so() -> None:
    body = json.dumps({"items": [{"id": 1, "title": "x", "meta": {"detailUrl": "https://ks.example/1"}}]})
    (found,) = gather(directories()["knowledge-share"], document_of(body))
    assert isinstance(found.item, Problem)
    assert "fetch it from its address" in found.item.reason


def test_the_links_of_a_page_count_from_where_it_is(web: Web, door: Door) -> None:
    page = PORTFOLIO.encode(PORTFOLIO.records)
    serve(web, {"/robots.txt": Reply("", 404), "/portfolio": Reply(page)})
    items = list(directories("li.card")["portfolio"].entries(door.get(web.url("lists", "/portfolio"))))
    assert [item.startup.source for item in items if isinstance(item, Entry)] == ["lists.localhost"] * 2
