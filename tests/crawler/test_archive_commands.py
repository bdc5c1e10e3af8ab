"""What the archive is for: evidence traced back to its response, archives of others taken in, all pages made anew."""

import gzip
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

import brotli
import pytest
import typer
from typer.testing import CliRunner, Result

from crawler.archive.archive import Archive, Archived
from crawler.archive.files import Refused, open_warcs
from crawler.archive.warc import read_records
from crawler.corpus.corpus import Corpus
from crawler.corpus.erasing import Erased, erase
from crawler.corpus.optouts import OptOuts
from crawler.corpus.readings import Readings
from crawler.errors import CorpusError, InputFileError, ScoutError, SeedsError
from crawler.home import Home
from crawler.page.extract import Extracted
from crawler.reading import Reading, read_page
from crawler.records import Block, Page, Startup
from crawler.replay import replaying
from crawler.replay.commands import import_warc_command, prove_command, reextract_command
from crawler.replay.proving import Proof
from crawler.replay.reextracting import reextract
from crawler.settings import CrawlSettings
from crawler.sites.crawling import crawl
from crawler.sites.writing import Desk
from crawler.web.downloading import Answer
from tests.crawler.conftest import Web, text_page
from tests.crawler.test_warc import bomb, chunked, gz, record

SENTENCE = "We build inspection cameras for die casting cells that find porosity while the part is still warm."

app = typer.Typer()
app.command("prove")(prove_command)
app.command("import-warc")(import_warc_command)
app.command("reextract")(reextract_command)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SCOUT_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    path = tmp_path / "seeds.csv"
    path.write_text("id,name,url\nacme,Acme,https://www.acme.it/\nbeta,Beta,https://lab.org/beta/\n")
    return path


class Imported(TypedDict):
    """What `scout import-warc --json` says."""

    files: int
    records: int
    outcomes: dict[str, int]
    new: int
    changed: int
    startups: int
    problems: list[dict[str, str]]
    problem_count: int


class Proved(TypedDict):
    """What `scout prove --json` says of one page."""

    startup_id: str
    url: str
    page_digest: str
    fetched_at: str
    current: bool
    start: int
    end: int
    quotation: str
    verified: bool
    problem: str | None
    record: dict[str, object] | None


def scout(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit | ScoutError):
        raise result.exception
    return result


def failed(kind: type[ScoutError], words: str, *arguments: object) -> None:
    with pytest.raises(kind, match=words):
        CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def html(text: str = SENTENCE, *, title: str = "Cameras", head: str = "") -> bytes:
    return f"<html lang=en><head><title>{title}</title>{head}</head><body><h1>{title}</h1><p>{text}</p></body></html>".encode()


def http(body: bytes, *lines: str, status: str = "200 OK", kind: str = "text/html; charset=utf-8") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Type: {kind}", *lines, "", ""]).encode() + body


def capture(
    url: str, body: bytes | None = None, *lines: str, date: str = "2026-05-04T10:11:12Z", number: int = 0, **more: str
) -> bytes:
    """A response record."""
    made = record(
        url, http(html() if body is None else body, *lines, **more), more=f"WARC-Record-ID: <urn:uuid:{number or url}>\r\n"
    )
    return made.replace(b"2026-05-04T10:11:12Z", date.encode())


def pages(home: Home) -> dict[str, Page]:
    with Corpus(home.corpus, read_only=True) as corpus:
        return {page.url: page for page in corpus.pages()}


def imported(*files: object) -> Imported:
    result = scout("import-warc", *files, "--json")
    assert result.exit_code == 0, result.output
    said: Imported = json.loads(result.stdout)
    return said


def proofs(*words: object) -> list[Proved]:
    return list(json.loads(scout("prove", *words, "--json").stdout)["proofs"])


@pytest.fixture
def three_pages(tmp_path: Path, seeds: Path) -> Path:
    """Acme's home, with the sentence, and two pages more; one of Beta with the sentence."""
    warc = tmp_path / "three.warc.gz"
    warc.write_bytes(
        gz(
            capture("https://acme.it/"),
            capture(
                "https://acme.it/products", html("Our cameras see through steam and hot oil, day and night, in any foundry.")
            ),
            capture("https://acme.it/team", html("Two engineers and a metallurgist founded the company near Varese in 2019.")),
            capture("https://lab.org/beta/", html(f"A spin-off of the laboratory. {SENTENCE}")),
        )
    )
    imported(warc, "--seeds", seeds)
    return warc


# Import ---------------------------------------------------------------------------------------------------------------------


def common_crawl() -> bytes:
    """A file as Common Crawl writes it: warcinfo, then request, response and metadata of each capture."""
    parts = [record("", b"isPartOf: CC-MAIN-2026-18\r\n", kind="warcinfo")]
    for name, body, lines in (
        ("", html(), ("X-Crawler-Content-Encoding: gzip", "X-Crawler-Content-Length: 200")),
        (
            "chunked",
            chunked(html("Chunks hold this text about the hardness of castings and their alloys.")),
            ("Transfer-Encoding: chunked",),
        ),
        (
            "packed",
            gzip.compress(html("Gzip holds this text about forging dies and how long they last.")),
            ("Content-Encoding: gzip",),
        ),
        (
            "brotli",
            brotli.compress(html("Brotli holds this text about laser welding of thin steel sheets.")),
            ("Content-Encoding: br",),
        ),
    ):
        url = f"https://www.acme.it/{name}"
        parts.append(record(url, b"GET / HTTP/1.1\r\nHost: www.acme.it\r\n\r\n", kind="request"))
        parts.append(capture(url, body, *lines))
        parts.append(record(url, b"fetchTimeMs: 42\r\n", kind="metadata"))
    parts.append(capture("https://unknown.example/"))
    return gz(*parts)


def test_a_common_crawl_file_becomes_pages_of_the_startups_whose_sites_it_holds(
    tmp_path: Path, seeds: Path, home: Home
) -> None:
    (tmp_path / "CC-MAIN.warc.gz").write_bytes(common_crawl())
    said = imported(tmp_path / "CC-MAIN.warc.gz", "--seeds", seeds)
    assert (said["records"], said["new"], said["startups"], said["problem_count"]) == (14, 4, 1, 0)
    assert said["outcomes"] == {"no-response": 9, "stored": 4, "of-no-startup": 1}
    found = pages(home)
    assert sorted(found) == [f"https://www.acme.it/{name}" for name in ("", "brotli", "chunked", "packed")]
    page = found["https://www.acme.it/"]
    assert (page.startup_id, page.language, page.title) == ("acme", "en", "Cameras")
    assert page.fetched_at == datetime(2026, 5, 4, 10, 11, 12, tzinfo=UTC)
    assert page.archived is not None
    kept = Archive(home.archive).read(page.archived)
    assert kept.body == html()
    assert kept.source.startswith("CC-MAIN.warc.gz@")
    assert "Gzip holds this text" in found["https://www.acme.it/packed"].text
    assert "laser welding" in found["https://www.acme.it/brotli"].text


def test_a_second_import_changes_nothing(three_pages: Path, home: Home) -> None:
    with Corpus(home.corpus, read_only=True) as corpus:
        before = corpus.digest()
    files = sorted(path.name for path in home.archive.iterdir())
    said = imported(three_pages)
    assert said["outcomes"] == {"older": 4}
    with Corpus(home.corpus, read_only=True) as corpus:
        assert corpus.digest() == before
    assert sorted(path.name for path in home.archive.iterdir()) == files


@pytest.mark.usefixtures("three_pages")
def test_a_newer_capture_replaces_a_page_and_an_older_one_does_not(tmp_path: Path, home: Home) -> None:
    new = html("The new camera sees the whole die at once and tells where the next crack will begin.")
    later, earlier = tmp_path / "later.warc.gz", tmp_path / "earlier.warc.gz"
    later.write_bytes(gz(capture("https://acme.it/", new, date="2026-06-01T00:00:00Z")))
    earlier.write_bytes(gz(capture("https://acme.it/", new, date="2020-06-01T00:00:00Z")))
    assert imported(earlier)["outcomes"] == {"older": 1}
    assert SENTENCE in pages(home)["https://acme.it/"].text
    said = imported(later)
    assert (said["outcomes"], said["new"], said["changed"]) == ({"stored": 1}, 0, 1)
    page = pages(home)["https://acme.it/"]
    assert "the next crack" in page.text
    assert page.fetched_at == datetime(2026, 6, 1, tzinfo=UTC)
    with Corpus(home.corpus, read_only=True) as corpus:
        (before,) = corpus.versions("acme", "https://acme.it/")
    assert SENTENCE in before.text


@pytest.mark.usefixtures("three_pages")
def test_other_bytes_with_the_same_text_are_archived_and_no_change(tmp_path: Path, home: Home) -> None:
    warc = tmp_path / "same.warc.gz"
    warc.write_bytes(gz(capture("https://acme.it/", html() + b"<!-- token 4711 -->", date="2026-06-01T00:00:00Z")))
    before = pages(home)["https://acme.it/"]
    said = imported(warc)
    assert (said["outcomes"], said["changed"]) == ({"unchanged": 1}, 0)
    page = pages(home)["https://acme.it/"]
    assert page.digest == before.digest
    assert page.fetched_at == datetime(2026, 6, 1, tzinfo=UTC)
    assert page.archived is not None
    assert b"4711" in Archive(home.archive).read(page.archived).body


@pytest.mark.usefixtures("three_pages")
def test_the_same_bytes_at_a_later_date_make_a_revisit(tmp_path: Path, home: Home) -> None:
    warc = tmp_path / "same.warc.gz"
    warc.write_bytes(gz(capture("https://acme.it/", date="2026-06-01T00:00:00Z")))
    before = pages(home)["https://acme.it/"]
    assert imported(warc)["outcomes"] == {"unchanged": 1}
    page = pages(home)["https://acme.it/"]
    assert (page.digest, page.archived) == (before.digest, before.archived)
    assert page.fetched_at == datetime(2026, 6, 1, tzinfo=UTC)
    newest = max(home.archive.iterdir(), key=lambda path: path.stat().st_mtime)
    assert b"WARC-Type: revisit" in gzip.decompress(newest.read_bytes())


def test_what_is_no_page_of_ours_is_counted_and_not_stored(tmp_path: Path, seeds: Path, home: Home) -> None:
    robots = "<meta name=robots content=noindex>"
    parts = [
        capture("https://acme.it/moved", b"", "Location: /", status="301 Moved"),
        capture("https://acme.it/gone", status="404 Not Found"),
        capture("https://acme.it/logo.png", b"\x89PNG", kind="image/png"),
        capture("https://acme.it/secret", html(head=robots)),
        capture("https://acme.it/header", html("Headers say noindex of this page."), "X-Robots-Tag: noindex"),
        capture("https://acme.it/blank", b"<html><body></body></html>"),
        capture("https://lab.org/gamma/"),
        capture("https://closed.it/"),
        capture("https://sold.it/", html("This domain is for sale. Buy this domain now.", title="sold.it")),
        capture("https://acme.it/"),
        capture("https://acme.it/copy"),
        capture("https://acme.it/canonical", html(title="Other", head="<link rel=canonical href=https://acme.it/>")),
        capture("http://www.acme.it/", date="2026-05-03T10:11:12Z"),
        record("https://acme.it/", b"", kind="revisit"),
        record("dns:acme.it", b"192.0.2.1", kind="resource"),
    ]
    (tmp_path / "a.warc.gz").write_bytes(gz(*parts))
    seeds.write_text(seeds.read_text() + "closed,Closed,https://closed.it/\nsold,Sold,https://sold.it/\n")
    with Corpus(home.corpus) as corpus:
        OptOuts(corpus).add("closed.it")
    said = imported(tmp_path / "a.warc.gz", "--seeds", seeds)
    assert said["outcomes"] == {
        "stored": 1,
        "duplicate": 2,
        "redirected": 1,
        "http-error": 1,
        "not-html": 1,
        "noindex": 2,
        "empty": 1,
        "of-no-startup": 1,
        "opted-out": 1,
        "parked": 1,
        "older": 1,
        "no-response": 2,
    }
    assert list(pages(home)) == ["https://acme.it/"]
    kept = b"".join(gzip.decompress(path.read_bytes()) for path in home.archive.iterdir())
    assert kept.count(b"WARC-Type: response") == 1


@pytest.mark.usefixtures("three_pages")
def test_a_page_that_wants_no_index_by_now_leaves_the_corpus(tmp_path: Path, home: Home) -> None:
    warc = tmp_path / "noindex.warc.gz"
    warc.write_bytes(
        gz(capture("https://www.acme.it/", html(head="<meta name=robots content=noindex>"), date="2026-06-01T00:00:00Z"))
    )
    assert imported(warc)["outcomes"] == {"noindex": 1}
    assert "https://acme.it/" not in pages(home)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_browsertrix_archive_is_read_where_it_lies(tmp_path: Path, seeds: Path, home: Home, compression: int) -> None:
    with zipfile.ZipFile(tmp_path / "site.wacz", "w", compression) as packed:
        packed.writestr("datapackage.json", "{}")
        packed.writestr("pages/pages.jsonl", "{}")
        packed.writestr("archive/rec-1.warc.gz", gz(capture("https://acme.it/")))
        packed.writestr(
            "archive/rec-2.warc", capture("https://acme.it/two", html("The second file holds the second page, on casting."))
        )
    said = imported(tmp_path / "site.wacz", "--seeds", seeds)
    assert (said["files"], said["new"], said["problem_count"]) == (1, 2, 0)
    assert sorted(pages(home)) == ["https://acme.it/", "https://acme.it/two"]


def test_a_hostile_wacz_gives_a_reason_for_each_part(tmp_path: Path, seeds: Path, home: Home) -> None:
    good = gz(capture("https://acme.it/"))
    with zipfile.ZipFile(tmp_path / "evil.wacz", "w", zipfile.ZIP_DEFLATED) as packed:
        for name in ("../../etc/x.warc.gz", "/abs/x.warc.gz", "a\\..\\..\\x.warc.gz", "C:\\x.warc.gz", "inner.wacz"):
            packed.writestr(name, good)
        packed.writestr("archive/zeros.warc.gz", bytes(50_000_000))
        packed.writestr("archive/a.warc.gz", good)
        packed.writestr("archive/a.warc.gz\n\x1b[31m.warc.gz", good)
    begun = time.process_time()
    said = imported(tmp_path / "evil.wacz", "--seeds", seeds)
    assert time.process_time() - begun < 8
    reasons = [f"{p['file']}: {p['reason']}" for p in said["problems"]]
    assert sum("leads out of the archive" in reason for reason in reasons) == 4
    assert sum("within an archive" in reason for reason in reasons) == 1
    assert not any(ord(c) < 32 for reason in reasons for c in reason)
    assert (said["new"], list(pages(home))) == (1, ["https://acme.it/"])
    assert not list(tmp_path.glob("**/x.warc.gz"))


def test_a_damaged_wacz_gives_reasons_whatever_its_bytes(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("archive/a.warc.gz", gz(capture("https://acme.it/")))
        packed.writestr("archive/b.warc", capture("https://acme.it/"))
    with zipfile.ZipFile(whole, "a", zipfile.ZIP_BZIP2) as packed:
        packed.writestr("archive/c.warc", bytes(1000))
    path = tmp_path / "a.wacz"
    dice = random.Random(4)  # noqa: S311  # the same damage in every run
    for _ in range(300):
        data = bytearray(whole.getvalue())
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        path.write_bytes(data)
        for part in open_warcs(path):
            if isinstance(part, Refused):
                assert part.reason
            else:
                list(read_records(part.stream))
    path.write_bytes(whole.getvalue())
    assert [part.reason for part in open_warcs(path) if isinstance(part, Refused)] == [
        "it is compressed in another way than the format allows"
    ]


def zip_with_a_vast_directory() -> bytes:
    return b"PK\x05\x06" + bytes(8) + (2**31).to_bytes(4, "little") + bytes(6)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.wacz", b"no zip", "no zip file that can be read"),
        ("a.wacz", b"", "no zip file that can be read"),
        ("a.wacz", zip_with_a_vast_directory(), "table of contents is too large"),
        ("a.warc.gz", b"no gzip", "cut short within its header"),
        ("a.warc.gz", gzip.compress(b"no warc" * 99), "cut short within its header"),
        ("a.warc.gz", gz(capture("https://acme.it/"))[:-30], "cut short"),
        ("a.warc.gz", gz(record("https://acme.it/", http(html()), length=10**15)), "more than 33554432 are not read|cut short"),
        (
            "a.warc.gz",
            bomb(60, before=record("https://acme.it/", b"", length=60_000_000, end=b""), after=b"\r\n\r\n"),
            "60000000 bytes",
        ),
        ("a.warc.gz", gz(capture("https://acme.it/", gzip.compress(bytes(90_000_000)), "Content-Encoding: gzip")), "too large"),
        ("a.warc.gz", gz(record("https://acme.it/", b"no http")), "HTTP"),
        ("a.warc.gz", gz(capture("https://acme.it/", date="2096-01-01T00:00:00Z")), "lies in the future"),
        ("a.warc.gz", gz(capture("https://acme.it/", date="no date at all      ")), "has no date"),
        ("a.warc.gz", gz(capture("https://acme.it/x.pdf", b"%PDF-1.7 broken", kind="application/pdf")), "PDF|pdf|document"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_says_why_in_little_time(
    tmp_path: Path, seeds: Path, home: Home, *, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    begun = time.process_time()
    result = scout("import-warc", tmp_path / name, "--seeds", seeds)
    assert time.process_time() - begun < 2
    assert result.exit_code == 2
    assert re.search(reason, result.stderr), result.stderr
    assert pages(home) == {}


def test_bad_records_among_good_ones_cost_only_themselves(tmp_path: Path, seeds: Path, home: Home) -> None:
    twice = capture("https://acme.it/", number=7)
    other = capture(
        "https://acme.it/other", html("The same record id was used for this page too, which is no good sign."), number=7
    )
    (tmp_path / "a.warc.gz").write_bytes(
        gz(record("https://acme.it/x", length=9), twice, b"garbage")
        + b"garbage"
        + gz(other, record("https://acme.it/y", b"no http"))
    )
    said = imported(tmp_path / "a.warc.gz", "--seeds", seeds)
    assert said["outcomes"] == {"broken": 3, "stored": 1, "duplicate": 1}
    assert said["problem_count"] == 3
    assert [p["file"] for p in said["problems"]] == ["a.warc.gz"] * 3
    assert list(pages(home)) == ["https://acme.it/"]
    human = scout("import-warc", tmp_path / "a.warc.gz")
    assert "5 records in 1 files: 0 new pages, 0 changed, of 0 startups" in human.stdout
    assert "a.warc.gz at byte 0: " in human.stderr


def test_of_many_bad_seeds_it_is_told_how_many_more_there_are(tmp_path: Path, home: Home) -> None:
    (tmp_path / "a.warc.gz").write_bytes(gz(capture("https://acme.it/")))
    seeds = tmp_path / "seeds.csv"
    seeds.write_text("id,name,url\nacme,Acme,https://acme.it/\n" + "".join(f"s{n},,\n" for n in range(53)))
    result = scout("import-warc", tmp_path / "a.warc.gz", "--seeds", seeds)
    assert result.stderr.splitlines()[-1] == f"{seeds}: 3 more problems"
    assert list(pages(home)) == ["https://acme.it/"]


def test_user_errors_are_told_before_anything_is_taken_in(tmp_path: Path, seeds: Path, home: Home) -> None:
    good = tmp_path / "a.warc.gz"
    good.write_bytes(gz(capture("https://acme.it/")))
    failed(
        InputFileError,
        r"cannot read .*none\.warc\.gz: No such file",
        "import-warc",
        good,
        tmp_path / "none.warc.gz",
        "--seeds",
        seeds,
    )
    assert not home.root.exists()
    failed(InputFileError, r"\.warc, \.warc\.gz or \.wacz is needed", "import-warc", seeds, "--seeds", seeds)
    failed(SeedsError, "there is no file", "import-warc", good, "--seeds", tmp_path / "none.csv")
    assert not home.root.exists()
    failed(SeedsError, "no startup with an address is known", "import-warc", good)


@pytest.mark.usefixtures("three_pages")
def test_a_lost_corpus_is_rebuilt_from_our_own_archive_where_it_lies(seeds: Path, home: Home) -> None:
    before = pages(home)
    for path in home.root.glob("corpus.sqlite*"):
        path.unlink()
    (archive,) = home.archive.iterdir()
    size = archive.stat().st_size
    assert imported(archive, "--seeds", seeds)["new"] == 4
    after = pages(home)
    assert after == before
    assert [page.archived for page in after.values()] == [page.archived for page in before.values()]
    assert [path.stat().st_size for path in home.archive.iterdir()] == [size]
    assert all(proof["verified"] for proof in proofs(SENTENCE))


def test_an_import_killed_at_any_moment_leaves_no_reference_without_its_record_and_goes_on(
    tmp_path: Path, seeds: Path, home: Home, root: Path
) -> None:
    warc = tmp_path / "many.warc.gz"
    texts = [
        f"Page {n} tells of casting number {n * 7919} and of nothing else that any other page would tell of."
        for n in range(120)
    ]
    warc.write_bytes(gz(*(capture(f"https://acme.it/{n}", html(text, title=f"Page {n}")) for n, text in enumerate(texts))))
    command = [sys.executable, "-c", "from tests.crawler.test_archive_commands import app; app()", "import-warc", str(warc)]
    environment = os.environ | {"PYTHONPATH": str(root), "SCOUT_HOME": str(home.root)}
    counts = []
    for wait in (0.02, 0.1, 0.3):
        child = subprocess.Popen([*command, "--seeds", str(seeds)], cwd=root, env=environment, stdout=subprocess.DEVNULL)
        while child.poll() is None and not list(home.archive.glob("*.warc.gz")):
            time.sleep(0.01)
        time.sleep(wait)
        child.send_signal(signal.SIGKILL)
        child.wait()
        archive = Archive(home.archive)
        found = pages(home)
        for page in found.values():
            assert page.archived is not None
            assert archive.read(page.archived).url == page.url
        counts.append(len(found))
    assert counts == sorted(counts)
    imported(warc)
    assert len(pages(home)) == 120
    with Corpus(home.corpus, read_only=True) as corpus:
        assert corpus.row("SELECT count(*) FROM pages WHERE NOT settled") == (0,)
        assert corpus.row("SELECT count(*) FROM versions") == (0,)


def scripted(words: str, home: Home, root: Path, *arguments: object) -> "subprocess.Popen[bytes]":
    """Start a command in a process of its own, whose importer was changed by `words`."""
    program = (
        "import os, pathlib, signal, time\n"
        "from crawler.replay import importing\n"
        f"{words}\n"
        "from tests.crawler.test_archive_commands import app\napp()"
    )
    command = [sys.executable, "-c", program, *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(root), "SCOUT_HOME": str(home.root)}
    return subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.DEVNULL)


@pytest.mark.usefixtures("three_pages")
def test_an_import_killed_before_its_sites_are_settled_is_ended_by_the_next(tmp_path: Path, home: Home, root: Path) -> None:
    new = html("The new camera sees the whole die at once and tells where the next crack will begin.")
    later, nothing = tmp_path / "later.warc.gz", tmp_path / "nothing.warc.gz"
    later.write_bytes(gz(capture("https://acme.it/", new, date="2026-06-01T00:00:00Z")))
    nothing.write_bytes(gz(capture("https://elsewhere.it/")))
    before = set(pages(home))
    child = scripted(
        "importing.settle_marked = lambda _: os.kill(os.getpid(), signal.SIGKILL)", home, root, "import-warc", later
    )
    assert child.wait() == -signal.SIGKILL
    assert imported(nothing)["outcomes"] == {"of-no-startup": 1}
    assert set(pages(home)) == before
    assert "the next crack" in pages(home)["https://acme.it/"].text
    assert imported(later)["outcomes"] == {"older": 1}
    with Corpus(home.corpus, read_only=True) as corpus:
        (version,) = corpus.versions("acme", "https://acme.it/")
        assert SENTENCE in version.text
        assert [visit.url for visit in corpus.visits("acme")].count("https://acme.it/") == 2


def test_what_is_erased_while_an_import_has_it_in_hand_is_not_written(
    tmp_path: Path, seeds: Path, home: Home, root: Path
) -> None:
    warc, held, go = tmp_path / "some.warc.gz", tmp_path / "held", tmp_path / "go"
    other = html("Beta makes sensors that hear a tool wear out, weeks before it breaks in the machine.")
    warc.write_bytes(gz(capture("https://acme.it/"), capture("https://lab.org/beta/", other, number=2)))
    words = (
        "write = importing.Importer._write\n"
        "def held(self):\n"
        f"    pathlib.Path({str(held)!r}).touch()\n"
        f"    while not pathlib.Path({str(go)!r}).exists(): time.sleep(0.01)\n"
        "    write(self)\n"
        "importing.Importer._write = held"
    )
    child = scripted(words, home, root, "import-warc", warc, "--seeds", seeds)
    while not held.exists():
        assert child.poll() is None
        time.sleep(0.01)
    with Corpus(home.corpus) as corpus:
        assert erase(corpus, Archive(home.archive), "acme", profiles=True).opted_out == ("acme.it",)
    go.touch()
    assert child.wait() == 0
    assert set(pages(home)) == {"https://lab.org/beta/"}
    kept = b"".join(gzip.decompress(file.read_bytes()) for file in home.archive.iterdir())
    assert b"die casting" not in kept
    assert b"hear a tool" in kept


# Prove ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("three_pages")
def test_a_quotation_leads_to_every_page_that_holds_it_and_to_its_record(home: Home) -> None:
    first, second = proofs(SENTENCE)
    assert (first["startup_id"], first["url"], first["verified"], first["problem"]) == ("acme", "https://acme.it/", True, None)
    assert (second["startup_id"], second["url"]) == ("beta", "https://lab.org/beta/")
    page = pages(home)["https://acme.it/"]
    assert page.archived is not None
    assert page.text[first["start"] : first["end"]] == first["quotation"] == SENTENCE
    assert (first["page_digest"], first["fetched_at"], first["current"]) == (page.digest, "2026-05-04T10:11:12+00:00", True)
    kept = Archive(home.archive).read(page.archived)
    assert first["record"] == {
        "file": page.archived.file,
        "offset": page.archived.offset,
        "payload_digest": page.archived.digest,
        "record_id": kept.record_id,
        "url": "https://acme.it/",
        "date": "2026-05-04T10:11:12+00:00",
        "status": 200,
        "address": None,
        "source": "three.warc.gz@0",
    }


@pytest.mark.usefixtures("three_pages")
def test_blanks_and_line_breaks_of_a_quotation_do_not_count_but_every_word_does() -> None:
    assert len(proofs("  find porosity\n while   the part ")) == 2
    assert len(proofs("Cameras We build inspection")) == 1
    assert proofs("find Porosity while") == []
    assert proofs("find porosity, while") == []
    assert proofs(".*") == []


@pytest.mark.usefixtures("three_pages")
def test_a_startup_or_an_address_narrows_what_is_looked_at() -> None:
    assert [proof["url"] for proof in proofs("beta", SENTENCE)] == ["https://lab.org/beta/"]
    (page,) = proofs("http://www.acme.it/team?utm_source=x")
    assert (page["url"], page["verified"], page["start"]) == ("https://acme.it/team", True, 0)
    assert proofs("beta", "https://acme.it/team") == []


@pytest.mark.usefixtures("three_pages")
def test_what_no_page_holds_is_exit_code_1_and_misuse_is_an_error(home: Home) -> None:
    result = scout("prove", "No page says this.")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "no stored page holds this passage\n")
    assert scout("prove", "No page says this.", "--json").exit_code == 1
    failed(InputFileError, "holds no startup 'gamma'", "prove", "gamma", SENTENCE)
    failed(InputFileError, "one passage is needed", "prove", "a", "b", "c")
    failed(InputFileError, "one passage is needed", "prove", " ")
    shutil.rmtree(home.root)
    failed(CorpusError, "there is no corpus", "prove", SENTENCE)


@pytest.mark.usefixtures("three_pages")
def test_for_people_a_proof_is_a_few_lines() -> None:
    result = scout("prove", "acme", SENTENCE)
    assert result.exit_code == 0
    for words in (
        "https://acme.it/\n",
        "fetched   2026-05-04T10:11:12+00:00",
        ".warc.gz at byte",
        "sha256:",
        "<urn:uuid:",
        "verified  yes",
    ):
        assert words in result.stdout


@pytest.mark.usefixtures("three_pages")
def test_an_altered_or_missing_archive_proves_nothing(home: Home) -> None:
    (path,) = home.archive.iterdir()
    whole = path.read_bytes()
    page = pages(home)["https://acme.it/"]
    assert page.archived is not None
    altered = bytearray(whole)
    altered[page.archived.offset + 300] ^= 0xFF
    path.write_bytes(altered)
    (proof,) = proofs("acme", SENTENCE)
    assert (proof["verified"], proof["page_digest"]) == (False, page.digest)
    assert "holds no whole record at byte" in str(proof["problem"])
    assert "verified  NO: " in scout("prove", "acme", SENTENCE).stdout
    assert scout("prove", "acme", SENTENCE).exit_code == 1
    path.unlink()
    assert "No such file" in str(proofs("acme", SENTENCE)[0]["problem"])


@pytest.mark.usefixtures("three_pages")
def test_a_page_whose_text_is_not_that_of_its_response_is_not_proved(home: Home) -> None:
    with Corpus(home.corpus) as corpus:
        page = corpus.page("acme", "https://acme.it/")
        other = corpus.page("beta", "https://lab.org/beta/")
        assert page
        assert other
        corpus.put_page(replace(page, blocks=(Block("Cameras", "They never said this."),)))
        corpus.put_page(replace(other, archived=page.archived))
        corpus.put_page(replace(page, url="https://acme.it/old", archived=None))
    (proof,) = proofs("They never said this.")
    assert "does not hold the passage" in str(proof["problem"])
    (proof,) = proofs("beta", SENTENCE)
    assert proof["problem"] == "the archived response is that of https://acme.it/"
    (proof,) = proofs("https://acme.it/old")
    assert "stored without its response" in str(proof["problem"])
    assert proof["record"] is None


@pytest.mark.usefixtures("three_pages")
def test_lines_that_a_site_repeats_may_be_gone_from_the_midst_of_a_passage(tmp_path: Path, home: Home) -> None:
    warc = tmp_path / "lines.warc.gz"
    body = html("The first line tells of castings.</p><p>Call us now!</p><p>The last line tells of dies and moulds.")
    warc.write_bytes(gz(capture("https://acme.it/lines", body)))
    imported(warc)
    page = pages(home)["https://acme.it/lines"]
    settled = tuple(replace(block, text=block.text.replace("Call us now!\n", "")) for block in page.blocks)
    assert settled != page.blocks
    with Corpus(home.corpus) as corpus:
        corpus.put_page(replace(page, blocks=settled))
    (proof,) = proofs("The first line tells of castings. The last line tells of dies")
    assert proof["verified"]
    assert proofs("The last line tells of dies and moulds. The first line") == []


def test_a_passage_of_a_pdf_names_the_page_that_it_begins_on() -> None:
    blocks = (Block("Title", "One.", number=1), Block("", "Two.", number=2), Block("Three", "", number=3))
    page = Page("https://acme.it/a.pdf", "acme", "", "en", blocks, datetime(2026, 5, 4, tzinfo=UTC))
    numbers = [Proof(page, True, page.text.index(word), 99, None, "").number for word in ("Title", "One.", "Two.", "Three")]
    assert numbers == [1, 1, 2, 3]
    assert Proof(replace(page, blocks=()), True, 0, 0, None, "").number is None


@pytest.mark.usefixtures("three_pages")
def test_earlier_versions_are_proved_too(tmp_path: Path) -> None:
    later = tmp_path / "later.warc.gz"
    later.write_bytes(
        gz(capture("https://acme.it/", html("All is new here and nothing is as it was before."), date="2026-06-01T00:00:00Z"))
    )
    imported(later)
    (proof,) = proofs("acme", SENTENCE)
    assert (proof["current"], proof["verified"], proof["fetched_at"]) == (False, True, "2026-05-04T10:11:12+00:00")


# Reextract ------------------------------------------------------------------------------------------------------------------


def reads(monkeypatch: pytest.MonkeyPatch, change: Callable[[str, Extracted], Extracted]) -> None:
    """Make the extraction another one."""

    def read(body: bytes, url: str, charset: str | None, content_type: str) -> Reading:
        reading = read_page(body, url, charset, content_type)
        return replace(reading, extracted=change(url, reading.extracted))

    monkeypatch.setattr(replaying, "read_page", read)


@pytest.mark.usefixtures("three_pages")
def test_reextract_makes_all_pages_anew_and_keeps_when_they_were_fetched(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = pages(home)
    assert json.loads(scout("reextract", "--json").stdout) == {
        "startups": 2,
        "responses": 4,
        "new": 0,
        "changed": 0,
        "unchanged": 4,
        "dropped": 0,
        "kept": [],
    }
    assert pages(home) == before
    with Corpus(home.corpus, read_only=True) as corpus:
        assert corpus.row("SELECT count(*) FROM versions") == (0,)

    def better(url: str, extracted: Extracted) -> Extracted:
        return (
            replace(extracted, blocks=tuple(replace(block, heading="Better") for block in extracted.blocks))
            if "acme" in url
            else extracted
        )

    reads(monkeypatch, better)
    result = scout("reextract")
    assert result.stdout.startswith(
        "4 responses of 2 startups read anew: 0 new pages, 3 changed, 1 unchanged, 0 dropped; 0 could not be"
    )
    after = pages(home)
    assert after["https://acme.it/"].blocks[0].heading == "Better"
    for url, page in before.items():
        assert (after[url].fetched_at, after[url].archived) == (page.fetched_at, page.archived)


@pytest.mark.usefixtures("three_pages")
def test_reextract_keeps_what_it_cannot_make_anew_and_says_why(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = pages(home)
    reads(monkeypatch, lambda url, extracted: replace(extracted, blocks=()) if url.endswith("/team") else extracted)
    with Corpus(home.corpus) as corpus:
        readings = Readings(corpus)
        found = readings.get("acme", "https://acme.it/products")
        assert found
        assert found.page.archived
        readings.put(replace(found, page=replace(found.page, archived=replace(found.page.archived, offset=1))))
    result = scout("reextract")
    assert "2 could not be" in result.stdout
    assert "https://acme.it/team stays as it was: no text is found in it any more" in result.stderr
    assert "https://acme.it/products stays as it was: " in result.stderr
    assert {url: page.digest for url, page in pages(home).items()} == {url: page.digest for url, page in before.items()}


@pytest.mark.usefixtures("three_pages")
def test_reextract_drops_what_turns_out_to_be_noindex_and_stores_what_had_no_text(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(url: str, extracted: Extracted) -> Extracted:
        if url.endswith("/team"):
            return replace(extracted, metadata=replace(extracted.metadata, noindex=True))
        return extracted

    with monkeypatch.context() as patch:
        reads(patch, other)
        assert json.loads(scout("reextract", "--json").stdout)["dropped"] == 1
    assert "https://acme.it/team" not in pages(home)
    assert json.loads(scout("reextract", "--json").stdout)["new"] == 1
    assert "https://acme.it/team" in pages(home)


def test_what_a_crawl_stored_is_proved_and_made_anew_when_its_web_is_gone(
    web: Web, settings: CrawlSettings, home: Home
) -> None:
    again = "Sitemaps, links and the seed lead to this page, and it tells of castings that crack."
    site = web.site("acme", {"/": text_page(SENTENCE, links=("/more",)), "/more": text_page(again, title="More")})
    crawl([site], home.corpus, settings)
    web.pages.clear()
    asked = len(web.requests)
    (proof,) = proofs("acme", SENTENCE)
    assert (proof["verified"], proof["url"]) == (True, site.url)
    before = pages(home)
    result = json.loads(scout("reextract", "--json").stdout)
    assert (result["new"], result["changed"], result["unchanged"], result["kept"]) == (0, 0, 2, [])
    assert pages(home) == before
    assert len(web.requests) == asked


@pytest.mark.usefixtures("three_pages")
def test_what_is_erased_while_it_is_read_anew_does_not_come_back(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    erased: list[Erased] = []

    def answer_of(archived: Archived) -> Answer:
        if not erased:
            with Corpus(home.corpus) as corpus:
                erased.append(erase(corpus, Archive(home.archive), "acme"))
        return replaying.answer_of(archived)

    monkeypatch.setattr("crawler.replay.reextracting.answer_of", answer_of)
    with Corpus(home.corpus) as corpus, Archive(home.archive) as archive:
        reextract(Desk(corpus, Readings(corpus), archive))
    assert [one.startups for one in erased] == [("acme",)]
    assert {page.startup_id for page in pages(home).values()} == {"beta"}
    with Corpus(home.corpus, read_only=True) as corpus:
        assert list(Readings(corpus).of("acme")) == []


def test_reextract_without_a_corpus_is_an_error(home: Home) -> None:
    failed(CorpusError, "there is no corpus", "reextract")
    assert not home.root.exists()


def test_every_command_has_help() -> None:
    for command in ("prove", "import-warc", "reextract"):
        assert scout(command, "--help").exit_code == 0


def test_startups_without_an_address_own_nothing(tmp_path: Path, home: Home) -> None:
    with Corpus(home.corpus) as corpus:
        corpus.put_startup(Startup("none", "None"))
        corpus.put_startup(Startup("home", "Home", None, "https://acme.it/"))
    (tmp_path / "a.warc.gz").write_bytes(gz(capture("https://acme.it/")))
    assert imported(tmp_path / "a.warc.gz")["new"] == 1
    assert pages(home)["https://acme.it/"].startup_id == "home"
