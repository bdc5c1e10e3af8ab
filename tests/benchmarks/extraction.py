"""Main text beside trafilatura, resiliparse and readability-lxml in the same run: F1 by the gold's score.py, pages per second.

Turn by turn, so that what else the machine does weighs on all; decoding is counted in. Ours reads titles, links and blocks too.
"""

import gzip
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated

import lxml.html
import readability
import resiliparse.extract.html2text
import trafilatura
import typer
from corpora import SHARED

from crawler.page.charset import decode
from crawler.page.extract import extract
from crawler.page.sitewide import repeated_lines, without_lines
from crawler.records import join_blocks

GOLD = SHARED / "extraction"
KINDS = {"company": "company", "scrapinghub": "shingles", "trafilatura": "segments"}
OURS = "ours, each page alone"
WITH_SITE = "ours, with the whole site"

Extractor = Callable[[bytes, str], str]


def ours(body: bytes, url: str) -> str:
    """Return our main text of one page."""
    return join_blocks(extract(body, url).blocks)


def by_trafilatura(body: bytes, url: str) -> str:
    """Return trafilatura's, with its usual settings."""
    found: str | None = trafilatura.extract(decode(body), url=url)
    return found or ""


def by_resiliparse(body: bytes, _url: str) -> str:
    """Return resiliparse's main content."""
    return str(resiliparse.extract.html2text.extract_plain_text(decode(body), main_content=True))


def by_readability(body: bytes, _url: str) -> str:
    """Return readability-lxml's summary as text."""
    try:
        summary = readability.Document(decode(body)).summary()
        return str(lxml.html.fromstring(summary).text_content()) if summary else ""
    except (ValueError, readability.readability.Unparseable, lxml.etree.LxmlError):
        return ""


EXTRACTORS: Mapping[str, Extractor] = {
    OURS: ours,
    "trafilatura": by_trafilatura,
    "resiliparse": by_resiliparse,
    "readability-lxml": by_readability,
}


def body_of(kind: str, page: Mapping[str, str]) -> bytes:
    """Read a judged page."""
    if kind == "company":
        return (SHARED / "web/dev" / page["file"]).read_bytes()
    return gzip.decompress((GOLD / kind / "html" / Path(page["file"]).name).read_bytes())


def with_sites(gold: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Return our texts of company pages, each seen with all pages of its site."""
    web = SHARED / "web/dev"
    texts: dict[str, str] = {}
    for host in sorted({page["file"].split("/")[0] for page in gold.values()}):
        files = sorted((web / host).rglob("*.htm*"))
        blocks = {str(file.relative_to(web)): extract(file.read_bytes(), f"http://{host}/").blocks for file in files}
        repeated = repeated_lines(list(blocks.values()))
        texts |= {
            key: join_blocks(without_lines(blocks[page["file"]], repeated))
            for key, page in gold.items()
            if page["file"] in blocks
        }
    return texts


def f1(kind: str, gold: Mapping[str, object], texts: Mapping[str, str], folder: Path) -> float:
    """Score texts by the script beside the gold."""
    (folder / "gold.json").write_text(json.dumps(gold), encoding="utf-8")
    rows = (json.dumps({"key": key, "text": text}) + "\n" for key, text in texts.items())
    (folder / "texts.jsonl").write_text("".join(rows), encoding="utf-8")
    command = [sys.executable, str(GOLD / "score.py"), KINDS[kind], "--json", "gold.json", "texts.jsonl"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout)
    return float(report.get("all", report)["f1"])


def main(most: Annotated[int, typer.Option(help="Pages per set, at most; 0 for all.")] = 0) -> None:
    """Print F1 and speed by set."""
    warnings.simplefilter("ignore")
    for kind in KINDS:
        whole = json.loads((GOLD / kind / "gold.json").read_text(encoding="utf-8"))
        gold = dict(islice(whole.items(), most or None))
        texts: dict[str, dict[str, str]] = {name: {} for name in EXTRACTORS}
        took = dict.fromkeys(EXTRACTORS, 0.0)
        for key, page in gold.items():
            body = body_of(kind, page)
            for name, extractor in EXTRACTORS.items():
                began = time.process_time()
                texts[name][key] = extractor(body, page.get("url", "http://page.example/"))
                took[name] += time.process_time() - began
        typer.echo(f"{kind}: {len(gold)} pages\n{'':<28}{'F1':>8}{'pages/s':>9}{'speed / trafilatura':>21}")
        with tempfile.TemporaryDirectory() as folder:
            if kind == "company":
                typer.echo(f"{WITH_SITE:<28}{f1(kind, gold, with_sites(gold), Path(folder)):>8.4f}")
            for name in EXTRACTORS:
                ratio = took["trafilatura"] / took[name]
                rate = len(gold) / took[name]
                typer.echo(f"{name:<28}{f1(kind, gold, texts[name], Path(folder)):>8.4f}{rate:>9.1f}{ratio:>21.2f}")


if __name__ == "__main__":
    typer.run(main)
