"""What the benchmarks measure over: the profiles of ../shared where they are, else the texts of the demo web. No script."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from crawler.corpus.corpus import Corpus
from crawler.demo.sites import load_sites
from crawler.records import Block, Page, Startup
from crawler.seeds import Problem, read_profiles

SHARED = Path(__file__).resolve().parents[3] / "shared"


def fill(path: Path, startups: int | None = None) -> None:
    """Put the texts of so many startups (all of them unless given) into the corpus at `path`."""
    profiles = SHARED / "corpus" / "profiles.jsonl"
    with Corpus(path) as corpus, corpus.transaction():
        if profiles.is_file():
            for one in islice((one for one in read_profiles(profiles) if not isinstance(one, Problem)), startups):
                corpus.put_startup(one[0])
                corpus.put_profile(one[1])
            return
        now = datetime.now(UTC)
        for site in load_sites()[:startups]:
            corpus.put_startup(Startup(site.id, site.name, country=site.country, tags=site.tags, trl=site.trl))
            for page in site.pages:
                blocks = tuple(Block(section.heading, section.text) for section in page.sections)
                url = f"http://{site.slug}.localhost/{page.path}"
                corpus.put_page(Page(url, site.id, page.title, page.language or site.language, blocks, now))
