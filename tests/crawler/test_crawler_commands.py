"""The crawler's commands as a user meets them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crawler.commands import app
from crawler.corpus.corpus import Corpus
from crawler.errors import InputFileError, SeedsError
from tests.crawler.conftest import Web, text_page

SENTENCE = "We build inspection cameras for die casting cells that find porosity while the part is still warm."


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCOUT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCOUT_CRAWL_LOOPBACK", "true")
    monkeypatch.setenv("SCOUT_CRAWL_DELAY", "0.02")
    return tmp_path / "home"


def scout(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_crawl_stores_pages_tells_of_bad_lines_and_sums_up(web: Web, tmp_path: Path, home: Path) -> None:
    site = web.site("acme", {"/": text_page(SENTENCE, links=("/gone",))})
    (tmp_path / "seeds.csv").write_text(f"id,name,url\nacme,Acme,{site.url}\nbad,Bad,nowhere\n")
    result = scout("crawl", "--seeds", tmp_path / "seeds.csv")
    assert result.exit_code == 0
    assert "line 3: url must be an address" in result.stderr
    assert "1  stored" in result.stdout
    assert "1  http-error" in result.stdout
    summary = json.loads(scout("crawl", "--seeds", tmp_path / "seeds.csv", "--json").stdout)
    assert (summary["pages"], summary["unchanged"], summary["bad_lines"]) == (1, 1, 1)
    assert summary["outcomes"] == {"unchanged": 1, "http-error": 1}
    (line,) = scout("corpus", "export", "--json").stdout.splitlines()
    page = json.loads(line)
    assert set(page) == {"url", "startup_id", "title", "language", "text", "fetched_at", "digest"}
    assert (page["startup_id"], page["language"]) == ("acme", "en")
    assert SENTENCE in page["text"]
    assert web.url("acme") in scout("corpus", "export").stdout
    with Corpus(home / "corpus.sqlite", read_only=True) as corpus:
        assert corpus.startup("acme") == site.__class__("acme", "Acme", site.url)


def test_crawl_warns_once_where_webmasters_cannot_tell_who_crawls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seeds.csv").write_text("id,name,url\nacme,Acme,http://acme.localhost:9/\n")
    words = "scout: SCOUT_CRAWL_CONTACT_URL is not set: webmasters cannot tell who crawls\n"
    assert words not in scout("crawl", "--seeds", tmp_path / "seeds.csv").stderr
    monkeypatch.setenv("SCOUT_CRAWL_LOOPBACK", "false")
    assert scout("crawl", "--seeds", tmp_path / "seeds.csv").stderr.count(words) == 1
    monkeypatch.setenv("SCOUT_CRAWL_CONTACT_URL", "mailto:scout@example.org")
    assert words not in scout("crawl", "--seeds", tmp_path / "seeds.csv").stderr


def test_crawl_without_a_usable_seed_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "seeds.csv").write_text("id,name,url\nbad,Bad,nowhere\n")
    with pytest.raises(SeedsError, match="no startup that can be crawled"):
        CliRunner().invoke(app, ["crawl", "--seeds", str(tmp_path / "seeds.csv")], catch_exceptions=False)


def test_extract_prints_a_line_per_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        page = text_page(SENTENCE, title=name, head="<meta name=description content=Cameras><link rel=canonical href=/c>")
        (tmp_path / f"{name}.html").write_text(page)
    files = [tmp_path / "a.html", tmp_path / "b.html"]
    result = scout("extract", *files, "--url", "https://acme.it/x", "--json")
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["file"], first["url"], first["title"], first["language"]) == (str(files[0]), "https://acme.it/x", "a", "en")
    assert first["blocks"] == [{"heading": "a", "text": SENTENCE}]
    assert first["text"] == f"a\n{SENTENCE}"
    assert first["record"].items() >= {"description": "Cameras", "canonical": "https://acme.it/c"}.items()
    assert second["title"] == "b"
    assert SENTENCE in scout("extract", files[0]).stdout


def test_extract_names_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"none\.html"):
        CliRunner().invoke(app, ["extract", str(tmp_path / "none.html")], catch_exceptions=False)


def test_import_keeps_the_good_lines_and_twice_changes_nothing(tmp_path: Path, home: Path) -> None:
    lines = [
        {"id": "a", "name": "A", "text": SENTENCE, "country": "it"},
        {"id": "b", "name": "B", "text": SENTENCE, "url": "https://b.it"},
        {"id": "c", "name": "C"},
    ]
    path = tmp_path / "profiles.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\nnot json\n")
    result = scout("import", path)
    assert result.exit_code == 0
    assert result.stdout.strip() == "2 startups, 2 new, 0 changed, 0 unchanged, 2 bad lines"
    assert "line 3: text is missing" in result.stderr
    assert "line 4: not JSON" in result.stderr
    with Corpus(home / "corpus.sqlite", read_only=True) as corpus:
        before = corpus.digest()
    assert scout("import", path).stdout.strip() == "2 startups, 0 new, 0 changed, 2 unchanged, 2 bad lines"
    with Corpus(home / "corpus.sqlite", read_only=True) as corpus:
        assert corpus.digest() == before
    path.write_text(json.dumps(lines[0] | {"text": "Other words on the same startup, which are new."}))
    assert scout("import", path).stdout.strip() == "1 startups, 0 new, 1 changed, 0 unchanged, 0 bad lines"


def test_import_without_a_good_line_fails(tmp_path: Path) -> None:
    (tmp_path / "profiles.jsonl").write_text("junk\n" * 60)
    result = scout("import", tmp_path / "profiles.jsonl")
    assert result.exit_code == 2
    assert "10 more problems" in result.stderr
    (tmp_path / "profiles.jsonl").write_text("")
    assert scout("import", tmp_path / "profiles.jsonl").exit_code == 2


def test_every_command_has_help() -> None:
    for command in (["crawl"], ["extract"], ["import"], ["corpus"], ["corpus", "export"]):
        assert scout(*command, "--help").exit_code == 0
