"""The frontier hands addresses out in order, loses none, and is found as it was left."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.corpus.corpus import Corpus
from crawler.corpus.frontier import Kind, Phase, SiteFrontier, Task
from crawler.corpus.runs import add_seconds, done_sites, end_run, open_run, run_key
from crawler.records import Startup
from crawler.sites.crawling import shard_of

SEED = "https://acme.example/"
ACME = Startup("acme", "Acme", SEED)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus(tmp_path / "corpus.sqlite") as made:
        made.put_startup(ACME)
        yield made


@pytest.fixture
def frontier(corpus: Corpus) -> SiteFrontier:
    run = open_run(corpus, "key", sites=1, refresh=False)
    made = SiteFrontier(corpus, run.id, "acme")
    made.load(SEED)
    return made


def url(name: str) -> str:
    return f"{SEED}{name}"


def now(task: Task) -> int:
    return task.rank


def test_the_seed_comes_first_then_what_promises_most_in_the_order_of_its_finding(frontier: SiteFrontier) -> None:
    first = frontier.take(now)
    assert first == Task(SEED, 0)
    frontier.push([Task(url("a"), 1, -1), Task(url("b"), 1, -3), Task(url("c"), 2, -3), Task(url("d"), 1, -3)])
    taken = [task.url for task in iter(lambda: frontier.take(now), None)]
    assert taken == [url("b"), url("d"), url("c"), url("a")]


def test_an_address_is_handed_out_once(frontier: SiteFrontier) -> None:
    frontier.push([Task(SEED, 3), Task(url("a"), 1), Task(url("a"), 1)])
    assert len([*iter(lambda: frontier.take(now), None)]) == 2
    frontier.finish(SEED, 200, read=True)
    frontier.push([Task(SEED, 1)])
    assert frontier.take(now) is None


def test_the_judge_may_let_an_address_wait_or_be_rid_of_it(frontier: SiteFrontier) -> None:
    frontier.push([Task(url("late"), 1, -3), Task(url("never"), 1, -2), Task(url("a"), 1, -1)])
    verdicts = {url("late"): 5, url("never"): None}

    def judge(task: Task) -> int | None:
        return verdicts.get(task.url, task.rank)

    taken = [task.url for task in iter(lambda: frontier.take(judge), None)]
    assert taken == [url("a"), SEED, url("late")]
    for task in taken:
        frontier.finish(task)
    assert [done.url for done in frontier.done()] == taken


def test_what_was_in_flight_is_found_again_by_another_process(corpus: Corpus, frontier: SiteFrontier) -> None:
    frontier.push([Task(url("copy"), 1, -1), Task(url("original"), 1, -1), Task(url("c"), 1, -1)])
    taken = [frontier.take(now), frontier.take_key(url("original"))]
    run = open_run(corpus, "key", sites=1, refresh=False)
    assert run.resumed
    assert run.waiting == 4
    later = SiteFrontier(corpus, run.id, "acme")
    assert later.load(SEED).phase is Phase.SEED
    assert later.in_flight() == taken[::-1]
    assert later.count_waiting() == 2
    assert later.keys() == {"acme.example/", "acme.example/copy", "acme.example/original", "acme.example/c"}


def test_redirects_are_followed_to_addresses_that_were_not_visited_and_counted(frontier: SiteFrontier) -> None:
    frontier.push([Task(url("a"), 1), Task(url("b"), 2)])
    task = frontier.take(now)
    assert task is not None
    hop = frontier.hop(task, url("b"))
    assert hop == Task(url("b"), task.depth, task.rank, Kind.PAGE, 1)
    assert hop is not None
    assert frontier.hop(hop, task.url) is None
    frontier.finish(url("b"))
    assert frontier.hop(task, url("b")) is None
    assert frontier.hop(hop, url("new")) == Task(url("new"), 0, 0, Kind.PAGE, 2)


def test_an_address_waits_once_more_in_its_new_rank_and_no_third_time(corpus: Corpus, frontier: SiteFrontier) -> None:
    frontier.push([Task(url("a"), 1, rank=1)])
    failed = frontier.take(now)
    assert failed is not None
    assert frontier.defer(failed.url, 2)
    assert frontier.count_deferred() == 1
    assert frontier.take(now) == Task(url("a"), 1, rank=1)
    run = corpus.row("SELECT max(id) FROM runs") or (0,)
    resumed = SiteFrontier(corpus, run[0], "acme")
    again = resumed.take(now)
    assert again == Task(SEED, 0, rank=2, again=True)
    assert not resumed.defer(SEED, 2)
    assert (resumed.take_deferred(), resumed.count_deferred()) == (None, 1)
    resumed.finish(SEED)
    assert [done.url for done in resumed.done()] == [SEED]


def test_what_was_visited_is_told_in_the_order_in_which_it_was_done(frontier: SiteFrontier) -> None:
    frontier.push([Task(url("a"), 1), Task(url("map"), 0, -100, Kind.SITEMAP)])
    for _ in range(3):
        frontier.take(now)
    frontier.finish(url("a"), 404)
    frontier.finish(url("map"), 200)
    frontier.finish(SEED, 200, read=True)
    assert [(done.url, done.kind, done.status, done.read) for done in frontier.done()] == [
        (url("a"), Kind.PAGE, 404, False),
        (url("map"), Kind.SITEMAP, 200, False),
        (SEED, Kind.PAGE, 200, True),
    ]


def test_a_site_that_is_done_leaves_no_addresses_behind(corpus: Corpus, frontier: SiteFrontier) -> None:
    run = open_run(corpus, "key", sites=1, refresh=False)
    assert done_sites(corpus, run.id) == frozenset()
    frontier.close(left=7)
    assert done_sites(corpus, run.id) == {"acme"}
    assert corpus.row("SELECT count(*) FROM frontier") == (0,)
    assert corpus.row('SELECT "left" FROM sites') == (7,)


def test_a_run_that_ended_is_not_taken_up_nor_one_of_other_seeds_nor_an_old_one(corpus: Corpus) -> None:
    first = open_run(corpus, "key", sites=1, refresh=False)
    assert open_run(corpus, "key", sites=1, refresh=False).id == first.id
    other = open_run(corpus, "other", sites=1, refresh=False)
    assert not other.resumed
    end_run(corpus, first.id)
    second = open_run(corpus, "key", sites=1, refresh=False)
    assert (second.resumed, second.id) == (False, other.id + 1)
    long_ago = (datetime.now(UTC) - timedelta(days=20)).isoformat(timespec="seconds")
    corpus.execute("UPDATE runs SET touched_at = ?", (long_ago,))
    assert not open_run(corpus, "key", sites=1, refresh=False).resumed


def test_the_time_of_all_processes_of_a_run_is_summed(corpus: Corpus) -> None:
    run = open_run(corpus, "key", sites=1, refresh=False)
    assert add_seconds(corpus, run.id, 1.5) == 1.5
    assert add_seconds(corpus, run.id, 2.0) == 3.5


def test_seeds_and_settings_tell_crawls_apart_and_their_order_does_not() -> None:
    other = Startup("other", "Other", "https://other.example/")
    key = run_key([ACME, other], {"max_pages": 100})
    assert key == run_key([other, ACME], {"max_pages": 100})
    assert len({key, run_key([ACME], {"max_pages": 100}), run_key([ACME, other], {"max_pages": 99})}) == 3


def test_shards_are_told_by_the_host_and_share_the_sites_among_them() -> None:
    startups = [Startup(str(n), str(n), f"https://site{n}.example/") for n in range(400)]
    parts = [[shard_of(startup, 4) for startup in startups].count(shard) for shard in range(4)]
    assert sum(parts) == 400
    assert min(parts) > 60
    same_host = ("http://site1.example/a", "https://www.site1.example/b", "https://site1.example/")
    assert len({shard_of(Startup("x", "X", address), 4) for address in same_host}) == 1
    assert shard_of(startups[0], 1) == 0
