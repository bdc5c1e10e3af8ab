"""Near-duplicates: pages that say the same in nearly the same words, and sites that mirror each other."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from crawler.records import Page
from crawler.traps.memory import number_of
from crawler.urls import page_priority

if TYPE_CHECKING:
    from datasketch import MinHash

SHINGLE = 3
"""Words side by side."""
FEWEST_SHINGLES = 20
"""A page of fewer is a near-duplicate of none."""
ALIKE = 0.85
"""Jaccard similarity of two pages' shingles from which they are near-duplicates."""
CANDIDATE = 0.7
"""The same as estimated, from which a pair is looked at."""
PERMUTATIONS = 128
WORD = re.compile(r"[^\W_]+")
YEAR = re.compile(r"(19|20)\d\d")
FILLER = re.compile(r"(?i)\blorem ipsum\b|\bhello world!|\bsample page\b|\bjust another wordpress site\b")
"""Text that came with a template."""
SITE_SAMPLE = 4
"""One shingle of so many, chosen by its number, stands for a whole site (Broder 1997, sampling mod m)."""
SITE_CANDIDATE = 0.4
MIRRORED = 0.8
"""Share of the smaller site's words that stand on near-duplicates in the other."""
MIRRORED_OF_LARGER = 0.3
FEWEST_WORDS = 120
"""That two sites must share to be mirrors."""


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two pages that say the same."""

    first: Page
    second: Page
    similarity: float
    """Jaccard similarity of their shingles, 0 to 1."""


def near_duplicates(pages: Sequence[Page]) -> tuple[NearDuplicate, ...]:
    """Return the pairs of pages that are near-duplicates, in the order of the pages.

    MinHash with locality-sensitive hashing (Broder 1997) finds the candidates; each is then compared in full. Pages of one
    template that speak of two things are told apart: they differ in heading, or in a figure that is not a year.
    """
    shingled = [_Shingled.of(page) for page in pages]
    index = _datasketch().MinHashLSH(threshold=CANDIDATE, num_perm=PERMUTATIONS)
    found: list[NearDuplicate] = []
    for at, one in enumerate(shingled):
        if len(one.shingles) < FEWEST_SHINGLES:
            continue
        sketch = _sketch(one.shingles)
        found += (
            NearDuplicate(pages[other], pages[at], similarity)
            for other in sorted(index.query(sketch))
            if (similarity := one.similarity(shingled[other])) >= ALIKE and one.same_subject(shingled[other])
        )
        index.insert(at, sketch)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Mirror:
    """Two sites that show the same pages."""

    first: str
    second: str
    """Ids of their startups."""
    share: float
    """Of the smaller site's words."""
    pages: tuple[tuple[str, str], ...]
    """Addresses of pages that say the same."""


def mirrors(sites: Iterable[str], pages_of: Callable[[str], Sequence[Page]]) -> Iterator[Mirror]:
    """Yield the pairs of sites that mirror each other.

    Legal notices and text that came with a template do not count. One site is held in memory at a time, and one more per
    candidate.

    Args:
        sites: ids of startups.
        pages_of: returns the pages of one.
    """
    index = _datasketch().MinHashLSH(threshold=SITE_CANDIDATE, num_perm=PERMUTATIONS)
    for site in sites:
        pages = _telling(pages_of(site))
        shingles = {shingle for page in pages for shingle in _Shingled.of(page).shingles if shingle % SITE_SAMPLE == 0}
        if len(shingles) * SITE_SAMPLE < FEWEST_WORDS // 2:
            continue
        sketch = _sketch(shingles)
        for other in sorted(index.query(sketch)):
            mirror = _mirror(other, _telling(pages_of(other)), site, pages)
            if mirror:
                yield mirror
        index.insert(site, sketch)


def _mirror(first: str, theirs: Sequence[Page], second: str, mine: Sequence[Page]) -> Mirror | None:
    ours = {id(page): page for page in mine}
    pairs = [pair for pair in near_duplicates((*theirs, *mine)) if id(pair.second) in ours and id(pair.first) not in ours]
    shares = []
    for pages, told in ((theirs, {id(pair.first) for pair in pairs}), (mine, {id(pair.second) for pair in pairs})):
        words = {id(page): len(WORD.findall(page.text)) for page in pages}
        shared = sum(count for key, count in words.items() if key in told)
        if shared < FEWEST_WORDS:
            return None
        shares.append((sum(words.values()), shared / sum(words.values())))
    (_, of_smaller), (_, of_larger) = sorted(shares)
    if of_smaller < MIRRORED or of_larger < MIRRORED_OF_LARGER:
        return None
    return Mirror(first, second, of_smaller, tuple((pair.first.url, pair.second.url) for pair in pairs))


def _telling(pages: Sequence[Page]) -> list[Page]:
    return [page for page in pages if page_priority(page.url, page.title) > 0 and not FILLER.search(page.text)]


@dataclass(frozen=True, slots=True)
class _Shingled:
    shingles: frozenset[int]
    figures: frozenset[str]
    subject: str

    @classmethod
    def of(cls, page: Page) -> "_Shingled":
        words = WORD.findall(page.text.casefold())
        shingles = frozenset(number_of(" ".join(words[at : at + SHINGLE]).encode()) for at in range(len(words) - SHINGLE + 1))
        figures = frozenset(word for word in words if not word.isalpha() and not YEAR.fullmatch(word))
        heading = next((block.heading for block in page.blocks if block.heading), "") or page.title
        return cls(shingles, figures, " ".join(WORD.findall(heading.casefold())))

    def similarity(self, other: "_Shingled") -> float:
        """Return the Jaccard similarity."""
        return len(self.shingles & other.shingles) / max(1, len(self.shingles | other.shingles))

    def same_subject(self, other: "_Shingled") -> bool:
        return self.subject == other.subject and self.figures == other.figures


def _datasketch() -> ModuleType:
    return import_module("datasketch")  # not at the top: it brings scipy, which takes a second, and few commands compare pages


def _sketch(shingles: Iterable[int]) -> "MinHash":
    sketch: MinHash = _datasketch().MinHash(num_perm=PERMUTATIONS, hashfunc=_low)
    sketch.update_batch(sorted(shingles))
    return sketch


def _low(shingle: int) -> int:
    return int(np.uint32(shingle & 0xFFFFFFFF))
