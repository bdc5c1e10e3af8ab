"""Which language a text is in, and which blocks of a page are in another than the page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from crawler.records import Block

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNDETERMINED = "und"
FEWEST_LETTERS = 20
"""A text with fewer letters says too little: names and numbers look like any language."""
LONGEST_SAMPLE = 8_000
SURE_ENOUGH = 0.5
ISO_639_1 = 2
"""Letters of a code."""
FEWEST_BLOCK_LETTERS = 60
"""A block with fewer letters is taken to be in the page's language: product names pass for any."""
SURE_OF_BLOCK = 0.95
LONGEST_BLOCK_SAMPLE = 200
FEWEST_WORDS = 8
"""In lower case, of a block whose language is told: lists of names and codes have none."""
CLEARLY_MORE = 1.5


def detect(text: str) -> str:
    """Return the ISO 639-1 code of the language that `text` is mostly in, or `und` where it cannot be told."""
    sample = text[:LONGEST_SAMPLE].encode("utf-8", "replace").decode("utf-8")
    if sum(map(str.isalpha, sample)) < FEWEST_LETTERS:
        return UNDETERMINED
    language, sureness = _identifier().classify(sample)
    return str(language) if sureness >= SURE_ENOUGH else UNDETERMINED


def languages_of(blocks: Sequence[Block]) -> tuple[str, tuple[Block, ...]]:
    """Return the language that most of a page's text is in, `und` where it cannot be told, and its blocks.

    Blocks that are surely in another language are marked with it. Told block by block: an English datasheet does not make
    an Italian page English, nor do many names.
    """
    told = [_sure(block) for block in blocks]
    letters: Counter[str] = Counter()
    for language, size in told:
        letters[language] += size
    unsure = letters.pop("", 0)
    ranked = letters.most_common(2)
    page = ranked[0][0] if ranked else UNDETERMINED
    if not ranked or ranked[0][1] < unsure or (ranked[1:] and ranked[0][1] < CLEARLY_MORE * ranked[1][1]):
        whole = detect("\n".join(f"{block.heading}\n{block.text}" for block in blocks))
        page = page if whole == UNDETERMINED else whole
    marked = (
        replace(block, language=own) if own and own != page else block for block, (own, _) in zip(blocks, told, strict=True)
    )
    return page, tuple(marked)


def _sure(block: Block) -> tuple[str, int]:
    """Return the language of a block, an empty text where it says too little, and its letters."""
    sample = block.text[:LONGEST_BLOCK_SAMPLE].encode("utf-8", "replace").decode("utf-8")
    letters = sum(map(str.isalpha, sample))
    if letters < FEWEST_BLOCK_LETTERS or sum(map(str.islower, sample.split())) < FEWEST_WORDS:
        return "", letters
    language, sureness = _classified(sample)
    return (language if sureness >= SURE_OF_BLOCK else ""), len(block.text) * letters // len(sample)


@lru_cache(maxsize=5_000)
def _classified(sample: str) -> tuple[str, float]:
    """Return the likeliest language and how sure it is; remembered, since the pages of a site repeat their blocks."""
    language, sureness = _identifier().classify(sample)
    return str(language), float(sureness)


def likelier(text: str, one: str, other: str) -> str:
    """Return the likelier of two languages (ISO 639-1) of a text of any length; `one` where nothing tells."""
    for language, _ in _identifier().rank(text[:LONGEST_SAMPLE].encode("utf-8", "replace").decode("utf-8")):
        if language in (one, other):
            return str(language)
    return one


@cache
def _identifier() -> "LanguageIdentifier":
    # The model takes a second to load: not paid before the first text.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # Beside ISO 639-1 the model knows regional languages, which short Italian or English texts are taken for.
    identifier.set_languages([label for label in identifier.labels if len(label) == ISO_639_1])
    # The choice of columns left them one after the other: a text reads rows, each of which would be far apart in memory.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc)
    return identifier
