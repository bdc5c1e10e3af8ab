"""A crawl that is killed at any moment and started again ends as one that nobody disturbed."""

import contextlib
import dataclasses
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.corpus.corpus import Corpus
from crawler.errors import CrawlError
from crawler.records import Startup
from crawler.settings import CrawlSettings, crawl_settings
from crawler.sites.crawling import Resumed, crawl
from tests.crawler.conftest import Content, Reply, Web, path, sentence, text_page

KILLS = 50
PATIENCE = 30.0
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
MOST_IN_FLIGHT = 2
"""Addresses of one site: a page, and the one that it is a copy of."""


@dataclass(frozen=True)
class Outcome:
    """What a crawl left behind."""

    pages: dict[str, str]
    visits: dict[str, str]
    summary: dict[str, object]


class Zygote:
    """Forks crawls."""

    def __init__(self) -> None:
        program = [sys.executable, "-c", "from tests.crawler.zygote import serve; serve()"]
        root = Path(__file__).resolve().parents[2]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(root), os.environ.get("PYTHONPATH", "")))}
        self.process = subprocess.Popen(program, cwd=root, env=environment, text=True, stdin=-1, stdout=-1)
        assert self._answer() == "ready"

    def start(self, startups: list[Startup], folder: Path, settings: CrawlSettings, **choices: object) -> int:
        job = {
            "startups": [dataclasses.asdict(startup) for startup in startups],
            "corpus": str(folder / "corpus.sqlite"),
            "archive": str(folder / "archive"),
            "settings": settings.model_dump(),
            "refresh": False,
            "rehearsal": False,
            "told": str(folder / "told"),
        }
        (folder / "told.ended").unlink(missing_ok=True)
        return self.ask(job | choices)

    def ask(self, job: dict[str, object]) -> int:
        """Have a job done; return the number of its process."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return int(self._answer())

    def command(self, words: list[str], home: Path, moment: int) -> int:
        """Run a command up to a moment; return how many it has, or 0 where it was killed."""
        told = home / "command"
        over = home / "command.ended"
        told.unlink(missing_ok=True)
        over.unlink(missing_ok=True)
        child = self.ask({"command": words, "home": str(home), "moment": moment, "told": str(told)})
        deadline = time.monotonic() + PATIENCE
        while not over.exists():
            assert time.monotonic() < deadline, "the command does not end"
            try:
                os.kill(child, 0)
            except ProcessLookupError:
                break
            time.sleep(0.005)
        said = told.read_text().split() if over.exists() else []
        return int(said[-1]) if said else 0

    def _answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.process.kill()
    made.process.communicate()


def ended(folder: Path) -> dict[str, object]:
    """Wait for a crawl to end; return its summary."""
    deadline = time.monotonic() + PATIENCE
    while not finished(folder):
        assert time.monotonic() < deadline, "the crawl does not end"
        time.sleep(0.01)
    last = json.loads((folder / "told").read_text().splitlines()[-1])
    assert "summary" in last, last
    return dict(last["summary"])


def finished(folder: Path) -> bool:
    """Tell whether a crawl ended, or was killed when it had said all."""
    told = (folder / "told").read_text() if (folder / "told").exists() else ""
    return (folder / "told.ended").exists() or ('{"summary"' in told and told.endswith("\n"))


def left_behind(folder: Path, summary: dict[str, object]) -> Outcome:
    with Corpus(folder / "corpus.sqlite", read_only=True) as corpus:
        pages = {f"{page.startup_id} {path(page.url)}": f"{page.digest} {page.language}" for page in corpus.pages()}
        visits = {f"{visit.startup_id} {path(visit.url)}": visit.outcome.value for visit in corpus.visits()}
    return Outcome(pages, visits, summary)


def sites(web: Web) -> list[Startup]:
    """Sites with what makes order matter: redirects, copies, canonical addresses, dead links, a budget, a trap, a sitemap."""
    footer = "<footer>Acme di Prova S.r.l.</footer><p>The same line on every page of this site, to be taken out.</p>"
    plain = {f"/p{n}": text_page(sentence(n) + footer, links=(f"/p{n + 1}", "/old", "/none")) for n in range(6)}
    plain |= {"/": text_page(sentence(100) + footer, links=("/p0", "/copy", "/p3", "/azienda"))}
    plain["/azienda"] = text_page(sentence(101) + footer)
    plain["/copy"] = plain["/p3"]
    hops = {"Location": "/moved"}
    odd: dict[str, Content] = {
        "/": Reply("", 302, headers={"Location": "/en/"}),
        "/en/": text_page(sentence(200), links=("/en/a-sorted", "/en/a", "/en/old", "/en/loop", "/private")),
        "/en/a": text_page(sentence(201), head='<link rel="canonical" href="/en/a">', links=("/en/b",)),
        "/en/a-sorted": text_page(sentence(201), title="Sorted", head='<link rel="canonical" href="/en/a">'),
        "/en/old": Reply("", 301, headers={"Location": "/en/new"}),
        "/en/new": text_page(sentence(202), links=("/en/noindex",)),
        "/en/noindex": text_page(sentence(203), head='<meta name="robots" content="noindex">', links=("/en/c",)),
        "/en/b": text_page(sentence(204)),
        "/en/c": text_page(sentence(205)),
        "/en/loop": Reply("", 302, headers={"Location": "/en/loop"}),
        "/robots.txt": Reply("User-agent: *\nDisallow: /private", kind="text/plain"),
    }
    entries = "".join(f"<url><loc>{web.url('mapped', f'/s{n}')}</loc></url>" for n in range(8))
    mapped: dict[str, Content] = {
        f"/s{n}": text_page(sentence(300 + n), links=("/s1", f"/calendar/2031-0{n + 1}")) for n in range(8)
    }
    mapped |= {f"/calendar/2031-0{n}": text_page("No events.", links=(f"/calendar/2031-0{n + 1}",)) for n in range(1, 9)}
    mapped |= {
        "/": text_page(sentence(310)),
        "/sitemap.xml": Reply(f"<urlset xmlns='{SITEMAPS}'>{entries}</urlset>", kind="text/xml"),
        "/old": Reply("", 301, headers=hops),
    }
    new = {f"/n{n}": text_page(sentence(400 + n), links=(f"/n{n + 1}",)) for n in range(4)}
    web.site("newname", new | {"/it/": text_page(sentence(410), links=("/n0",))})
    left = web.site("oldname", {"/": Reply("", 301, headers={"Location": web.url("newname", "/it/")})})
    return [web.site("plain", plain), web.site("odd", odd), web.site("mapped", mapped), left]


@pytest.fixture
def quick() -> CrawlSettings:
    return crawl_settings(delay=0.0, timeout=5.0, loopback=True, max_pages=12, autothrottle=False)


def test_fifty_kills_at_random_moments_change_nothing(web: Web, zygote: Zygote, tmp_path: Path, quick: CrawlSettings) -> None:
    startups = sites(web)
    calm = tmp_path / "calm"
    calm.mkdir()
    began = time.monotonic()
    zygote.start(startups, calm, quick)
    undisturbed = left_behind(calm, ended(calm))
    seconds = time.monotonic() - began
    asked_once = Counter((request.host, request.path) for request in web.requests)
    assert set(asked_once.values()) == {1}
    assert len(undisturbed.pages) > 20
    dice = random.Random(20261123)  # noqa: S311  # it draws moments, no secrets
    resumed = 0
    for number in range(KILLS):
        folder = tmp_path / f"kill{number}"
        folder.mkdir()
        web.requests.clear()
        kills = 1 + (number % 5 == 0)
        for _ in range(kills):
            child = zygote.start(startups, folder, quick)
            time.sleep(dice.uniform(0.0, seconds))
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            if finished(folder):
                break  # it was quicker
        if not finished(folder):
            zygote.start(startups, folder, quick)
        summary = ended(folder)
        resumed += bool(summary["resumed"])
        outcome = left_behind(folder, summary)
        assert outcome.pages == undisturbed.pages, number
        assert outcome.visits == undisturbed.visits, number
        assert [summary[key] for key in ("new", "left")] == [undisturbed.summary[key] for key in ("new", "left")], number
        asked = Counter((request.host, request.path) for request in web.requests)
        assert asked.keys() == asked_once.keys(), number
        again = Counter(host for (host, where), times in asked.items() if times > 1 for _ in range(times - 1))
        assert all(times <= MOST_IN_FLIGHT * kills for times in again.values()), (number, again)
    assert resumed > KILLS / 2


def test_a_crawl_that_finished_begins_anew_and_one_that_did_not_says_what_it_takes_up(
    web: Web, tmp_path: Path, quick: CrawlSettings
) -> None:
    startups = sites(web)
    told: list[Resumed] = []

    def stop(progress: object) -> None:
        if getattr(progress, "pages", 0) >= 3:
            raise KeyboardInterrupt

    slow = quick.model_copy(update={"delay": 0.15})
    with pytest.raises(KeyboardInterrupt):
        crawl(startups, tmp_path / "corpus.sqlite", slow, stop, on_resume=told.append)
    assert told == []
    summary = crawl(startups, tmp_path / "corpus.sqlite", quick, on_resume=told.append)
    assert len(told) == 1
    assert summary.resumed
    assert summary.work.extracted <= summary.pages
    again = crawl(startups, tmp_path / "corpus.sqlite", quick, on_resume=told.append)
    assert len(told) == 1
    assert (again.resumed, again.new, again.changed, again.unchanged) == (False, 0, 0, summary.pages)


def test_the_same_crawl_twice_at_once_is_refused(web: Web, zygote: Zygote, tmp_path: Path, quick: CrawlSettings) -> None:
    site = web.site("slow", {"/": Reply(text_page(sentence(1)), wait=8.0)})
    quick = quick.model_copy(update={"timeout": 30.0})
    zygote.start([site], tmp_path, quick)
    while not web.asked("slow"):
        time.sleep(0.01)
    with pytest.MonkeyPatch.context() as patch:
        (tmp_path / "sitecustomize.py").write_text("from crawler.sites import crawlprocess\ncrawlprocess.DYING_SECONDS = 0.1\n")
        patch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path), str(Path(__file__).parents[2]))))
        with pytest.raises(CrawlError, match="under way in another process"):
            crawl([site], tmp_path / "corpus.sqlite", quick)
    ended(tmp_path)
