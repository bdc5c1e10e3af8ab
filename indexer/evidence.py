"""Which passages are shown for a match, and which of their words are marked."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from indexer.analysis import Term, terms
from indexer.crossing import tagged
from indexer.dense import Scores
from indexer.results import Evidence, Passage

SHOWN = 3
"""Passages per match, at most."""
WORTH = 0.5
"""A further page is shown, or a third passage, from this share of the best one's score on."""
NEAREST = 2
"""Passages of a page, the nearest, whose mean tells how near the page is: a passage alone may be near by chance."""
LEXICAL = 0.5
"""What the words count that a passage shares with the need, beside its nearness."""
TELLING_WORDS = 12
"""A passage with fewer words counts for less, in proportion: a heading or a list of tags proves little."""
ANALYSED = 2_000
"""Passages whose terms are kept: those of one answer are read for their marks and for each part of the need."""
SAME = 0.8
"""Passages that share this much of their words say the same: only the better one is shown."""

LINE = re.compile(r"[^\n]*\S")
ONWARD = re.compile(r"\s*(?:[»\u203a→←▸▶][^«]*|[^«]*[→▸▶\u203a»])")
"""A line that an arrow begins or ends is a link to another page; what stands between guillemets is quoted."""

Integers = npt.NDArray[np.int64]


class Chooser:
    """Chooses the passages that are shown for a startup, of several pages where it can. Immutable; safe for several threads.

    Measured on needs whose right pages are known (tests/quality/site_needs and italian_pages): an answer often stands on
    another page than the words of the need. Titles, headings, the share of the need's terms and what meets its parts choose
    no better beside this.
    """

    def __init__(self, passages: Sequence[Passage], starts: Integers) -> None:
        """Take a snapshot's passages, and where those of each startup begin, shape (startups + 1,)."""
        self._passages, self._starts = passages, starts
        places = [(one.startup_id, one.source, one.url) for one in passages]
        news = [place != before for place, before in zip(places, [None, *places], strict=False)]
        self._pages = np.cumsum(news)
        lengths = np.fromiter((len(one.text.split()) for one in passages), np.float32, len(passages))
        self._telling = np.minimum(1.0, lengths / TELLING_WORDS)

    def chosen(self, row: int, nearness: Scores, shared: Scores, stems: Collection[str]) -> tuple[Evidence, ...]:
        """Return the best two or three passages of a startup, best first, with their marks; one only where no other differs.

        Args:
            row: the startup's.
            nearness: of every passage of the snapshot to what is asked for, 0 to 1.
            shared: how far every passage has its words, 0 to 1.
            stems: the stems asked for in both languages, see `crossing.telling`.
        """
        own = slice(int(self._starts[row]), int(self._starts[row + 1]))
        near, pages = nearness[own], self._pages[own]
        worth = self._telling[own] * (near + _of_pages(near, pages) + LEXICAL * shared[own])
        passages = self._passages[own]
        order = [int(place) for place in np.argsort(-worth, kind="stable")]
        least = WORTH * worth[order[0]]
        chosen: list[int] = []
        for apart in (True, False):
            for place in order:
                if len(chosen) == SHOWN or (worth[place] < least and (apart or len(chosen) > 1)):
                    break
                known = any(place == one or (apart and pages[place] == pages[one]) for one in chosen)
                if not known and not any(_same(passages[place].text, passages[one].text) for one in chosen):
                    chosen.append(place)
        best = [without_links(passages[place]) for place in order if place in chosen]
        return tuple(Evidence(passage, marks(passage, stems)) for passage in best)


def without_links(passage: Passage) -> Passage:
    """Return a passage without the lines at its ends that only lead to other pages; as it is where it has no other line."""
    lines = list(LINE.finditer(passage.text))
    kept = [at for at, line in enumerate(lines) if not ONWARD.fullmatch(line[0])]
    if not kept or len(kept) == len(lines):
        return passage
    start, end = lines[kept[0]].start(), lines[kept[-1]].end()
    return replace(passage, text=passage.text[start:end], start=passage.start + start, end=passage.start + end)


def marks(passage: Passage, stems: Collection[str]) -> tuple[tuple[int, int], ...]:
    """Return the character ranges of the passage's words that the need has too, in order, without overlap."""
    wanted, text, language = set(stems), passage.text, passage.language
    return tuple((t.start, _whole(text, t.end)) for t in words(passage) if tagged(t.stem, language) in wanted)


@lru_cache(ANALYSED)
def words(passage: Passage) -> tuple[Term, ...]:
    """Return the index terms of a passage."""
    return terms(passage.text, passage.language)


def _of_pages(near: Scores, pages: Integers) -> Scores:
    """Return how near the page of each passage is: the mean of its nearest passages; those of a page follow each other."""
    order = np.lexsort((-near, pages))
    begins = np.flatnonzero(np.diff(pages, prepend=-1))
    sizes = np.diff(begins, append=len(pages))
    best = [near[order[begins + np.minimum(rank, sizes - 1)]] for rank in range(NEAREST)]
    return np.repeat(np.mean(best, axis=0, dtype=np.float32), sizes)


def _whole(text: str, end: int) -> int:
    """Return where the character ends that begins before `end`: accents and the like that follow a letter belong to it."""
    while end < len(text) and unicodedata.category(text[end]).startswith("M"):
        end += 1
    return end


def _same(one: str, other: str) -> bool:
    a, b = set(one.lower().split()), set(other.lower().split())
    return len(a & b) >= SAME * min(len(a), len(b))
