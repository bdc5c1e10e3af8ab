"""Pages and profiles to passages: verbatim slices with offsets that fit the model and lie within one block.

A block has one heading, one language and, of a PDF, one page; so has a passage.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from crawler.records import Block, Page, Profile, Startup
from indexer.results import OWN_SITE, Passage
from indexer.routing import passage_language

Span = tuple[int, int]
CountTokens = Callable[[Sequence[str]], list[int]]

SENTENCE_END = re.compile(
    r"(?:(?<=[.!?;…])(?<!\b[^\W\d_]\.)(?<!\b(?i:al|ca|cf|dr|mr|ms|nr|no|st|vs)\.)"
    r"(?<!\b(?i:art|avv|cap|fig|inc|ing|ltd|mrs|pag|par|rif|sig|tab|tel|vol)\.)(?<!\b(?i:dott|prof|circ)\.)"
    r"[\"'”»)\]]*(?=\s+[\"'“«(\[]*[\dA-ZÀ-Þ])|(?=\n))"
)
"""Where a sentence ends: after closing punctuation that ends no abbreviation, before a capital or digit; or at a line break."""
TOKEN = re.compile(r"\S+")
CHARACTERS_PER_TOKEN = 4
"""Of English and Italian names, cautiously."""
MIN_HEADING_WORDS = 3
"""A heading without text below it is a passage of its own from this length on."""
LONGEST = 2_000
"""Characters of a passage, at most: a model takes a word of any length for one unknown token."""


def page_passages(page: Page, *, words: int, max_tokens: int, count_tokens: CountTokens) -> Iterator[Passage]:
    """Yield the passages of `page` in reading order, of about `words` words and at most `max_tokens` model tokens."""
    for block, heading, (start, end), text in _spans(page.blocks, page.text, words, max_tokens, count_tokens):
        yield Passage(
            page.startup_id,
            page.url,
            page.title,
            heading,
            text,
            start,
            end,
            passage_language(text, block.language or page.language),
            page.fetched_at,
            OWN_SITE,
            block.number,
        )


def profile_passages(
    profile: Profile, name: str, *, words: int, max_tokens: int, count_tokens: CountTokens
) -> Iterator[Passage]:
    """Yield the passages of the profile of the startup called `name`; offsets count in the profile's text."""
    blocks = (Block("", profile.text),)
    for _, heading, (start, end), text in _spans(blocks, profile.text, words, max_tokens, count_tokens):
        yield Passage(
            profile.startup_id,
            profile.url,
            name,
            heading,
            text,
            start,
            end,
            passage_language(text, profile.language),
            profile.imported_at,
            profile.source,
        )


def _spans(
    blocks: Iterable[Block], source: str, words: int, max_tokens: int, count_tokens: CountTokens
) -> Iterator[tuple[Block, str, Span, str]]:
    """Yield each passage's block, heading, place in `source` and text; none has parts of two blocks."""
    position = 0
    for block in blocks:
        if block.heading:
            at = source.index(block.heading, position)
            position = at + len(block.heading)
            if not block.text and len(block.heading.split()) >= MIN_HEADING_WORDS:
                for start, end in _fitting([(at, position)], source, max_tokens, count_tokens):
                    yield block, "", (start, end), source[start:end]
        if block.text:
            at = source.index(block.text, position)
            position = at + len(block.text)
            grouped = list(_grouped(_sentences(source, at, position), source, words))
            for start, end in _fitting(grouped, source, max_tokens, count_tokens):
                yield block, block.heading, (start, end), source[start:end]


def _sentences(source: str, start: int, end: int) -> Iterator[Span]:
    for stop in SENTENCE_END.finditer(source, start, end):
        yield from _trimmed(source, start, stop.end())
        start = stop.end()
    yield from _trimmed(source, start, end)


def _trimmed(source: str, start: int, end: int) -> Iterator[Span]:
    inner = source[start:end]
    left = len(inner) - len(inner.lstrip())
    if len(inner.strip()):
        yield start + left, start + len(inner.rstrip())


def _grouped(sentences: Iterable[Span], source: str, words: int) -> Iterator[Span]:
    """Join sentences that follow each other as long as they stay within `words`; a long one stands alone."""
    group: Span | None = None
    size = 0
    for start, end in sentences:
        length = len(source[start:end].split())
        if group is not None and size + length <= words:
            group, size = (group[0], end), size + length
            continue
        if group is not None:
            yield group
        group, size = (start, end), length
    if group is not None:
        yield group


def _fitting(spans: Sequence[Span], source: str, max_tokens: int, count_tokens: CountTokens) -> Iterator[Span]:
    """Cut each span that is too long for the model, or for `LONGEST`, between words where there are any."""
    for (start, end), tokens in zip(spans, count_tokens([source[s:e] for s, e in spans]), strict=True):
        parts = max(math.ceil(tokens / max_tokens), math.ceil((end - start) / LONGEST))
        if parts <= 1 or end - start == 1:
            yield start, end
            continue
        yield from _fitting(list(_parts(source, start, end, parts)), source, max_tokens, count_tokens)


def _parts(source: str, start: int, end: int, parts: int) -> Iterator[Span]:
    """Cut a span of several characters into two or more: about `parts`, with as many words each."""
    places: Sequence[int] = [m.start() for m in TOKEN.finditer(source, start, end)]
    if len(places) == 1:
        places = range(start, end)
    cuts = sorted({places[len(places) * part // parts] for part in range(1, parts)} - {start})
    for left, right in pairwise((start, *cuts, end)):
        yield from _trimmed(source, left, right)


def summary(startup: Startup, passages: Sequence[Passage], tokens: Sequence[int], *, max_tokens: int) -> str:
    """Return what a startup is in as many words as the model reads at once: name, tags and its opening passages.

    Args:
        startup: whose summary it is.
        passages: its passages, the most telling first.
        tokens: model tokens of each passage.
        max_tokens: of the model.
    """
    room = max_tokens * CHARACTERS_PER_TOKEN
    tags: list[str] = []
    for tag in startup.tags:
        if len(startup.name) + sum(map(len, tags)) + len(tag) > room // 2:
            break
        tags.append(tag)
    facts = ". ".join(filter(None, (startup.name, ", ".join(tags))))
    left = max_tokens - len(facts) // CHARACTERS_PER_TOKEN
    opening: list[str] = []
    for passage, size in zip(passages, tokens, strict=True):
        left -= size
        if left < 0:
            break
        opening.append(passage.text)
    if not opening:
        opening = [passages[0].text[: room - len(facts)].rpartition(" ")[0]]
    return "\n".join((facts, *opening))
