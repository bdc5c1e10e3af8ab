"""What is boilerplate across the pages of one site: lines that many of its pages repeat, however they are marked up."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePath

from crawler.records import Block

FEWEST_PAGES = 3
"""Pages that a line stands on before it is repeated, and pages of a site that can tell."""
SHARE = 0.4
"""Of the pages of a site, from which a line on so many of them is repeated."""
ALIKE = 0.9
"""Share of their lines that copies of one page have in common; copies count once."""


def repeated_lines(pages: Sequence[tuple[Block, ...]]) -> frozenset[str]:
    """Return the lines, headings among them, that the pages of ONE site repeat.

    Args:
        pages: the blocks of each page as extracted, all pages of the site.
    """
    distinct = _without_copies([frozenset(_lines(blocks)) for blocks in pages])
    least = max(FEWEST_PAGES, SHARE * len(distinct))
    found = Counter(line for lines in distinct for line in lines)
    return frozenset(line for line, pages_with in found.items() if pages_with >= least)


def without_lines(blocks: tuple[Block, ...], repeated: frozenset[str]) -> tuple[Block, ...]:
    """Take repeated lines out of a page's blocks; a block of which nothing is left goes."""
    kept = []
    for block in blocks:
        lines = block.text.split("\n") if block.text else []
        left = [line for line in lines if line not in repeated]
        heading = "" if block.heading in repeated and not left else block.heading
        if left or heading:
            whole = heading == block.heading and len(left) == len(lines)
            kept.append(block if whole else replace(block, heading=heading, text="\n".join(left)))
    return tuple(kept)


def sites_of(files: Sequence[PurePath], pages: Sequence[tuple[Block, ...]]) -> tuple[frozenset[str], ...]:
    """Return what each file's site repeats, where files given together are pages of sites.

    A folder with at least `FEWEST_PAGES` files below it is a site when its pages repeat lines; else its folders are looked at.

    Args:
        files: where the pages lie, whole paths.
        pages: the blocks of each.
    """
    found = [frozenset[str]()] * len(files)
    waiting: list[tuple[int, list[int]]] = [(0, list(range(len(files))))]
    while waiting:
        depth, group = waiting.pop()
        if len(group) < FEWEST_PAGES:
            continue
        repeated = repeated_lines([pages[number] for number in group])
        if repeated and depth:
            for number in group:
                found[number] = repeated
            continue
        below: dict[str, list[int]] = {}
        for number in group:
            folders = files[number].parts[:-1]
            if depth < len(folders):
                below.setdefault(folders[depth], []).append(number)
        waiting.extend((depth + 1, numbers) for numbers in below.values())
    return tuple(found)


def _lines(blocks: Iterable[Block]) -> Iterable[str]:
    for block in blocks:
        yield from filter(None, (block.heading, *block.text.split("\n")))


def _without_copies(pages: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    distinct: list[frozenset[str]] = []
    for page in pages:
        if page and not any(len(page & other) >= ALIKE * len(page | other) for other in distinct):
            distinct.append(page)
    return distinct
