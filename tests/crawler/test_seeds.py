import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.errors import SeedsError
from crawler.records import Profile, Startup
from crawler.seeds import Problem, read_profiles, read_seeds


def write(folder: Path, text: str | bytes, name: str = "seeds.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def good(path: Path) -> list[tuple[Startup, Profile]]:
    return [item for item in read_profiles(path) if not isinstance(item, Problem)]


def problems(path: Path) -> list[Problem]:
    return [item for item in read_profiles(path) if isinstance(item, Problem)]


def line(**fields: object) -> str:
    return json.dumps({"id": "acme", "name": "Acme", "text": "We measure the flow of molten metal in the foundry."} | fields)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_csv_is_read_with_any_usual_delimiter_and_mark(tmp_path: Path, delimiter: str, mark: bytes) -> None:
    rows = (
        ("ID", "name", "url", "country", "tags", "trl", "founded"),
        ("acme", '"Acme, Srl"', "https://acme.it/", "it", "vision|casting", "7", "2019"),
    )
    text = "\r\n".join(delimiter.join(row) for row in rows)
    seeds = read_seeds(write(tmp_path, mark + text.encode()))
    expected = Startup("acme", "Acme, Srl", "https://acme.it/", country="IT", tags=("vision", "casting"), trl=7, founded=2019)
    assert seeds.startups == (expected,)
    assert seeds.problems == ()


def test_json_lines_are_read(tmp_path: Path) -> None:
    row = {"id": "acme", "name": "Acme", "url": "https://acme.it/x", "homepage": "https://acme.it", "tags": ["a", "b"]}
    more = {"parent_organisations": "Politecnico di Milano; CNR", "trl": None, "source": "yc"}
    (startup,) = read_seeds(write(tmp_path, json.dumps({**row, **more}) + "\n\n", "seeds.jsonl")).startups
    assert startup.tags == ("a", "b")
    assert startup.parent_organisations == ("Politecnico di Milano", "CNR")
    assert (startup.homepage, startup.source, startup.trl) == ("https://acme.it", "yc", None)


def test_bad_lines_are_reported_with_their_number_and_the_good_ones_kept(tmp_path: Path) -> None:
    text = "\n".join(
        (
            "id,name,url,trl,country",
            "a,Alpha,https://a.it/,,",
            ",Nameless id,https://b.it/,,",
            "c,,https://c.it/,,",
            "d,Delta,not an address,,",
            "e,Echo,ftp://e.it/,,",
            "a,Alpha again,https://a2.it/,,",
            "f,Foxtrot,https://f.it/,12,",
            "g,Golf,https://g.it/,,unknown",
            "h,Hotel",
            "i,India,https://i.it/,,IT,too,many",
            f"{'j' * 201},Juliett,https://j.it/,,",
            "",
            "k,Kilo,https://k.it/,3,de",
        )
    )
    seeds = read_seeds(write(tmp_path, text))
    assert [startup.id for startup in seeds.startups] == ["a", "g", "k"]
    assert [problem.line for problem in seeds.problems] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    assert [problem.line for problem in seeds.problems if problem.kept] == [9]
    assert "id is missing" in seeds.problems[0].reason
    assert "trl must be a whole number from 1 to 9" in seeds.problems[5].reason


def test_quoted_line_breaks_and_broken_quotes_do_not_stop_the_reading(tmp_path: Path) -> None:
    broken = (
        'id,name,url\na,"Alpha\nBeta",https://a.it/\nb,Beta,https://b.it/\nc,"Gam' + "x" * 200_000 + "\nd,Delta,https://d.it/\n"
    )
    seeds = read_seeds(write(tmp_path, broken))
    assert [startup.id for startup in seeds.startups] == ["b", "d"]
    assert [problem.line for problem in seeds.problems] == [2, 5]
    assert "control characters" in seeds.problems[0].reason


@pytest.mark.parametrize("bad", ['x,"Open,https://x.it/', '"x,Open,https://x.it/', 'x,Open,"https://x.it/'])
def test_a_quote_that_is_not_closed_costs_its_own_line_only(tmp_path: Path, bad: str) -> None:
    plain, quoted = "a,Alpha,https://a.it/", 'b,"Beta, Srl",https://b.it/'
    for rest in ([plain], [plain, quoted], [quoted, plain], []):
        seeds = read_seeds(write(tmp_path, "\r\n".join(["id,name,url", plain.replace("a", "c"), bad, *rest])))
        assert len(seeds.startups) == 1 + len(rest)
        assert [problem.line for problem in seeds.problems] == [3]
        assert "not CSV" in seeds.problems[0].reason


def test_rows_end_at_line_feeds_and_carriage_returns_only(tmp_path: Path) -> None:
    rows = [
        "id,name,url,note",
        "a,Al\u2028pha,https://a.it/,x",
        "b,Beta,https://b.it/,x\x0b\x0c\x85y",
        'c,C,https://c.it/,"1\n2"',
    ]
    for end in ("\n", "\r\n", "\r"):
        seeds = read_seeds(write(tmp_path, end.join([*rows, "d,D,nowhere"])))
        assert [startup.id for startup in seeds.startups] == ["a", "b", "c"]
        assert [problem.line for problem in seeds.problems if not problem.kept] == [6]


def test_columns_that_nobody_reads_are_named_once(tmp_path: Path) -> None:
    seeds = read_seeds(write(tmp_path, "id,name,url,colour\na,A,https://a.it,red\nb,B,https://b.it,blue\n"))
    assert len(seeds.startups) == 2
    assert [(problem.line, problem.kept) for problem in seeds.problems] == [(2, True)]
    assert "colour" in seeds.problems[0].reason


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b",,\n,\n", "no header that can be read"),
        (b"name;homepage\nAcme;https://acme.it", "lacks the columns id, url"),
        (b"\xff\xfei\x00d\x00", "UTF-16"),
        (b"id,name,url\na,Societ\xe0,https://a.it/\n", "line 2"),
        (b'[{"id": "a"}]', "JSON array"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_that_names_it_and_the_mend(tmp_path: Path, content: bytes, words: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(SeedsError) as caught:
        read_seeds(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert ":" in str(caught.value)


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.csv", "there is no file"), (tmp_path, "cannot read")):
        with pytest.raises(SeedsError, match=words):
            read_seeds(path)
        with pytest.raises(SeedsError, match=words):
            list(read_profiles(path))


def test_a_profile_becomes_a_startup_that_is_not_crawled_and_its_text(tmp_path: Path) -> None:
    row = line(
        url="https://acme.it", country="it", source="yc", tags=["vision"], trl=4, founded=2020.0, parent_organisations=None
    )
    ((startup, profile),) = good(write(tmp_path, row))
    assert startup.url is None
    assert startup.homepage == profile.url == "https://acme.it"
    assert (startup.country, startup.trl, startup.founded) == ("IT", 4, 2020)
    assert (profile.startup_id, profile.source, profile.text) == (
        "acme",
        "yc",
        "We measure the flow of molten metal in the foundry.",
    )
    assert profile.language == "en"
    assert profile.imported_at.tzinfo is not None


@pytest.mark.parametrize(
    "bad",
    [
        "not json",
        '{"id": "a", "name": "A", "text": "T"',
        "[1, 2]",
        '"text"',
        "null",
        "[" * 100_000,
        '{"id": "a", "name": "A", "text": "T", "trl": NaN}',
        line(id=None),
        line(id=7),
        line(id="  "),
        line(id="a\nb"),
        line(id="a\0b"),
        line(id="x" * 201),
        line(name=["Acme"]),
        line(text=""),
        line(text="half \ud800"),
        line(text={"en": "text"}),
        line(trl=0),
        line(trl="high"),
        line(trl=True),
        line(trl=10**400),
        line(founded=-1),
        line(founded=20200),
        line(tags={"a": 1}),
        line(tags=[1, 2]),
        line(tags=[["a"]]),
        line(country=39),
        line(text="long " * 300_000),
        b'{"id": "a", "name": "Societ\xe0", "text": "T"}',
        b"\x00" * 50,
    ],
)
def test_a_bad_profile_is_reported_and_the_next_is_read(tmp_path: Path, bad: str | bytes) -> None:
    raw = bad if isinstance(bad, bytes) else bad.encode("utf-8", "surrogatepass")
    path = write(tmp_path, raw + b"\n" + line(id="next").encode() + b"\n", "profiles.jsonl")
    assert [startup.id for startup, _ in good(path)] == ["next"]
    assert [problem.line for problem in problems(path)] == [1]
    assert problems(path)[0].reason
    assert len(problems(path)[0].reason) < 300


def test_numbers_as_text_nulls_and_blank_lines_are_fine(tmp_path: Path) -> None:
    path = write(
        tmp_path, "\ufeff" + line(trl="7", founded="2019", url=None, tags="a; b") + "\n\n  \n" + line(id="b", trl=None)
    )
    (first, _), (second, _) = good(path)
    assert (first.trl, first.founded, first.tags, second.trl) == (7, 2019, ("a", "b"), None)
    assert problems(path) == []


def test_an_unusable_address_costs_the_address_only(tmp_path: Path) -> None:
    path = write(tmp_path, line(url="javascript:alert(1)"))
    ((startup, profile),) = good(path)
    assert startup.homepage is profile.url is None
    assert problems(path)[0].kept


def test_unknown_fields_and_repeated_ids_are_reported(tmp_path: Path) -> None:
    path = write(tmp_path, "\n".join((line(colour=1), line(id="b", colour=2), line(), line(source="other"))))
    assert [(startup.id, profile.source) for startup, profile in good(path)] == [
        ("acme", "import"),
        ("b", "import"),
        ("acme", "other"),
    ]
    assert [(problem.line, problem.kept) for problem in problems(path)] == [(1, True), (3, False)]


BOTH = {
    "id": "yc-1",
    "name": "Both",
    "url": "https://both.example/",
    "text": "Casts and rolls metal in one pass.",
    "source": "yc",
}
ORIGIN = {"record_id": "1", "record_url": "https://directory.example/1", "read_at": "2024-05-01T10:00:00+02:00"}


def test_one_file_serves_a_crawl_and_an_import(tmp_path: Path) -> None:
    seed = {"id": "s", "name": "Seed", "url": "https://seed.example/"}
    profile = {"id": "p", "name": "Profile", "text": "Only words, and no site to crawl at all."}
    path = write(tmp_path, "\n".join(map(json.dumps, (BOTH | ORIGIN, seed, profile, profile | {"id": "q"}))), "seeds.jsonl")
    seeds = read_seeds(path)
    assert [startup.id for startup in seeds.startups] == ["yc-1", "s"]
    assert seeds.problems == (Problem(3, "no url: not crawled, like 1 more lines; `scout import` takes such lines", kept=True),)
    assert [startup.id for startup, _ in good(path)] == ["yc-1", "p", "q"]
    assert problems(path) == [Problem(2, "no text: not imported; `scout crawl` takes such lines", kept=True)]


def test_a_line_that_serves_neither_is_bad(tmp_path: Path) -> None:
    path = write(tmp_path, json.dumps({"id": "n", "name": "Neither"}) + "\n" + json.dumps(BOTH), "seeds.jsonl")
    assert [(problem.line, problem.kept, problem.reason) for problem in read_seeds(path).problems] == [
        (1, False, "url is missing")
    ]
    assert [(problem.line, problem.kept, problem.reason) for problem in problems(path)] == [(1, False, "text is missing")]


def test_a_profile_keeps_where_it_is_from_and_when_it_was_read(tmp_path: Path) -> None:
    ((startup, profile),) = good(write(tmp_path, json.dumps(BOTH | ORIGIN)))
    assert (startup.url, startup.homepage) == (None, "https://both.example/")
    assert (profile.source, profile.url) == ("yc", "https://directory.example/1")
    assert profile.imported_at == datetime(2024, 5, 1, 8, tzinfo=UTC)
    ((startup, profile),) = good(write(tmp_path, json.dumps(BOTH | {"homepage": "https://shown.example/"})))
    assert startup.homepage == profile.url == "https://shown.example/"


@pytest.mark.parametrize("moment", ["yesterday", "2999-01-01", "2024-13-01", 7, "0001-01-01T00:00:00+23:00"])
def test_a_date_of_reading_that_cannot_be_is_reported_and_now_taken(tmp_path: Path, moment: object) -> None:
    path = write(tmp_path, json.dumps(BOTH | {"read_at": moment}) + "\n")
    (problem,) = problems(path)
    assert "read_at" in problem.reason
    assert problem.kept == (moment != 7)
    assert all((datetime.now(UTC) - profile.imported_at).seconds < 60 for _, profile in good(path))


def test_an_excel_file_is_sent_to_the_command_that_reads_it(tmp_path: Path) -> None:
    with pytest.raises(SeedsError, match=r"is an Excel file: `scout directory fetch table --from .*` reads it"):
        read_seeds(write(tmp_path, b"PK\x03\x04" + b"\0" * 100, "seeds.xlsx"))


def test_personal_data_in_a_text_is_left_out(tmp_path: Path) -> None:
    text = "We cast zinc in one pass. Write to jane.roe@both.example or to info@both.example about it."
    ((_, profile),) = good(write(tmp_path, json.dumps(BOTH | {"text": text})))
    assert "jane.roe" not in profile.text
    assert "info@both.example" in profile.text
