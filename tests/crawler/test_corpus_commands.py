"""The commands on the corpus as a user meets them."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from typer.testing import CliRunner, Result

from crawler.archive.archive import Archive
from crawler.commands import app
from crawler.corpus.companies import Companies
from crawler.corpus.corpus import Corpus
from crawler.corpus.optouts import OptOuts
from crawler.corpus.readings import Readings
from crawler.errors import ArchiveError, CorpusError, InputFileError, SettingsError
from crawler.home import Home
from crawler.records import Block, Page, Profile, Startup
from tests.crawler.conftest import Reply, Web, sentence, text_page

LARGE = " ".join(map(sentence, range(2000)))
FULL_DISK = """
from crawler.corpus.database import Database
prepare = Database._prepare
def limited(self, *, read_only):
    prepare(self, read_only=read_only)
    self._db.execute("PRAGMA max_page_count = {pages}")
Database._prepare = limited
"""
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SCOUT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCOUT_CRAWL_LOOPBACK", "true")
    monkeypatch.setenv("SCOUT_CRAWL_DELAY", "0.02")
    return Home(tmp_path / "home")


def scout(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def seeds(file: Path, *startups: Startup) -> Path:
    file.write_text("id,name,url\n" + "".join(f"{startup.id},{startup.name},{startup.url}\n" for startup in startups))
    return file


def test_report_tells_of_each_site_what_became_of_it(web: Web, tmp_path: Path) -> None:
    acme = web.site(
        "acme",
        {
            "/robots.txt": Reply("User-agent: *\nDisallow: /private", kind="text/plain"),
            "/": text_page(
                "Misuriamo la porosità delle leghe nella pressofusione.", links=("/gone", "/private/a", "/private/b")
            ),
        },
    )
    nobody = Startup("nobody", "Nobody", "http://nobody.localhost:9/")
    scout("crawl", "--seeds", seeds(tmp_path / "seeds.csv", acme, nobody))
    first, second = map(json.loads, scout("corpus", "report", "--json").stdout.splitlines())
    assert (first["startup_id"], first["pages"], first["languages"], first["refused"]) == ("acme", 1, {"it": 1}, 2)
    endings = {ending["outcome"]: (ending["visits"], ending["reasons"]) for ending in first["outcomes"]}
    assert endings == {
        "robots": (2, {"robots.txt forbids it": 2}), "stored": (1, {"status 200": 1}), "http-error": (1, {"status 404": 1}),
    }  # fmt: skip
    assert datetime.now(UTC) - datetime.fromisoformat(first["last_seen"]) < timedelta(minutes=5)
    assert first["delay"] > 0
    assert (first["new"], first["finished"], first["opted_out"]) == (1, True, False)
    assert (second["pages"], second["last_seen"], second["outcomes"][0]["outcome"]) == (0, None, "unreachable")
    table = scout("corpus", "report").stdout
    assert "acme" in table
    assert "2 robots" in table


def test_a_host_that_opted_out_is_not_asked_for_anything(web: Web, tmp_path: Path) -> None:
    acme = web.site("acme", {"/": text_page(sentence(1))})
    assert "never visited" in scout("corpus", "opt-out", "add", "https://www.acme.localhost/", "--reason", "a letter").stdout
    summary = json.loads(scout("crawl", "--seeds", seeds(tmp_path / "seeds.csv", acme), "--json").stdout)
    assert summary["outcomes"] == {"opted-out": 1}
    assert web.requests == []
    (line,) = scout("corpus", "opt-out", "list", "--json").stdout.splitlines()
    assert (json.loads(line)["host"], json.loads(line)["reason"]) == ("acme.localhost", "a letter")
    scout("corpus", "opt-out", "remove", "acme.localhost")
    assert json.loads(scout("crawl", "--seeds", tmp_path / "seeds.csv", "--json").stdout)["outcomes"] == {"stored": 1}
    with pytest.raises(InputFileError, match="not on the list"):
        scout("corpus", "opt-out", "remove", "acme.localhost")
    with pytest.raises(InputFileError, match="no host"):
        scout("corpus", "opt-out", "add", "ftp:// what")


def test_erase_takes_pages_versions_visits_and_archived_responses_and_keeps_the_profile(
    web: Web, tmp_path: Path, home: Home
) -> None:
    acme = web.site("acme", {"/": text_page(sentence(1), links=("/a",)), "/a": text_page(sentence(2))})
    other = web.site("other", {"/": text_page(sentence(3))})
    scout("crawl", "--seeds", seeds(tmp_path / "seeds.csv", acme, other))
    with Corpus(home.corpus) as corpus:
        corpus.put_profile(Profile("acme", "yc", "Cameras.", "en", NOW))
        refs = {page.startup_id: page.archived for page in corpus.pages()}
    mine, theirs = refs["acme"], refs["other"]
    assert mine is not None
    assert theirs is not None
    assert Archive(home.archive).read(mine).status == 200
    refused = CliRunner().invoke(app, ["corpus", "erase", "acme"], input="n\n")
    assert refused.exit_code == 1
    erased = json.loads(scout("corpus", "erase", "acme", "--yes", "--json").stdout)
    assert (erased["pages"], erased["profiles"], erased["startups"], erased["opted_out"]) == (
        2,
        0,
        ["acme"],
        ["acme.localhost"],
    )
    assert erased["records"] >= 2
    with pytest.raises(ArchiveError):
        Archive(home.archive).read(mine)
    assert Archive(home.archive).read(theirs).status == 200
    assert all(sentence(2).encode() not in file.read_bytes() for file in home.root.glob("corpus.sqlite*"))
    with Corpus(home.corpus, read_only=True) as corpus:
        assert [page.startup_id for page in corpus.pages()] == ["other"]
        assert [visit.startup_id for visit in corpus.visits()] == ["other"]
        assert [profile.startup_id for profile in corpus.profiles()] == ["acme"]
        assert OptOuts(corpus).covers("acme.localhost")
    gone = json.loads(scout("corpus", "erase", "other.localhost", "--with-profile", "--yes", "--json").stdout)
    assert gone["startups"] == ["other"]
    with Corpus(home.corpus, read_only=True) as corpus:
        assert [startup.id for startup in corpus.startups()] == ["acme"]


def test_erase_on_a_shared_host_leaves_the_neighbours_alone(web: Web, tmp_path: Path, home: Home) -> None:
    for name, number in (("a", 1), ("b", 2)):
        web.site(
            "hub",
            {f"/{name}/": text_page(sentence(number), links=(f"/{name}/p",)), f"/{name}/p": text_page(sentence(9 + number))},
        )
    root = web.site("hub", {"/": text_page(sentence(30))})
    a, b = (Startup(name, name.upper(), web.url("hub", f"/{name}/")) for name in ("a", "b"))
    scout("crawl", "--seeds", seeds(tmp_path / "seeds.csv", a, b, root))
    erased = json.loads(scout("corpus", "erase", "a", "--yes", "--json").stdout)
    assert (erased["pages"], erased["opted_out"], erased["shared"]) == (2, ["hub.localhost/a/"], [])
    web.requests.clear()
    again = json.loads(scout("crawl", "--seeds", tmp_path / "seeds.csv", "--json").stdout)
    assert (again["outcomes"]["opted-out"], again["unchanged"]) == (1, 3)
    assert not any(path.startswith("/a/") for path in web.asked("hub"))
    # The one above the others may not close the whole host.
    said = scout("corpus", "erase", "hub", "--yes").stdout
    assert f"{root.url} is not on the opt-out list" in said
    with Corpus(home.corpus, read_only=True) as corpus:
        assert {page.startup_id for page in corpus.pages()} == {"b"}
        assert [one.host for one in OptOuts(corpus).all()] == ["hub.localhost/a/"]
    scout("corpus", "opt-out", "remove", "hub.localhost/a/")
    assert json.loads(scout("crawl", "--seeds", tmp_path / "seeds.csv", "--json").stdout)["new"] == 3


def test_erasing_a_host_that_a_startup_has_left_takes_what_was_told_of_its_company_there(
    web: Web, tmp_path: Path, home: Home
) -> None:
    told = {"@context": "https://schema.org", "@type": "Organization", "name": "Oldname S.r.l.", "vatID": "IT01234567897"}
    head = f'<script type="application/ld+json">{json.dumps(told)}</script>'
    old = web.site("old", {"/": text_page(sentence(1), head=head)})
    scout("crawl", "--seeds", seeds(tmp_path / "old.csv", old))
    with Corpus(home.corpus) as corpus:
        assert "Oldname" in (Companies(corpus).record("old") or "")
        corpus.put_startup(Startup("old", "Old", "http://new.localhost/"))
    erased = json.loads(scout("corpus", "erase", "old.localhost", "--yes", "--json").stdout)
    assert (erased["startups"], erased["pages"], erased["touched"]) == ([], 1, ["old"])
    with Corpus(home.corpus, read_only=True) as corpus:
        assert Companies(corpus).record("old") is None


def test_what_is_left_of_a_startup_says_of_its_company_anew_though_the_erasure_was_killed_before(
    web: Web, tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, words in (("old", "Oldname S.r.l."), ("new", "Newname S.r.l.")):
        told = {"@context": "https://schema.org", "@type": "Organization", "name": words, "vatID": "IT01234567897"}
        head = f'<script type="application/ld+json">{json.dumps(told)}</script>'
        web.site(name, {"/": text_page(sentence(len(words)), head=head)})
    startup = Startup("acme", "Acme", web.url("new"))
    scout("crawl", "--seeds", seeds(tmp_path / "seeds.csv", startup))
    with Corpus(home.corpus) as corpus:
        (page,) = corpus.pages()
        (reading,) = Readings(corpus).of("acme")
        elsewhere = replace(page, url=web.url("old"), blocks=(Block("", "Of the old name."),))
        Readings(corpus).put(replace(reading, page=elsewhere, company=reading.company.replace("Newname", "Oldname")))
        corpus.put_page(elsewhere)
    with monkeypatch.context() as patch:
        patch.setattr("crawler.corpus_commands.settle_marked", Mock(side_effect=KeyboardInterrupt))
        CliRunner().invoke(app, ["corpus", "erase", "old.localhost", "--yes"])
    with Corpus(home.corpus, read_only=True) as corpus:
        assert Companies(corpus).record("acme") is None
    scout("corpus", "erase", "old.localhost", "--yes")
    with Corpus(home.corpus, read_only=True) as corpus:
        assert "Newname" in (Companies(corpus).record("acme") or "")


def test_erase_says_so_when_another_process_keeps_the_log_from_being_emptied(
    web: Web, tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.corpus.database.EMPTYING_TRIES", 1)
    monkeypatch.setattr("crawler.corpus.database.EMPTYING_TRY", 10)
    scout("crawl", "--seeds", seeds(tmp_path / "seeds.csv", web.site("acme", {"/": text_page(sentence(1))})))
    with Corpus(home.corpus, read_only=True) as reader:
        pages = reader.pages()
        reader._db.execute("BEGIN")
        assert next(pages).startup_id == "acme"
        assert "-wal may hold traces until you give this command again" in scout("corpus", "erase", "acme", "--yes").stdout
    assert "traces" not in scout("corpus", "erase", "acme", "--yes").stdout
    assert all(sentence(1).encode() not in file.read_bytes() for file in home.root.glob("corpus.sqlite*"))


def test_erase_names_the_snapshots_that_still_hold_what_was_erased(web: Web, tmp_path: Path, home: Home) -> None:
    scout("crawl", "--seeds", seeds(tmp_path / "seeds.csv", web.site("acme", {"/": text_page(sentence(1))})))
    assert "snapshot" not in scout("corpus", "erase", "nobody.localhost", "--yes").stdout
    (home.snapshots / "20261123-one").mkdir(parents=True)
    said = scout("corpus", "erase", "acme", "--yes").stdout
    assert f"snapshots in {home.snapshots}" in said
    assert "run `scout index`, then delete 20261123-one" in said


def test_startups_can_be_said_to_be_one_company_and_that_taken_back(home: Home) -> None:
    with Corpus(home.corpus) as corpus:
        for key in ("a", "b"):
            corpus.put_startup(Startup(key, key.upper()))
    assert "stated\tasked them" in scout("corpus", "same", "b", "a", "--reason", "asked them").stdout
    (line,) = scout("corpus", "same", "--json").stdout.splitlines()
    link = json.loads(line)
    assert (link["startup_id"], link["same_as"]) == ("a", "b")
    scout("corpus", "undo", link["id"])
    assert scout("corpus", "same").stdout == ""
    with pytest.raises(InputFileError, match="no link"):
        scout("corpus", "undo", link["id"])
    with pytest.raises(InputFileError, match="no startup 'c'"):
        scout("corpus", "same", "a", "c")


def test_a_seed_that_leads_to_another_startup_s_site_links_the_two(web: Web, tmp_path: Path, home: Home) -> None:
    new = web.site("new", {"/": text_page(sentence(1))})
    old = web.site("old", {"/": Reply("", 301, headers={"Location": web.url("new")})})
    scout("crawl", "--seeds", seeds(tmp_path / "seeds.csv", new, old))
    with Corpus(home.corpus, read_only=True) as corpus:
        assert [(link.startup_id, link.same_as, link.reason) for link in Companies(corpus).links()] == [
            ("new", "old", "redirect")
        ]


def test_a_rebrand_is_followed_and_told_and_erased_with_its_startup(web: Web, tmp_path: Path, home: Home) -> None:
    acme = web.site("acme", {"/": Reply("", 301, headers={"Location": web.url("newname")})})
    sale = web.site("sale", {"/": Reply("", 301, headers={"Location": "http://sedo.com/?domain=sale"})})
    web.site("newname", {"/": text_page(sentence(1), links=("/a",)), "/a": text_page(sentence(2))})
    scout("crawl", "--seeds", seeds(tmp_path / "seeds.csv", acme, sale))
    moved, parked = map(json.loads, scout("corpus", "report", "--json").stdout.splitlines())
    assert (moved["pages"], moved["led_to"]) == (2, web.url("newname"))
    assert moved["moved"] == "moved: acme.localhost leads to newname.localhost, under another name"
    assert (parked["pages"], parked["moved"]) == (0, "parked: leads to sedo.com, where domains are sold or parked")
    assert "under another" in " ".join(scout("corpus", "report").stdout.split())
    erased = json.loads(scout("corpus", "erase", "acme", "--yes", "--json").stdout)
    assert (erased["pages"], erased["opted_out"]) == (2, ["acme.localhost", "newname.localhost"])
    assert list(Archive(home.archive).folder.iterdir())
    web.requests.clear()
    scout("crawl", "--seeds", seeds(tmp_path / "seeds.csv", Startup("new", "New", web.url("newname"))))
    assert web.requests == []


def test_where_two_startups_lead_one_is_erased_and_the_other_stays(web: Web, tmp_path: Path, home: Home) -> None:
    acme, beta = (web.site(name, {"/": Reply("", 301, headers={"Location": web.url("group")})}) for name in ("acme", "beta"))
    web.site("group", {"/": text_page(sentence(1))})
    scout("crawl", "--seeds", seeds(tmp_path / "seeds.csv", acme, beta))
    erased = json.loads(scout("corpus", "erase", "acme", "--yes", "--json").stdout)
    assert (erased["pages"], erased["opted_out"], erased["shared"]) == (1, ["acme.localhost"], [web.url("group")])
    with Corpus(home.corpus, read_only=True) as corpus:
        (page,) = corpus.pages()
        assert (page.startup_id, page.archived and Archive(home.archive).read(page.archived).url) == ("beta", page.url)


def test_export_shows_the_corpus_as_it_stood_on_a_day(home: Home) -> None:
    with Corpus(home.corpus) as corpus:
        corpus.put_startup(Startup("acme", "Acme"))
        for day, words in enumerate(("first", "second")):
            corpus.put_page(Page("https://acme.example/", "acme", "Acme", "en", (Block("", words),), NOW + timedelta(days=day)))

    def texts(*arguments: str) -> list[str]:
        return [json.loads(line)["text"] for line in scout("corpus", "export", "--json", *arguments).stdout.splitlines()]

    assert texts() == texts("--as-of", "2026-11-24") == ["second"]
    assert texts("--as-of", "2026-11-23") == texts("--as-of", "2026-11-23T12:00+01:00") == ["first"]
    assert texts("--as-of", "2026-11-22") == []
    with pytest.raises(InputFileError, match="such as 2026-11-23"):
        scout("corpus", "export", "--as-of", "yesterday")


def test_shards_share_the_sites_and_each_has_a_run_of_its_own(web: Web, tmp_path: Path, home: Home) -> None:
    sites = [web.site(f"site{n}", {"/": text_page(sentence(n))}) for n in range(5)]
    file = seeds(tmp_path / "seeds.csv", *sites)
    pages = 0
    for shard in (0, 1):
        result = scout("crawl", "--seeds", file, "--shards", 2, "--shard", shard, "--json")
        pages += json.loads(result.stdout)["pages"] if result.stdout else 0
    assert pages == 5
    with Corpus(home.corpus, read_only=True) as corpus:
        assert len(list(corpus.pages())) == 5
    with pytest.raises(SettingsError, match="the last is 1"):
        scout("crawl", "--seeds", file, "--shards", 2, "--shard", 2)


def test_two_processes_at_once_work_on_one_corpus(web: Web, tmp_path: Path, home: Home) -> None:
    sites = [
        web.site(f"site{n}", {"/": text_page(sentence(n), links=("/a",)), "/a": text_page(sentence(50 + n))}) for n in range(8)
    ]
    file = seeds(tmp_path / "seeds.csv", *sites)
    command = [sys.executable, "-c", "from search_api.cli import main; main()", "crawl", "--seeds", str(file), "--shards", "2"]
    workers = [subprocess.Popen([*command, "--shard", shard]) for shard in ("0", "1")]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    with Corpus(home.corpus, read_only=True) as corpus:
        assert len(list(corpus.pages())) == 16


def test_a_full_disk_ends_the_crawl_with_one_line_and_an_intact_corpus(
    web: Web, tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = web.site("acme", {"/": text_page(sentence(1), links=("/large",)), "/large": text_page(LARGE)})
    file = seeds(tmp_path / "seeds.csv", site)
    with Corpus(home.corpus) as corpus:
        (pages,) = corpus.row("PRAGMA page_count") or (0,)
    with monkeypatch.context() as patch:
        # The child's SQLite says what it says on a full disk once the file has grown by 20 pages.
        (tmp_path / "sitecustomize.py").write_text(FULL_DISK.format(pages=pages + 20))
        patch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path), str(Path(__file__).parents[2]))))
        with pytest.raises(CorpusError, match=r"cannot write the corpus .* full \(make room on the disk"):
            scout("crawl", "--seeds", file)
    with Corpus(home.corpus) as corpus:
        assert corpus.row("PRAGMA integrity_check") == ("ok",)
        assert len(list(corpus.pages())) == 1
    result = scout("crawl", "--seeds", file)
    assert "is taken up: 0 sites done" in result.stderr
    with Corpus(home.corpus) as corpus:
        assert len(list(corpus.pages())) == 2
    assert web.asked("acme").count("/") == 1


def test_a_folder_that_may_not_be_written_is_named(web: Web, tmp_path: Path, home: Home) -> None:
    home.root.mkdir()
    home.archive.write_text("a file in the way")
    site = web.site("acme", {"/": text_page(sentence(1))})
    with pytest.raises(ArchiveError, match=str(home.archive)):
        scout("crawl", "--seeds", seeds(tmp_path / "seeds.csv", site))
