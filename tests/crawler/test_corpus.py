"""The corpus keeps what it was given, says what it cannot do, and is never left half written."""

import os
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.corpus.companies import Companies
from crawler.corpus.corpus import Corpus
from crawler.corpus.optouts import OptOuts, bare_host
from crawler.corpus.pages import Change
from crawler.corpus.readings import Found, Readings
from crawler.corpus.schema import MIGRATIONS
from crawler.errors import CorpusError
from crawler.records import ArchiveRef, Block, Outcome, Page, Profile, Startup, Visit

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
FONDERIA = Startup(
    "fx-1", "Getti Sani", "https://gettisani.example/", None, "IT", "own", ("casting", "vision"), 6, 2021, ("Ateneo di Prova",)
)
HOME = Page(
    "https://gettisani.example/", "fx-1", "Getti sani", "it", (Block("", "Raggi X in linea."), Block("Cricche", "Viste.")), NOW
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "corpus.sqlite"


def test_what_is_put_comes_back_from_a_new_connection(path: Path) -> None:
    visit = Visit(HOME.url, "fx-1", Outcome.STORED, NOW, 200, "fine")
    profile = Profile("fx-1", "own", "Vede le cricche nei getti.", "it", NOW, "https://gettisani.example/it")
    with Corpus(path) as corpus:
        corpus.put_startup(FONDERIA)
        corpus.put_page(HOME)
        corpus.put_profile(profile)
        corpus.put_visit(visit)
    with Corpus(path, read_only=True) as corpus:
        assert list(corpus.startups()) == [FONDERIA]
        assert list(corpus.pages()) == list(corpus.pages("fx-1")) == [HOME]
        assert list(corpus.profiles()) == [profile]
        assert list(corpus.visits("fx-1")) == [visit]
        counts = corpus.counts()
    assert (counts.startups, counts.pages, counts.profiles, counts.visits) == (1, 1, 1, 1)
    assert counts.languages == {"it": 1}
    assert counts.first_fetched_at == counts.last_fetched_at == NOW


def test_the_text_of_a_page_has_headings_on_lines_of_their_own() -> None:
    assert HOME.text == "Raggi X in linea.\n\nCricche\nViste."


def test_putting_the_same_twice_changes_nothing(path: Path) -> None:
    with Corpus(path) as corpus:
        assert corpus.put_startup(FONDERIA)
        assert not corpus.put_startup(FONDERIA)
        assert corpus.put_page(HOME)
        before = corpus.digest()
        assert not corpus.put_page(HOME)
        assert corpus.digest() == before


def test_facts_left_open_keep_what_was_known(path: Path) -> None:
    with Corpus(path) as corpus:
        corpus.put_startup(FONDERIA)
        corpus.put_startup(Startup("fx-1", "Getti Sani srl", country="SM"))
        assert corpus.startup("fx-1") == replace(FONDERIA, name="Getti Sani srl", country="SM")


@pytest.mark.parametrize(
    "again",
    [
        replace(HOME, fetched_at=NOW + timedelta(days=3)),
        replace(HOME, blocks=tuple(replace(block, language="de", number=3) for block in HOME.blocks)),
    ],
    ids=["the date", "languages and page numbers of blocks"],
)
def test_what_is_new_of_a_page_whose_content_is_the_same_is_kept_without_a_version(path: Path, again: Page) -> None:
    with Corpus(path) as corpus:
        corpus.put_startup(FONDERIA)
        corpus.put_page(HOME)
        before = corpus.digest()
        assert not corpus.put_page(again)
        assert list(corpus.pages()) == [again]
        assert corpus.digest() != before
        assert list(corpus.versions("fx-1", HOME.url)) == []


def test_a_page_whose_text_changed_takes_the_place_of_the_old_one(path: Path) -> None:
    changed = replace(HOME, blocks=(Block("", "Ultrasuoni."),))
    assert changed.digest != HOME.digest
    with Corpus(path) as corpus:
        corpus.put_startup(FONDERIA)
        corpus.put_page(HOME)
        assert corpus.put_page(changed)
        assert list(corpus.pages()) == [changed]


def test_a_page_that_is_dropped_is_gone_and_its_visits_stay(path: Path) -> None:
    with Corpus(path) as corpus:
        corpus.put_startup(FONDERIA)
        corpus.put_page(HOME)
        corpus.put_visit(Visit(HOME.url, "fx-1", Outcome.NOINDEX, NOW))
        assert not corpus.drop_page("fx-1", "https://gettisani.example/other")
        assert corpus.drop_page("fx-1", HOME.url)
        assert not corpus.drop_page("fx-1", HOME.url)
        assert list(corpus.pages()) == []
        assert len(list(corpus.visits())) == 1


def test_a_page_of_an_unknown_startup_is_refused(path: Path) -> None:
    with Corpus(path) as corpus, pytest.raises(CorpusError):
        corpus.put_page(HOME)


def test_a_transaction_that_breaks_off_leaves_nothing(path: Path) -> None:
    with Corpus(path) as corpus:

        def break_off() -> None:
            with corpus.transaction():
                corpus.put_startup(FONDERIA)
                raise KeyError

        with pytest.raises(KeyError):
            break_off()
        assert list(corpus.startups()) == []
        assert corpus.put_startup(FONDERIA)


def test_reading_where_there_is_no_corpus_says_what_to_run(path: Path) -> None:
    with pytest.raises(CorpusError, match="scout crawl"):
        Corpus(path, read_only=True)
    assert not path.parent.exists()


def test_a_file_that_is_no_corpus_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(CorpusError, match=r"corpus\.sqlite.*damaged"):
        Corpus(path)
    assert path.read_bytes() == b"not a database at all" * 100


def test_a_corpus_of_a_newer_version_is_refused(path: Path) -> None:
    Corpus(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    with pytest.raises(CorpusError, match="newer version"):
        Corpus(path)


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CorpusError, match="permissions"):
        Corpus(tmp_path / "file" / "corpus.sqlite")


def test_a_full_disk_is_a_clear_error_and_keeps_what_was_there(path: Path) -> None:
    with Corpus(path) as corpus:
        corpus.put_startup(FONDERIA)
        corpus._db.execute("PRAGMA max_page_count = 60")
        huge = replace(HOME, blocks=(Block("", "x" * 500_000),))
        with pytest.raises(CorpusError, match="full"):
            corpus.put_page(huge)
        corpus._db.execute("PRAGMA max_page_count = 100000")
        assert list(corpus.startups()) == [FONDERIA]
        assert list(corpus.pages()) == []


def test_readers_see_the_last_whole_state_while_a_write_is_under_way(path: Path) -> None:
    with Corpus(path) as writer:
        writer.put_startup(FONDERIA)
        with writer.transaction():
            writer.put_page(HOME)
            with Corpus(path, read_only=True) as reader:
                assert list(reader.pages()) == []
        with Corpus(path, read_only=True) as reader:
            assert list(reader.pages()) == [HOME]


def test_text_that_no_encoding_holds_does_not_break_the_digest() -> None:
    odd = replace(HOME, title="\ud800 lone")
    assert odd.digest != HOME.digest


# History ------------------------------------------------------------------------------------------------------------------


def test_what_a_page_held_stays_readable_as_of_each_day(path: Path) -> None:
    day = timedelta(days=1)
    second = replace(HOME, blocks=(Block("", "Ultrasuoni."),), fetched_at=NOW + 2 * day)
    with Corpus(path) as corpus:
        corpus.put_startup(FONDERIA)
        corpus.put_page(HOME)
        corpus.put_page(replace(HOME, fetched_at=NOW + day))
        corpus.put_page(second)
        corpus.drop_page("fx-1", HOME.url, NOW + 4 * day)
        assert list(corpus.pages(as_of=NOW - day)) == []
        assert list(corpus.pages(as_of=NOW)) == [HOME]
        assert list(corpus.pages("fx-1", as_of=NOW + day)) == [replace(HOME, fetched_at=NOW + day)]
        assert list(corpus.pages(as_of=NOW + 3 * day)) == [second]
        assert list(corpus.pages(as_of=NOW + 4 * day)) == []
        assert [page.text for page in corpus.versions("fx-1", HOME.url)] == [HOME.text, "Ultrasuoni."]
        assert [(one.change, one.at) for one in corpus.changes("fx-1")] == [
            (Change.NEW, NOW),
            (Change.CHANGED, NOW + 2 * day),
            (Change.VANISHED, NOW + 4 * day),
        ]


def test_a_page_of_the_first_crawl_of_its_site_is_settled_without_a_version(path: Path) -> None:
    with Corpus(path) as corpus:
        corpus.put_startup(FONDERIA)
        corpus.put_page(HOME, settled=False)
        settled = replace(HOME, blocks=HOME.blocks[:1])
        assert corpus.put_page(settled, at=NOW + timedelta(hours=1))
        assert list(corpus.versions("fx-1", HOME.url)) == []
        assert [one.change for one in corpus.changes()] == [Change.NEW]
        assert list(corpus.pages(as_of=NOW)) == [settled]


def test_languages_numbers_and_archive_of_a_page_come_back_and_do_not_touch_the_digest(path: Path) -> None:
    archived = ArchiveRef("scout-1.warc.gz", 77, "sha256:00")
    page = replace(HOME, blocks=(Block("", "Raggi X in linea."), Block("Cricche", "Viste.", "en", 3)), archived=archived)
    assert page.digest == HOME.digest
    with Corpus(path) as corpus:
        corpus.put_startup(FONDERIA)
        corpus.put_page(page)
        assert list(corpus.pages()) == [page]


def test_a_corpus_of_the_first_format_is_brought_up_to_date_with_its_pages(path: Path) -> None:
    path.parent.mkdir()
    db = sqlite3.connect(path)
    db.executescript(MIGRATIONS[0] + "PRAGMA user_version = 1;")
    db.execute("INSERT INTO startups VALUES ('fx-1', 'Getti Sani', NULL, NULL, NULL, NULL, '[]', NULL, NULL, '[]')")
    row = ("fx-1", HOME.url, "Getti sani", "", "it", '[["", "Raggi X in linea."], ["Cricche", "Viste."]]', NOW.isoformat())
    db.execute("INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, HOME.digest))
    db.commit()
    db.close()
    with Corpus(path, read_only=True) as corpus:
        assert list(corpus.pages()) == list(corpus.pages(as_of=NOW)) == [HOME]
        assert [(one.change, one.at) for one in corpus.changes()] == [(Change.NEW, NOW)]
    with Corpus(path) as corpus:
        assert not corpus.put_page(HOME)


def test_readings_come_back_and_settle_the_pages_of_their_site(path: Path) -> None:
    pages = [replace(HOME, url=f"{HOME.url}{n}", blocks=(Block("", f"Pagina {n}."), Block("", "Menu."))) for n in range(3)]
    found = [
        Found(
            page,
            Outcome.STORED,
            200,
            n,
            ((HOME.url, "home"),),
            etag='"e"',
            company="{}",
            lastmod="2026-01-01",
            seen_at=NOW,
            run=1,
        )
        for n, page in enumerate(pages)
    ]
    with Corpus(path) as corpus:
        corpus.put_startup(FONDERIA)
        readings = Readings(corpus)
        for one in found:
            readings.put(one)
            corpus.put_page(one.page, settled=False)
        assert list(readings.of("fx-1")) == found
        assert readings.get("fx-1", pages[1].url) == found[1]
        readings.settle("fx-1", NOW, lambda sites: [blocks[:1] for blocks in sites])
        assert [page.text for page in corpus.pages()] == ["Pagina 0.", "Pagina 1.", "Pagina 2."]
        readings.settle("fx-1", NOW + timedelta(days=1), lambda sites: [blocks[:1] for blocks in sites])
        assert len(list(corpus.changes())) == 3


def test_a_site_is_marked_until_it_is_settled_by_whomever(path: Path) -> None:
    with Corpus(path) as corpus:
        readings = Readings(corpus)
        for startup in (FONDERIA, replace(FONDERIA, id="fx-2")):
            corpus.put_startup(startup)
            readings.mark(startup.id)
            readings.mark(startup.id)
        assert readings.marked() == ["fx-1", "fx-2"]
        readings.settle("fx-1", NOW, list)
        assert readings.marked() == ["fx-2"]


def test_same_companies_are_linked_once_and_a_link_taken_back_is_not_made_again(path: Path) -> None:
    with Corpus(path) as corpus:
        corpus.put_startup(FONDERIA)
        corpus.put_startup(Startup("a", "A"))
        companies = Companies(corpus)
        assert companies.link("fx-1", "a", "vat", "IT0")
        assert not companies.link("a", "fx-1", "vat", "IT0")
        (link,) = companies.links("a")
        assert (link.startup_id, link.same_as, link.reason) == ("a", "fx-1", "vat")
        assert companies.undo(link.id)
        assert not companies.undo(link.id)
        assert not companies.link("fx-1", "a", "vat", "IT0")
        assert not companies.link("fx-1", "erased-meanwhile", "vat", "IT0")
        assert list(companies.links()) == []
        assert [one.undone_at is not None for one in companies.links(undone=True)] == [True]


@pytest.mark.parametrize("host", ["acme.example", "www.acme.example", "shop.acme.example"])
def test_an_opt_out_covers_a_host_and_all_below_it(path: Path, host: str) -> None:
    with Corpus(path) as corpus:
        opt_outs = OptOuts(corpus)
        assert bare_host("https://www.ACME.example/x") == bare_host("Acme.example") == "acme.example"
        assert opt_outs.add("acme.example", "wrote on Monday")
        assert not opt_outs.add("acme.example")
        assert opt_outs.covers(host)
        assert not opt_outs.covers(f"not-{host}x")
        assert [(one.host, one.reason) for one in opt_outs.all()] == [("acme.example", "wrote on Monday")]
        assert opt_outs.remove("acme.example")
        assert not opt_outs.covers(host)


@pytest.mark.parametrize(
    ("place", "inside", "outside"),
    [
        ("sites.example/view/x/", ["/view/x", "/view/x/", "/view/x/a?b=1"], ["/", "/view/xy", "/view/"]),
        ("sites.example/", ["/", "/view/x"], []),
    ],
)
def test_an_opt_out_of_a_part_covers_that_part_alone(path: Path, place: str, inside: list[str], outside: list[str]) -> None:
    with Corpus(path) as corpus:
        opt_outs = OptOuts(corpus)
        opt_outs.add(place)
        assert all(opt_outs.covers(f"https://www.sites.example{where}") for where in inside)
        assert not any(opt_outs.covers(f"https://sites.example{where}") for where in outside)
        assert not opt_outs.covers("https://below.sites.example/view/x/")


# Disks and locks ----------------------------------------------------------------------------------------------------------


def test_a_file_that_may_not_be_written_is_a_clear_error(path: Path) -> None:
    Corpus(path).close()
    with Corpus(path) as corpus:
        corpus._db.execute("PRAGMA query_only = ON")
        with pytest.raises(CorpusError, match="permissions"):
            corpus.put_startup(FONDERIA)


def test_a_corpus_that_another_process_holds_is_a_clear_error(path: Path) -> None:
    Corpus(path).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with Corpus(path, patience=0.05) as corpus, pytest.raises(CorpusError, match="another process is writing it"):
        corpus.put_startup(FONDERIA)
    holder.close()


def test_a_corpus_that_was_not_begun_when_its_maker_was_killed_is_none(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with pytest.raises(CorpusError, match=r"there is no corpus .* run `scout crawl`"):
        Corpus(path, read_only=True)
    Corpus(path).close()
    Corpus(path, read_only=True).close()


def test_what_a_page_held_before_leaves_no_trace_in_the_file_whatever_sqlite_s_default(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def careless(address: str, *, uri: bool, timeout: float, isolation_level: None) -> sqlite3.Connection:
        made = connect(address, uri=uri, timeout=timeout, isolation_level=isolation_level)
        made.execute("PRAGMA secure_delete = OFF")
        return made

    monkeypatch.setattr("crawler.corpus.database.sqlite3.connect", careless)
    with Corpus(path) as corpus:
        corpus.put_startup(FONDERIA)
        for number in range(5):
            blocks = (Block("", f"The secret of version {number}. " * 500),)
            corpus.put_page(replace(HOME, blocks=blocks), settled=False)
    held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"secret of version 4" in held
    assert all(f"secret of version {number}".encode() not in held for number in range(4))


def test_a_corpus_on_a_read_only_file_system_is_read_without_a_file_beside_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Corpus(path) as corpus:
        corpus.put_startup(FONDERIA)
    flags = os.ST_RDONLY
    monkeypatch.setattr("crawler.corpus.database.os.statvfs", lambda _: os.statvfs_result((0,) * 8 + (flags, 0)))
    with Corpus(path, read_only=True) as corpus:
        assert corpus.startup(FONDERIA.id) == FONDERIA
        assert list(path.parent.iterdir()) == [path]
