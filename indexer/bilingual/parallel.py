"""Parallel data for the alignment: sentence pairs, dictionaries and the glossary, each pair with its weight."""

import gzip
import math
import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

from indexer.bilingual.tokens import words_of
from indexer.errors import ArtefactError
from indexer.glossary.entries import Entry


@dataclass(frozen=True, slots=True)
class Source:
    """A file of pairs, Italian TAB English, one a line.

    Of sentences; of a dictionary, whose translations stand in no order; or of words: several forms, separated by spaces, and
    their translations, separated by bars, the likeliest first.
    """

    file: str
    licence: str
    kind: Literal["sentences", "dictionary", "words"] = "sentences"
    folder: Path | None = None
    """Where the file lies, if not among the parallel data."""


OURS = Path(__file__).parent / "data"
SOURCES = {
    "industry": Source("industry.tsv", "written for this project", folder=OURS),
    "words": Source("words.tsv", "written for this project", kind="words", folder=OURS),
    "lohelp": Source("lohelp.tsv.gz", "LibreOffice help, MPL-2.0"),
    "omw_defs": Source("omw_defs.tsv", "Open Multilingual Wordnet, MultiWordNet definitions, CC BY 3.0"),
    "iot_msft": Source("iot_msft.tsv", "microsoft/IoT-For-Beginners, MIT"),
    "osm_presets": Source("osm_presets.tsv", "openstreetmap/id-tagging-schema, ISC"),
    "stsb_train": Source("stsb_train.tsv", "stsb-multi-mt, CC BY-SA 4.0"),
    "omw_lemmas": Source(
        "omw_lemmas.tsv", "Open Multilingual Wordnet, MultiWordNet CC BY 3.0, ItalWordNet ODC-BY", kind="dictionary"
    ),
}
"""What the packaged words are learned from: each under a permissive or weak licence that can be named."""
OTHERS = {
    "ddtp": Source("ddtp.tsv.gz", "Debian package descriptions and their translations, of Debian main, no single statement"),
    "l10n": Source("l10n.tsv.gz", "interface strings of free programs, GPL/LGPL/MPL"),
    "freedict_ie": Source("freedict_ie.tsv", "FreeDict, GPL-2+", kind="dictionary"),
    "freedict_ei": Source("freedict_ei.tsv", "FreeDict, GPL-2+", kind="dictionary"),
}
"""What can be added where these licences are no hindrance; the figures are in MODEL.md."""
COLUMNS = 2
LONGEST = 400
"""Characters of a side; what is longer tells little of its words."""
RARE = 0.3
"""What a translation counts at least, whose English words the sentences don't hold."""
GLOSSARY_WEIGHT = 3.0
"""Of a glossary's pair, next to 1 for a sentence pair."""
WORDS_WEIGHT = 5.0
"""Of a form in a list of words and its first translation."""
LATER_FORM = 0.7
"""Power with which the later English forms of a glossary or a list count less."""
OF_SEVERAL_WORDS = 0.25
"""Factor of the weight of a form of several words: they are found as wholes, and say little of each word alone."""
SYNONYM = 1.5
"""Divisor of the weight of an entry's later Italian forms."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that say the same."""

    italian: str
    english: str
    weight: float


def read_pairs(folder: Path, sources: Collection[str], entries: Iterable[Entry]) -> tuple[Pair, ...]:
    """Return the pairs of the named sources in `folder`, without repetitions, and those of a glossary.

    Raises:
        ArtefactError: a source is unknown, its file cannot be read, or a line is not a pair.
    """
    known = {**SOURCES, **OTHERS}
    unknown = sorted(set(sources) - set(known))
    if unknown:
        raise ArtefactError(f"there is no source {', '.join(unknown)}: choose among {', '.join(known)}")
    chosen = [known[name] for name in known if name in set(sources)]
    lines = {
        kind: dict.fromkeys(p for s in chosen if s.kind == kind for p in _lines((s.folder or folder) / s.file))
        for kind in ("sentences", "dictionary", "words")
    }
    sentences = lines["sentences"]
    frequency = Counter(word for _, english in sentences for word in words_of(english))
    pairs = [Pair(italian, english, 1.0) for italian, english in sentences if max(len(italian), len(english)) <= LONGEST]
    return (*pairs, *_weighted(lines["dictionary"], frequency), *_of_words(lines["words"]), *_of_glossary(entries))


def _weighted(dictionary: Iterable[tuple[str, str]], frequency: Counter[str]) -> Iterator[Pair]:
    """Yield a dictionary's pairs; of several translations those of common English words count most."""
    translations: dict[str, dict[str, float]] = defaultdict(dict)
    for italian, english in dictionary:
        usual = [math.log1p(frequency[word]) for word in words_of(english)]
        translations[italian][english] = (RARE + (sum(usual) / len(usual) if usual else 0.0)) ** 2
    for italian, weights in translations.items():
        total = sum(weights.values())
        for english, weight in weights.items():
            yield Pair(italian, english, math.sqrt(len(weights)) * weight / total)


def _of_words(lines: Iterable[tuple[str, str]]) -> Iterator[Pair]:
    for italian, english in lines:
        forms = italian.split()
        translations = enumerate(english.split("|"), start=1)
        for (rank, translation), form in product(translations, forms):
            yield Pair(form, translation.strip(), WORDS_WEIGHT / rank**LATER_FORM / math.sqrt(len(forms)))


def _of_glossary(entries: Iterable[Entry]) -> Iterator[Pair]:
    for entry in entries:
        for place, italian in enumerate(entry.italian):
            for rank, english in enumerate(entry.english, start=1):
                weight = GLOSSARY_WEIGHT / rank**LATER_FORM / (SYNONYM if place else 1.0)
                yield Pair(italian, english, weight * (OF_SEVERAL_WORDS if len(italian.split()) > 1 else 1.0))


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                cells = [cell.strip() for cell in line.rstrip("\n").split("\t")]
                if len(cells) != COLUMNS:
                    raise ArtefactError(f"{path}, line {number}: expected Italian, a tab, English; found {line[:80]!r}")
                if all(cells):
                    yield cells[0], cells[1]
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise ArtefactError(f"cannot read the parallel data {path}: {error}") from error
