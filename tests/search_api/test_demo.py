"""`scout demo` as a user runs it: from nothing to an answered need, and without any network but loopback."""

import http.client
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from bs4 import BeautifulSoup

from crawler.corpus.corpus import Corpus
from crawler.demo.sites import load_sites
from crawler.demo.web import DemoWeb
from crawler.home import Home
from crawler.records import Outcome
from indexer.snapshot import current_manifest
from tests.search_api.conftest import answers, free_port

SITES = load_sites()
SITE_OF = {site.id: site for site in SITES}
PAGES = sum(len(site.pages) for site in SITES)
START = 240.0
"""Seconds that the demo may take until it answers, on a machine that does other things as well."""
RUN = "from search_api.cli import main; main()"
NOTICE = re.compile(
    r"(Summary written for the demo|Sintesi scritta per la dimostrazione).*(KnowledgeShare|Y Combinator).* 202[45]",
    re.IGNORECASE,
)
"""What every page says of itself: a summary, its source, the date of the data."""
ALONE = """
import fcntl, socket, struct
with socket.socket() as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh22x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: IFF_UP | IFF_RUNNING
    assert [name for _, name in socket.if_nameindex()] == ["lo"]
    assert s.connect_ex(("192.0.2.1", 80)) != 0
"""
Environment = Callable[[Path], dict[str, str]]


@dataclass(frozen=True)
class Demo:
    """A running demo."""

    program: "subprocess.Popen[str]"
    client: httpx.Client
    began: float
    ready: float
    """Seconds from the start to the first answer of /readyz."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`scout demo` in an empty home; ended with Ctrl-C by the last test, or killed."""
    folder, port = tmp_path_factory.mktemp("run"), free_port()
    environment = {"SCOUT_HOME": str(folder / "home"), "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"}
    began = time.monotonic()
    program = subprocess.Popen(
        [sys.executable, "-c", RUN, "demo", "--port", str(port), "--web-port", "0"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as client:
            while not answers(client):
                assert program.poll() is None, program.stdout and program.stdout.read()
                assert time.monotonic() < began + START, "the demo did not answer in time"
                time.sleep(0.25)
            yield Demo(program, client, began, time.monotonic() - began)
    finally:
        program.kill()
        program.wait()
        if program.stdout:
            program.stdout.close()


def ask(demo: Demo, need: str) -> dict[str, Any]:
    response = demo.client.post("/api/search", json={"need": need, "limit": 5})
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


def page_text(url: str) -> str:
    """Fetch a page of the demo web, as a browser would that knows where *.localhost leads; returns what it shows."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=10)
    connection.request("GET", parts.path or "/", headers={"Host": parts.netloc})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status == 200, url
    return BeautifulSoup(body, "lxml", from_encoding=response.headers.get_content_charset()).get_text(" ")


def squeezed(text: str) -> str:
    return "".join(re.findall(r"\w+", text))


@pytest.mark.parametrize(
    ("need", "language", "verdict", "first"),
    [
        ("rilevare difetti nei pezzi metallici con visione artificiale", "it", "fits", {"Cerelyze", "One-Off Innovation"}),
        # Nobody in the demo inspects welds: one measures structures by touch, one welds.
        ("controllo non distruttivo delle saldature", "it", "unsure", {"Ant-X", "RMFG"}),
        ("pipe couplings made of shape memory alloy", "en", "fits", {"2SMArtEST"}),
        ("detect surface defects on metal parts with machine vision", "en", "fits", {"Cerelyze", "One-Off Innovation"}),
    ],
)
def test_a_need_is_answered_with_startups_whose_evidence_stands_on_their_pages(
    demo: Demo, need: str, language: str, verdict: str, first: set[str]
) -> None:
    answer = ask(demo, need)
    assert (answer["language"], answer["verdict"], len(answer["matches"])) == (language, verdict, 5)
    for match in answer["matches"]:
        site = SITE_OF[match["startup"]["id"]]
        assert match["startup"]["name"] == site.name
        assert 1 <= len(match["evidence"]) <= 3
        for shown in match["evidence"]:
            assert urlsplit(shown["url"]).hostname == f"{site.slug}.localhost"
            text = page_text(shown["url"])
            assert NOTICE.search(" ".join(text.split())), shown["url"]
            on_page = squeezed(text)
            pieces = [squeezed(piece) for piece in re.split(r"[\n|]|: ", shown["text"])]
            assert all(piece in on_page for piece in pieces), (shown["text"], shown["url"])
            read = datetime.fromisoformat(shown["fetched_at"])
            assert 0 <= (datetime.now(UTC) - read).total_seconds() < START + 120
    best = answer["matches"][: len(first)]
    assert {match["startup"]["name"] for match in best} == first
    assert best[0]["confidence"] == {"fits": "strong", "unsure": "possible"}[verdict]
    assert "weak" not in {match["confidence"] for match in best}


@pytest.mark.parametrize(
    "need",
    [
        "abiti da sposa su misura",
        "consulenza fiscale per studi dentistici",
        "wedding photography",
        "translation of novels from Japanese",
    ],
)
def test_a_need_that_nobody_in_the_demo_meets_is_told_so(demo: Demo, need: str) -> None:
    answer = ask(demo, need)
    assert answer["verdict"] == "nothing"
    assert [match["confidence"] for match in answer["matches"]] == ["weak"] * 5


def test_the_page_and_its_parts_are_served(demo: Demo) -> None:
    page = demo.client.get("/")
    assert page.status_code == 200
    sources = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(sources) > 3
    assert {demo.client.get(source).status_code for source in sources} == {200}


def test_the_status_counts_the_whole_demo_web(demo: Demo) -> None:
    status = demo.client.get("/api/status").json()
    assert status["startups"] == len(SITES) >= 150
    assert status["model"] == "all-MiniLM-L6-v2 with Italian"
    assert status["languages"]["it"] > 300
    assert datetime.fromisoformat(status["newest_page"]).date() in {
        datetime.now(UTC).date(),
        datetime.fromtimestamp(time.time() - START, UTC).date(),
    }


def test_ctrl_c_ends_the_demo_and_no_need_was_printed(demo: Demo) -> None:
    """The last test of the running demo."""
    demo.program.send_signal(signal.SIGINT)
    said, _ = demo.program.communicate(timeout=30)
    assert demo.program.returncode in {0, 130}
    assert "Traceback" not in said
    assert f"{len(SITES)} sites" in said
    assert f"{PAGES}  pages: {PAGES} new" in said
    assert "page and API: http://127.0.0.1:" in said
    for word in ("difetti", "saldature", "couplings", "defects", "sposa", "Japanese", "WARNING", "ERROR"):
        assert word not in said


def test_ctrl_c_during_the_crawl_ends_in_order_and_keeps_what_was_stored(tmp_path: Path, environment: Environment) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", RUN, "demo", "--no-serve", "--web-port", "0"],
        cwd=tmp_path,
        env=environment(tmp_path / "home"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    corpus = Home(tmp_path / "home").demo.corpus
    try:
        deadline = time.monotonic() + 60
        while not stored(corpus) and time.monotonic() < deadline:
            time.sleep(0.2)
        program.send_signal(signal.SIGINT)
        said, _ = program.communicate(timeout=40)
    finally:
        program.kill()
        program.wait()
    assert program.returncode == 130
    assert "Traceback" not in said
    assert 0 < stored(corpus) < PAGES


def stored(path: Path) -> int:
    if not path.is_file():
        return 0
    with Corpus(path) as corpus:
        return corpus.counts().pages


def spelled(url: str) -> str:
    """Return one spelling of an address: some demo sites answer to two, and the first one met is stored."""
    return url.lower().rstrip("/")


def test_what_is_stored_is_what_was_packaged(demo_crawl: tuple[Home, DemoWeb]) -> None:
    home, web = demo_crawl
    addresses = web.addresses()
    with Corpus(home.corpus, read_only=True) as corpus:
        pages = list(corpus.pages())
    assert sorted(spelled(page.url) for page in pages) == sorted(spelled(url) for urls in addresses.values() for url in urls)
    assert len(pages) == PAGES
    packaged = {spelled(url): page for site in SITES for url, page in zip(addresses[site.id], site.pages, strict=True)}
    for page in pages:
        written = packaged[spelled(page.url)]
        assert page.title == written.title
        assert page.language == SITE_OF[page.startup_id].language_of(written), page.url
        text = squeezed(page.text)
        for section in written.sections:
            assert squeezed(section.heading) in text, page.url
            assert all(squeezed(paragraph) in text for paragraph in section.paragraphs), page.url
            assert all(squeezed(item) in text for item in section.items), page.url


def test_nothing_that_robots_forbid_was_asked_for(demo_crawl: tuple[Home, DemoWeb]) -> None:
    home, web = demo_crawl
    assert len(web.requests) > PAGES
    assert not [request for request in web.requests if request.target.lower().startswith("/private/")]
    first: dict[str, str] = {}
    for request in web.requests:
        assert request.user_agent.startswith("StartupScout/")
        assert request.method == "GET"
        first.setdefault(request.host, request.target)
    assert set(first.values()) == {"/robots.txt"}
    with Corpus(home.corpus, read_only=True) as corpus:
        refused = [visit for visit in corpus.visits() if visit.outcome is Outcome.ROBOTS]
    assert refused
    assert all("/private/" in visit.url for visit in refused)


def test_every_startup_of_the_demo_has_its_facts_in_the_corpus(demo_crawl: tuple[Home, DemoWeb]) -> None:
    home, _ = demo_crawl
    with Corpus(home.corpus, read_only=True) as corpus:
        known = {startup.id: startup for startup in corpus.startups()}
    assert known.keys() == SITE_OF.keys()
    for site in SITES:
        one = known[site.id]
        assert (one.name, one.country, one.trl, one.founded, one.tags, one.parent_organisations) == (
            site.name,
            site.country,
            site.trl,
            site.founded,
            site.tags,
            site.parent_organisations,
        )


def test_nothing_of_the_demo_needs_a_network(demo_home: Home, tmp_path: Path, environment: Environment) -> None:
    """In a namespace that has loopback alone; vectors of an earlier demo are used again, which makes it quick."""
    # -E: without the tests' own guard, which would refuse before the namespace does.
    alone = [shutil.which("unshare") or "unshare", "-rn", sys.executable, "-E", "-c"]
    try:
        trial = subprocess.run([*alone, ALONE], capture_output=True, text=True, timeout=30, check=False)
    except FileNotFoundError:
        pytest.skip("there is no unshare here")
    if trial.returncode:
        pytest.skip(f"network namespaces are not permitted here: {trial.stderr.strip().splitlines()[-1]}")
    home = Home(tmp_path / "home").demo
    shutil.copytree(demo_home.snapshots, home.snapshots)
    shutil.copy(demo_home.current, home.current)
    before = current_manifest(home).id
    done = subprocess.run(
        [*alone, ALONE + RUN, "demo", "--no-serve", "--web-port", "0"],
        cwd=tmp_path,
        env=environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=START,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert f"{PAGES}  pages: {PAGES} new, 0 changed, 0 unchanged" in done.stdout
    manifest = current_manifest(home)
    assert manifest.id != before
    assert (manifest.startups, manifest.passages) == (len(SITES), current_manifest(demo_home).passages)
    assert f"snapshot {manifest.id}: {len(SITES)} startups, {manifest.passages} passages, 0 texts embedded" in done.stdout
    answer = subprocess.run(
        [*alone, ALONE + RUN, "search", "giunti per tubi in lega a memoria di forma", "--limit", "1"],
        env=environment(tmp_path / "home" / "demo"),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=START,
        check=False,
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "\n1. 2SMArtEST " in f"\n{answer.stdout}", "what is said before it tells how the need was read"
