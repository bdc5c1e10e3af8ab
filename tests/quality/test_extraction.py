"""The main text of company pages and of articles does not fall below its recorded floors; both halves are shown.

Rules were made over one half of each set (by CRC-32 of host or key); the other tells whether they hold elsewhere. How clean
that other half is, floors.toml says.
"""

import gzip
import json
import subprocess
import sys
import tomllib
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from crawler.page.extract import extract
from crawler.page.sitewide import repeated_lines, without_lines
from crawler.records import join_blocks
from tests.quality.conftest import MEASURED

FLOORS: Mapping[str, Mapping[str, Mapping[str, object]]] = tomllib.loads(
    Path(__file__).with_name("floors.toml").read_text(encoding="utf-8")
)["extraction"]
SETS = ("company", "company alone", "scrapinghub", "trafilatura")
KINDS = {"company": "company", "company alone": "company", "scrapinghub": "shingles", "trafilatura": "segments"}
HALVES = ("built on", "held out")

Figures = Mapping[str, float]
Texts = Mapping[str, str]


def _half(name: str) -> str:
    return HALVES[zlib.crc32(name.encode()) % 2]


def _company_pages(shared: Path, gold: Mapping[str, Mapping[str, str]]) -> tuple[Texts, Texts]:
    """Return the texts of the judged pages, each alone, and each seen with all pages of its site."""
    web = shared / "web" / "dev"
    alone, with_site = {}, {}
    for host in sorted({page["file"].split("/")[0] for page in gold.values()}):
        files = sorted(file for file in (web / host).rglob("*.htm*") if file.is_file())
        blocks = {
            str(file.relative_to(web)): extract(file.read_bytes(), f"http://{file.relative_to(web)}").blocks for file in files
        }
        repeated = repeated_lines(list(blocks.values()))
        for key, page in gold.items():
            if page["file"] in blocks:
                alone[key] = join_blocks(blocks[page["file"]])
                with_site[key] = join_blocks(without_lines(blocks[page["file"]], repeated))
    return alone, with_site


def _articles(folder: Path, gold: Mapping[str, Mapping[str, str]]) -> Texts:
    texts = {}
    for key, page in gold.items():
        file = folder / "html" / Path(page["file"]).name
        texts[key] = join_blocks(extract(gzip.decompress(file.read_bytes()), page.get("url", "http://article.example/")).blocks)
    return texts


def _scores(shared: Path, folder: Path, kind: str, gold: Mapping[str, object], texts: Texts) -> Mapping[str, Figures]:
    (folder / "gold.json").write_text(json.dumps(gold), encoding="utf-8")
    lines = (json.dumps({"key": key, "text": texts[key]}) + "\n" for key in gold)
    (folder / "extracted.jsonl").write_text("".join(lines), encoding="utf-8")
    command = [sys.executable, str(shared / "extraction/score.py"), kind, "--json", "gold.json", "extracted.jsonl"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout)
    return {"all": report} if kind == "shingles" else {"all": report["all"], **report.get("language", {})}


@pytest.fixture(scope="module")
def measured(shared: Path, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Figures]:
    """F1 by set and part: all of it, its halves, and its languages."""
    folder = tmp_path_factory.mktemp("extraction")
    found: dict[str, dict[str, float]] = {}
    company = json.loads((shared / "extraction/company/gold.json").read_text(encoding="utf-8"))
    alone, with_site = _company_pages(shared, company)
    texts = {"company": with_site, "company alone": alone}
    golds = {"company": company, "company alone": company}
    for name in ("scrapinghub", "trafilatura"):
        golds[name] = json.loads((shared / "extraction" / name / "gold.json").read_text(encoding="utf-8"))
        texts[name] = _articles(shared / "extraction" / name, golds[name])
    for name in SETS:
        found[name] = {part: row["f1"] for part, row in _scores(shared, folder, KINDS[name], golds[name], texts[name]).items()}
        for half in HALVES:
            keys = _of_half(golds[name], half, by_host=KINDS[name] == "company")
            part = {key: golds[name][key] for key in keys}
            found[name][half] = _scores(shared, folder, KINDS[name], part, texts[name])["all"]["f1"]
    lines = pytestconfig.stash.setdefault(MEASURED, [])
    for name, parts in found.items():
        lines += [f"main text, {name:<15}{part:<10}{value:8.4f}   {_floor(name, part)}" for part, value in parts.items()]
    return found


def _of_half(gold: Mapping[str, Mapping[str, str]], half: str, *, by_host: bool) -> Iterable[str]:
    return [key for key, page in gold.items() if _half(page["file"].split("/")[0] if by_host else key) == half]


def _floor(name: str, part: str) -> str:
    row = FLOORS[name].get(part)
    return "" if row is None else f"floor {row['floor']:.3f}, {row['measured']:.3f} on {row['on']}"


@pytest.mark.shared
@pytest.mark.parametrize(("name", "part"), [(name, part) for name in SETS for part in FLOORS[name]])
def test_main_text_keeps_its_floors(measured: Mapping[str, Figures], name: str, part: str) -> None:
    value = measured[name][part]
    floor = FLOORS[name][part]["floor"]
    assert isinstance(floor, float)
    assert value >= floor, f"F1 on {name}, {part}, fell to {value:.4f}"
