"""Facts about companies, read off real pages, against a gold standard made by hand.

How the gold is read. It says of each page which facts the page states. Two questions are asked of it:

- page: each page alone, strictly: a fact given where the gold has none is an error, even where it is true of the company.
- site: what a crawl knows in the end, the votes of all pages of the site, for each page with a fact in the gold. Where only
  other pages of the site have that fact in the gold, it is held against theirs; where none has it, nothing can be told.

Names are compared without legal form, case and punctuation, VAT numbers without Italy's letters. A number in the gold whose
check digit is wrong (a misprint of its page) is no VAT number: to give none, or the right one from another page, is right.

Rules were made over half of the sites. The other half was first scored unseen (page alone, precision/recall: company
0.952/0.930, VAT 1.000/0.889, city 0.815/0.786, country 0.968/0.857, year 0.889/0.667). Then the errors of both halves were read
and general rules mended: it is unseen no more.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler.company.company import CompanyRecord, merge_companies, read_company
from crawler.company.identifiers import is_italian_vat
from crawler.company.legal_forms import key_of
from crawler.page.charset import decode
from crawler.reading import Reading, read_page
from tests.quality.conftest import MEASURED

pytestmark = pytest.mark.shared

FLOORS = tomllib.loads((Path(__file__).parent / "floors.toml").read_text())["company"]
WANTED = {"precision": 0.95, "recall": 0.85}
"""Of each fact over all pages."""
FACTS: dict[str, Callable[[Reading, CompanyRecord], Any]] = {
    "company": lambda _, record: key_of(record.name),
    "vat": lambda _, record: record.vat_number,
    "city": lambda _, record: letters(record.city),
    "country": lambda _, record: record.country,
    "founding_year": lambda _, record: str(record.founded or ""),
    "language": lambda reading, _: reading.language,
}
MOST_PAGES = 60
"""Of a site, which is what a crawl takes by default."""


@dataclass
class Score:
    """One fact's counts."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    def __add__(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def expected(fact: str, facts: Mapping[str, Any]) -> str:
    value = str(facts[fact] or "")
    if fact == "vat":
        bare = value.removeprefix("IT")
        return bare if is_italian_vat(bare) or not bare.isdigit() else ""
    return {"company": key_of, "city": letters}.get(fact, str)(value)


def is_held_out(key: str) -> bool:
    return hashlib.sha256(key.split("/", maxsplit=1)[0].encode()).digest()[0] % 2 == 1


@dataclass(frozen=True)
class Gold:
    pages: Mapping[str, Mapping[str, Any]]
    readings: Mapping[str, Reading]
    """By file, of the pages in the gold."""
    sites: Mapping[str, CompanyRecord]
    """By host, the votes of all its pages."""


@pytest.fixture(scope="module")
def gold(shared: Path) -> Gold:
    web = shared / "web/dev"
    pages = json.loads((shared / "extraction/company/gold.json").read_text(encoding="utf-8"))
    sites = {}
    for host in sorted({key.split("/")[0] for key in pages}):
        files = sorted(
            (str(path.relative_to(web)) for path in (web / host).rglob("*.htm*")), key=lambda file: (file.count("/"), file)
        )
        sites[host] = merge_companies(
            [read_company(decode((web / file).read_bytes()), address(file)) for file in files[:MOST_PAGES]]
        )
    readings = {one["file"]: read_page((web / one["file"]).read_bytes(), address(one["file"]), None) for one in pages.values()}
    return Gold(pages, readings, sites)


def address(file: str) -> str:
    return f"http://{file.removesuffix('index.html')}"


def page_scores(gold: Gold, fact: str) -> Iterator[tuple[str, Score]]:
    for key, entry in gold.pages.items():
        reading = gold.readings[entry["file"]]
        given, wanted = FACTS[fact](reading, reading.company), expected(fact, entry["facts"])
        right = bool(given) and given == wanted
        yield key, Score(int(right), int(bool(given) and not right), int(bool(wanted) and not right))


def site_scores(gold: Gold, fact: str) -> Iterator[tuple[str, Score]]:
    for key, entry in gold.pages.items():
        host = key.split("/")[0]
        known = {expected(fact, other["facts"]) for name, other in gold.pages.items() if name.startswith(f"{host}/")} - {""}
        given = FACTS[fact](gold.readings[entry["file"]], gold.sites[host])
        if known:
            right = given in known
            stated = bool(expected(fact, entry["facts"]))
            yield key, Score(int(right and stated), int(bool(given) and not right), int(stated and not right))


@pytest.mark.parametrize(
    ("reading", "fact"), [(reading, fact) for reading in FLOORS for fact in FACTS if f"{fact} recall" in FLOORS[reading]]
)
def test_facts_of_companies(gold: Gold, reading: str, fact: str, pytestconfig: pytest.Config) -> None:
    scores = list((page_scores if reading == "page" else site_scores)(gold, fact))
    halves = {
        "developed": sum((score for key, score in scores if not is_held_out(key)), Score()),
        "held out": sum((score for key, score in scores if is_held_out(key)), Score()),
    }
    halves["all"] = halves["developed"] + halves["held out"]
    for half, score in halves.items():
        line = f"company {fact:<14}{reading:<5}{half:<10} precision {score.precision:.3f}  recall {score.recall:.3f}"
        pytestconfig.stash.setdefault(MEASURED, []).append(
            f"{line}  ({score.right} right, {score.wrong} wrong, {score.missed} missed)"
        )
    for measure in ("precision", "recall"):
        row, value = FLOORS[reading][f"{fact} {measure}"], getattr(halves["all"], measure)
        assert value >= row["floor"] >= WANTED[measure], f"{fact}: {measure} fell to {value:.3f}"
