"""Real sites behind a proxy that fails as the web does: what is asked for and when, and that nothing is lost by it.

Three crawls of the same sites, side by side in each: undisturbed; with faults; and a refresh of the undisturbed one, with other
faults. The proxy's log is judged by rules of this folder's own and by Protego's reading of robots.txt. The whole slice is
crawled in `test_crawl_shared`: there it is judged against the files, here small sites are enough, whose faults are many.
"""

import shutil
import time
from collections import Counter
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.corpus.pages import Change
from crawler.corpus.recording import Progress
from crawler.records import Outcome, Startup
from crawler.seeds import read_seeds
from crawler.settings import CrawlSettings, crawl_settings
from crawler.sites.crawling import crawl
from tests.crawler.replayed import AGENT, TIMEOUT, Crawled, at, host_of, read, requests
from tests.frozen_web import Fault, proxied

pytestmark = pytest.mark.shared

DELAY = 0.03
CLOCK = 0.005
LATE_CLOCK = 0.1
"""How well the moment is known at which the crawler gave up."""
TOO_LATE = TIMEOUT + 1
"""Seconds: an answer that nobody waits for any longer."""
SLOW = 0.3
"""Seconds that a slow host takes for an answer."""
TRIES = 3
BACK_OFF = 5
"""Delays before the first try that follows a fault, at least; twice as many before the next."""
LULL = 30
"""Delays before what failed is tried once more, at least."""
DATE_AFTER = 10.0
"""Seconds from the beginning of the crawl to the date that a Retry-After names."""
RESTARTED = 8
"""Seconds to wait, more than it takes to start a crawl again."""

SECTIONS = (
    f"User-agent: *\nDisallow: /\n\nUser-agent: {AGENT.lower()}\n"
    "Crawl-delay: 0.3\nDisallow: /*-parts.html$\nAllow: /automotive-parts\n"
)
FOLDER = "User-agent: *\nRequest-rate: 4/1s\nDisallow: /pages/\n"
"""Half of it forbids nothing: the first time it is cut."""
CLOSED = "User-agent: *\nDisallow: /\n"

UNDISTURBED = ("metalmed.eu", "www.inoxlabtaranto.it")
TWINS = ("http://www.ezbelta.com/", "http://sodotech.it/")
"""Startups whose site is one of the others' in its other spelling: two that want the same host at once."""
FAULTS: dict[str, Fault] = {
    "www.sodotech.it": {"status": 429, "retry_after": 1, "times": 3},
    "americanbms.com": {"status": 503, "retry_after": "a date", "times": 2},
    "www.mdm-srl.com": {"status": 429, "times": 3},
    "www.ctech.it": {"status": 500, "times": 3},
    "bgrimpianti.it": {"status": 429, "retry_after": 3600, "times": 2},
    "staton.in": {"robots_status": 503},
    "www.femomontaggi.it": {"robots_status": 500, "robots": "User-agent: *\nAllow: /\n"},
    "lrdvnz.github.io": {"robots_status": 429},
    "www.neopac.it": {"robots_status": 403, "robots": CLOSED},
    "klassmold.com": {"robots": SECTIONS},
    "www.energy-way.it": {"robots": FOLDER, "drop": 0.15, "seed": 32},
    "bionditecnologie.it": {"robots": CLOSED},
    "ezbelta.com": {"delay": SLOW},
    "www.ezbelta.com": {"delay": SLOW},
    "iotec-gmbh.de": {"delay": 0.1, "drop": 0.3, "seed": 26},
    "doingsrl.it": {"drop": 0.3, "seed": 1},
    "www.sifrainstallazioni.it": {"drop": 0.3, "seed": 14},
    "managech.com": {"delay": TOO_LATE},
}
SHUT = {"staton.in", "www.femomontaggi.it", "lrdvnz.github.io", "bionditecnologie.it"}
"""Of these nothing but robots.txt may be asked for."""
THINNED = {"klassmold.com", "www.energy-way.it"}
"""Whose robots.txt keeps some pages back: what the others repeat is told without them."""
LEFT_ALONE = "bgrimpianti.it"
SILENT = "managech.com"

FAULTS_OF_REFRESH: dict[str, Fault] = {
    "www.sodotech.it": {"status": 429, "retry_after": 1, "times": 3},
    "staton.in": {"robots_status": 503},
    "www.femomontaggi.it": {"status": 500},
    "www.neopac.it": {"status": 404},
    "klassmold.com": {"robots": SECTIONS},
    "doingsrl.it": {"drop": 0.3, "seed": 39},
    "ezbelta.com": {"delay": TOO_LATE},
    "www.ezbelta.com": {"delay": TOO_LATE},
}
GONE = "www.neopac.it"
FORBIDDING = "klassmold.com"
FAILING = {"staton.in", "www.femomontaggi.it", "ezbelta.com"}
"""Of these nothing can be had during the refresh."""


def settings() -> CrawlSettings:
    return crawl_settings(delay=DELAY, timeout=TIMEOUT)


def replayed(shared: Path, folder: Path, faults: dict[str, Fault], *, refresh: bool = False) -> Crawled:
    """Crawl the sites through the proxy, into the corpus of the folder."""
    web = shared / "web"
    startups = [one for one in read_seeds(web / "seeds.csv").startups if host_of(one.url or "") in {*UNDISTURBED, *FAULTS}]
    startups += [Startup(f"twin-{number}", "Twin", url) for number, url in enumerate(TWINS)]
    assert {host_of(one.url or "") for one in startups} >= {*UNDISTURBED, *FAULTS}
    date = format_datetime(datetime.fromtimestamp(int(time.time() + DATE_AFTER), UTC), usegmt=True)
    told = {
        host: fault | ({"retry_after": date} if fault.get("retry_after") == "a date" else {}) for host, fault in faults.items()
    }
    log = folder / f"refresh-{refresh}.jsonl"
    with proxied(shared, told, log):
        summary = crawl(startups, folder / "corpus.sqlite", settings(), refresh=refresh, rehearsal=True)
    return read(web / "dev", folder / "corpus.sqlite", told, summary, log)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="module")
def undisturbed(shared: Path, folder: Path) -> Crawled:
    (folder / "undisturbed").mkdir()
    return replayed(shared, folder / "undisturbed", {})


@pytest.fixture(scope="module")
def disturbed(shared: Path, folder: Path) -> Crawled:
    (folder / "disturbed").mkdir()
    return replayed(shared, folder / "disturbed", FAULTS)


@pytest.fixture(scope="module")
def refreshed(shared: Path, folder: Path, undisturbed: Crawled) -> Crawled:
    """A refresh of what the undisturbed crawl stored, while other things go wrong."""
    assert undisturbed.pages
    shutil.copytree(folder / "undisturbed", folder / "refreshed")
    return replayed(shared, folder / "refreshed", FAULTS_OF_REFRESH, refresh=True)


@pytest.fixture(params=["undisturbed", "disturbed", "refreshed"])
def crawled(request: pytest.FixtureRequest) -> Crawled:
    found: Crawled = request.getfixturevalue(request.param)
    return found


# Manners, in all three crawls ---------------------------------------------------------------------------------------------


def test_nothing_is_asked_for_that_robots_txt_forbids(crawled: Crawled) -> None:
    asked_for = [asked.url for asked in crawled.log if asked.path != "/robots.txt"]
    assert [url for url in asked_for if not crawled.allows(url)] == []
    assert len(asked_for) > 60


def test_robots_txt_comes_first_and_is_asked_for_again_only_where_it_could_not_be_had(crawled: Crawled) -> None:
    for host, asked in crawled.by_host(spelled=True).items():
        of_robots = [one for one in asked if one.path == "/robots.txt"]
        had = [one for one in of_robots if not one.failed]
        assert asked[: len(of_robots)] == of_robots, host
        assert had in ([], of_robots[-1:]), host
        assert len(of_robots) <= TRIES, host


def test_a_host_has_one_request_at_a_time_and_its_delay_after_each_answer(crawled: Crawled) -> None:
    gaps = 0
    for host, asked in crawled.by_host().items():
        told = 0.0
        for one, following in pairwise(asked):
            if one.path == "/robots.txt" and not one.failed:
                told = max(told, crawled.delay(one.host))
            assert following.came - one.over >= max(DELAY, told) - CLOCK, (host, told, one, following)
            gaps += 1
    assert gaps > 60


def test_a_retry_after_is_waited_for_whatever_is_asked_next(crawled: Crawled) -> None:
    for host, fault in crawled.faults.items():
        asked = crawled.of(host)
        for number, one in enumerate(asked):
            if one.host == host and one.status == fault.get("status") and "retry_after" in fault:
                told = str(fault["retry_after"])
                until = one.answered + float(told) if told.isdigit() else http_date(told)
                assert all(later.came >= until - CLOCK for later in asked[number + 1 :]), (host, one)


def http_date(text: str) -> float:
    return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC).timestamp()


def test_what_failed_is_asked_for_again_at_most_twice_each_time_after_a_longer_wait_and_once_more_later(
    crawled: Crawled,
) -> None:
    assert max(Counter(one.url for one in crawled.log if one.failed).values(), default=0) <= 2 * TRIES
    for host, asked in crawled.by_host(spelled=True).items():
        if "retry_after" in crawled.faults.get(host, {}):
            continue
        tries = 1
        for one, following in pairwise(asked):
            again = one.failed and one.url == following.url
            if again:
                wait = DELAY * (BACK_OFF * 2 ** (tries - 1) if tries < TRIES else LULL)
                assert following.came - one.over >= wait - (LATE_CLOCK if one.late else CLOCK), (host, one, following)
            assert again or not one.failed or tries == TRIES, (host, "given up too soon", one, following)
            tries = tries % TRIES + 1 if again else 1


def test_a_slow_host_gets_as_much_time_as_its_answers_take(disturbed: Crawled) -> None:
    asked = disturbed.of("ezbelta.com")
    assert {one.host for one in asked} == {"ezbelta.com", "www.ezbelta.com"}
    assert min(following.came - one.over for one, following in pairwise(asked)) >= SLOW - CLOCK


def test_every_request_names_the_crawler_and_a_contact(crawled: Crawled) -> None:
    assert {asked.agent for asked in crawled.log} == {settings().user_agent}


# What faults do to a crawl ------------------------------------------------------------------------------------------------


def test_where_robots_txt_answers_5xx_or_forbids_all_nothing_else_is_asked_for(disturbed: Crawled) -> None:
    for host in SHUT:
        assert {asked.path for asked in disturbed.of(host)} == {"/robots.txt"}, host
        assert {one.outcome for one in disturbed.visits if at(one.url, host)} == {Outcome.ROBOTS}, host


def test_a_host_that_asks_for_an_hour_is_left_alone_at_once(disturbed: Crawled) -> None:
    assert [(asked.path, asked.status) for asked in disturbed.of(LEFT_ALONE)] == [("/robots.txt", 404), ("/", 429)]
    (left,) = (one for one in disturbed.visits if at(one.url, LEFT_ALONE))
    assert (left.outcome, left.status, "3600" in left.detail) == (Outcome.HTTP_ERROR, 429, True)


def test_a_host_that_never_answers_in_time_is_asked_for_robots_txt_alone(disturbed: Crawled) -> None:
    assert {asked.path for asked in disturbed.of(SILENT)} == {"/robots.txt"}
    assert {one.outcome for one in disturbed.visits if at(one.url, SILENT)} == {Outcome.UNREACHABLE}


def test_the_faults_were_met(disturbed: Crawled) -> None:
    statuses = Counter(asked.status for asked in disturbed.log)
    assert statuses[429] >= 5
    assert statuses[500] >= 3
    assert statuses[503] >= 4
    assert sum(asked.cut for asked in disturbed.log) >= 8


def test_all_pages_that_may_be_had_are_stored_as_without_the_faults(undisturbed: Crawled, disturbed: Crawled) -> None:
    closed = [*SHUT, LEFT_ALONE, SILENT]
    reachable = {url for url in undisturbed.pages if not any(at(url, host) for host in closed) and disturbed.allows(url)}
    assert disturbed.pages.keys() == reachable
    assert disturbed.as_found == {url: digest for url, digest in undisturbed.as_found.items() if url in reachable}
    whole = [url for url in reachable if not any(at(url, host) for host in THINNED)]
    assert {url: disturbed.pages[url] for url in whole} == {url: undisturbed.pages[url] for url in whole}
    assert len(whole) > 60
    assert len(undisturbed.pages) - len(reachable) > 30


class StoppedError(Exception):
    """The test has seen enough."""


def test_a_retry_after_is_waited_for_by_the_crawl_that_is_started_again(shared: Path, tmp_path: Path) -> None:
    faults: dict[str, Fault] = {"metalmed.eu": {"status": 429, "retry_after": RESTARTED, "times": 2}}
    startup, log = Startup("one", "One", "http://metalmed.eu/"), tmp_path / "log.jsonl"

    def stop(_: Progress) -> None:
        if '"status": 429' in log.read_text():
            raise StoppedError

    with proxied(shared, faults, log):
        with pytest.raises(StoppedError):
            crawl([startup], tmp_path / "corpus.sqlite", settings(), stop, rehearsal=True)
        summary = crawl([startup], tmp_path / "corpus.sqlite", settings(), rehearsal=True)
    asked = list(requests(log, faults))
    told = next(number for number, one in enumerate(asked) if one.status == 429)
    assert summary.new == 4
    assert asked[told + 1].came >= asked[told].answered + RESTARTED - CLOCK


# What a refresh costs -------------------------------------------------------------------------------------------------


def test_what_is_unchanged_is_neither_sent_again_nor_extracted(undisturbed: Crawled, refreshed: Crawled) -> None:
    work = refreshed.summary.work
    assert (work.extracted, work.same_body) == (0, 0)
    asked = {one.url: one for one in refreshed.log if not one.failed}
    healthy = [url for url in undisturbed.pages if not any(at(url, host) for host in (*FAILING, GONE))]
    sent = [url for url in healthy if url in asked and asked[url].status != 304]
    assert sent == []
    assert work.not_modified == sum(one.status == 304 and "/sitemap." not in one.url for one in refreshed.log) > 60
    skipped = {url for url in healthy if url not in asked and refreshed.allows(url)}
    assert skipped <= undisturbed.dated
    assert len(skipped) == work.skipped > 0


def test_pages_of_hosts_that_fail_today_stay_as_they_are(undisturbed: Crawled, refreshed: Crawled) -> None:
    for host in FAILING:
        assert refreshed.stored(host) == undisturbed.stored(host) != {}, host
    assert {asked.path for asked in refreshed.of("staton.in")} == {"/robots.txt"}


def test_only_pages_that_are_gone_or_forbidden_by_now_vanish(undisturbed: Crawled, refreshed: Crawled) -> None:
    gone = set(undisturbed.stored(GONE))
    forbidden = {url for url in undisturbed.stored(FORBIDDING) if not refreshed.allows(url)}
    assert gone
    assert forbidden
    assert refreshed.changes[Change.VANISHED] == gone | forbidden
    assert refreshed.summary.vanished == len(gone | forbidden)
    assert refreshed.as_found == {url: digest for url, digest in undisturbed.as_found.items() if url not in gone | forbidden}


def test_only_pages_beside_forbidden_ones_change_since_they_repeat_less(undisturbed: Crawled, refreshed: Crawled) -> None:
    changed = {url for url, digest in refreshed.pages.items() if digest != undisturbed.pages[url]}
    assert refreshed.changes[Change.CHANGED] == changed <= set(undisturbed.stored(FORBIDDING))
    assert not refreshed.changes[Change.NEW]
