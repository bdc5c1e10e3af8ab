"""A need's parts: what is looked for, for what, of what material, by which process, how much, certified how, without what.

Exclusions, certificates and figures are told by their form; what is left is cut at breaks and at the words that join
(per, for, che, with), but never within a phrase of the glossary.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.exclusions import BREAK, CUE, VERB
from indexer.glossary.phrases import Found
from indexer.passages import SENTENCE_END
from indexer.readings import Exclusion, Kind, Requirement
from indexer.requirements import certificates, quantities
from indexer.requirements.certificates import Certificate
from indexer.requirements.quantities import Quantity
from indexer.requirements.tables import materials
from indexer.requirements.wording import (
    BREAKS,
    COURTESY,
    CUT,
    DEED,
    EDGES,
    ELIDED,
    GENERIC,
    KEPT,
    NEGATIONS,
    NO_DEED,
    NO_DEED_BEFORE,
    NO_DEED_WORD,
    PREDICATE,
    SEEKING,
    WITHOUT,
    WORD,
)
from indexer.words import FILLER_WORDS, STOP_WORDS, fold

Phrases = Callable[[str, str], Sequence[Found]]
"""The glossary's phrases in a text of a language ("it" or "en")."""
Span = tuple[int, int]
Piece = tuple[str, int, int]
"""The kind of word that a piece of a need follows ("for", "that", ...; empty for none), its start and its end."""

MOST_PARTS = 16
"""Of a need; further ones are left out."""
MATERIALS = "materials"
PROCESSES = frozenset({"additive", "casting", "forming", "heat_treatment", "joining", "machining", "surfaces"})
"""The glossary's files of them; machines and parts stand there, too."""
LONGEST_BEFORE = 24
"""Characters before a "to" in which the word before it is looked for."""
LONGEST_NAME = 4
"""Words of a material or process, at most."""


@dataclass(frozen=True, slots=True)
class Part:
    """A requirement, and how it is looked for."""

    requirement: Requirement
    thing: str = ""
    """What is excluded."""
    quantity: Quantity | None = None
    certificate: Certificate | None = None
    denied: bool = False
    """Whether it begins with a "without", though it is a deed or a harm that is to be avoided: senza fermare la linea."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A need with the glossary's phrases in it."""

    text: str
    language: str
    known: Sequence[Found]
    kept: Sequence[Span]
    """Turns of speech that are not cut, in order."""

    def phrase(self, at: int) -> Found | None:
        """Return the phrase that holds a character."""
        place = bisect_right(self.known, at, key=lambda one: one.start) - 1
        return self.known[place] if place >= 0 and at < self.known[place].end else None

    def is_joined(self, span: Span) -> bool:
        """Tell whether a word stands within a phrase or a turn of speech, and is not its end."""
        phrase = self.phrase(span[0])
        place = bisect_right(self.kept, span[0], key=lambda one: one[0]) - 1
        return bool(phrase and span[1] < phrase.end) or (place >= 0 and span[1] < self.kept[place][1])


def split(text: str, language: str, phrases: Phrases, excluded: Sequence[Exclusion]) -> tuple[Part, ...]:
    """Return the parts of a need in `language` ("it" or "en"), in order and apart from each other.

    Args:
        text: the need.
        language: of the need.
        phrases: the glossary's phrases in a text.
        excluded: what the need excludes; what it says to ignore is no part of it.
    """
    need = _Read(text, language, phrases(text, language), [match.span() for match in KEPT.finditer(text)])
    found = _told(text, language, excluded)
    figures = frozenset(one.requirement.start for one in found if one.quantity)
    closed = sorted({*((one.requirement.start, one.requirement.end) for one in found), *((x.start, x.end) for x in excluded)})
    first = True
    for start, end in _left(text, closed):
        if sum(part.requirement.start < start for part in found) >= MOST_PARTS:
            break
        for part in _spoken(need, start, end, figures, first=first):
            first = first and part.requirement.kind is not Kind.WHAT
            found.append(part)
    found.sort(key=lambda part: part.requirement.start)
    return tuple(_without_generic(found, language))[:MOST_PARTS]


def _told(text: str, language: str, excluded: Sequence[Exclusion]) -> list[Part]:
    """Return the exclusions, certificates and figures of a need."""
    taken = [(one.start, one.end) for one in excluded]
    found = [
        Part(_requirement(text, Kind.EXCLUSION, one.end - len(text[one.start : one.end].lstrip()), one.end), one.text)
        for one in excluded
        if one.applied
    ]

    def is_free(start: int, end: int) -> bool:
        return not any(start < stop and begin < end for begin, stop in taken)

    for certificate in certificates.find(text, typed=True):
        start, end = certificate.start, certificate.end
        if is_free(start, end):
            found.append(Part(_requirement(text, Kind.CERTIFICATION, start, end), certificate=certificate))
            taken.append((start, end))
    for quantity in quantities.find(text, language):
        start, end = _widened(text, quantity, language, max((stop for _, stop in taken if stop <= quantity.start), default=0))
        if is_free(start, end):
            found.append(Part(_requirement(text, Kind.FIGURE, start, end), quantity=quantity))
            taken.append((start, end))
    return found


def _widened(text: str, quantity: Quantity, language: str, floor: int) -> Span:
    """Return where a figure begins and ends with the noun or verb that it is said of, if that stands right beside it."""
    start, end = quantity.start, quantity.end
    near = max(floor, start - quantities.NEAR)
    if verb := PREDICATE[language].search(text, near, start):
        return verb.start(), end
    if quantity.measure is None:
        return start, end
    word = quantity.measure.words[language]
    for match in word.finditer(text, near, start):
        between = WORD.findall(text[match.end() : start])
        if not BREAK.search(text, match.end(), start) and all(fold(one) in STOP_WORDS[language] for one in between):
            return match.start(), end
    after = word.match(text, end + 1) if text[end : end + 1] == " " else None
    return start, after.end() if after and fold(after.group()) not in EDGES[language] else end


def _left(text: str, closed: Sequence[Span]) -> Iterator[Span]:
    """Yield what lies between the parts told by their form, from break to break, in the sentences that ask for something."""
    ends = [0, *(match.end() for match in SENTENCE_END.finditer(text)), len(text)]
    at = next((start for start, end in pairwise(ends) if SEEKING.search(text, start, end)), 0)
    found = [match.span() for pattern in (BREAKS, SEEKING) for match in pattern.finditer(text)]
    breaks = [span for span in found if not _within(closed, span)]
    for start, end in sorted([*closed, *breaks, *((stop, stop) for stop in ends)]):
        if start > at and not COURTESY.match(text, at, start):
            yield at, start
        at = max(at, end)


def _within(closed: Sequence[Span], span: Span) -> bool:
    return any(start < span[1] and span[0] < end for start, end in closed)


def _spoken(need: _Read, start: int, end: int, figures: Collection[int], *, first: bool) -> Iterator[Part]:
    """Yield the parts of a stretch that holds no figure, certificate or exclusion; a figure may begin at its end."""
    for hint, begin, stop in _pieces(need, start, end, first=first):
        span = _trimmed(need, begin, stop, hint)
        if span is None or (hint == "that" and stop in figures and " " not in need.text[slice(*span)]):  # che portano 500 kg
            continue
        kind = _kind(need, hint, span, first=first)
        first = first and kind is not Kind.WHAT
        yield Part(_requirement(need.text, kind, *span), denied=CUE[need.language].match(need.text, span[0]) is not None)


def _pieces(need: _Read, start: int, end: int, *, first: bool) -> list[Piece]:
    """Return a stretch of a need cut where its words join; an "of" cuts off materials only."""
    cuts = list(_cuts(need, start, end))
    bounds = [("", start), *((str(cut.lastgroup), cut.start() if cut.lastgroup == "without" else cut.end()) for cut in cuts)]
    stops = [*(cut.start() for cut in cuts), end]
    opens_with_of = bool(cuts) and not need.text[start : cuts[0].start()].strip()
    pieces: list[Piece] = []
    for (hint, begin), stop in zip(bounds, stops, strict=True):
        span = _trimmed(need, begin, stop, hint)
        kind = _kind(need, hint, span, first=first and not pieces) if span else None
        if hint == "of" and kind is not Kind.MATERIAL and (pieces or opens_with_of):
            if pieces:
                pieces[-1] = (*pieces[-1][:2], stop)
        elif span:
            pieces.append((hint, begin, stop))
    return pieces


def _cuts(need: _Read, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield the words that join, those within phrases and turns of speech left out."""
    found = [*CUT[need.language].finditer(need.text, start, end), *WITHOUT.finditer(need.text, start, end)]
    for cut in sorted(found, key=lambda one: one.start()):
        if not need.is_joined(cut.span()) and not (cut.lastgroup == "to" and _is_preposition(need.text, cut)):
            yield cut


def _is_preposition(text: str, to: re.Match[str]) -> bool:
    """Tell whether a "to" stands before no verb."""
    before = max(0, to.start() - LONGEST_BEFORE)
    return NO_DEED_BEFORE.search(text, before, to.start()) is not None or NO_DEED.match(text, to.end()) is not None


def _trimmed(need: _Read, start: int, end: int, hint: str) -> Span | None:
    """Return a piece without the stop words and fillers at its ends; None where nothing is left.

    A purpose keeps its verb: per trovare cricche.
    """
    words = list(WORD.finditer(need.text, start, end))
    purpose = hint in {"for", "to", "that"}
    first = 0
    while first < len(words) and _is_empty(words[first], need.language):
        if purpose and first + 1 < len(words) and VERB[need.language].match(fold(words[first].group())):
            break
        first += 1
    last = len(words)
    while last > first and (_is_empty(words[last - 1], need.language) or fold(words[last - 1].group()) in NEGATIONS):
        last -= 1
    if last == first or all(word.group().isdigit() for word in words[first:last]):
        return None
    begin = words[first].start()
    article = ELIDED.match(words[first].group()) if need.language == "it" else None
    return begin + (article.end() if article else 0), words[last - 1].end()


def _is_empty(word: re.Match[str], language: str) -> bool:
    plain = fold(word.group().rstrip("'’"))  # noqa: RUF001  # an apostrophe as it is typed
    if (word.group().isupper() and len(plain) > 1) or plain in NEGATIONS:
        return False
    return plain in STOP_WORDS[language] or plain in FILLER_WORDS[language] or plain in EDGES[language]


def _kind(need: _Read, hint: str, span: Span, *, first: bool) -> Kind:
    words = [fold(word) for word in WORD.findall(need.text[slice(*span)])]
    head = words[0] if need.language == "it" else words[-1]
    deed = hint in {"that", "to"} or (hint == "for" and _is_deed(need, words, span))
    if (hint or not first) and hint != "without" and not deed and len(words) <= LONGEST_NAME:
        named = words if hint == "of" else [head]
        if not materials()[need.language].isdisjoint(named) or (hint != "of" and _is_in(need, span, {MATERIALS})):
            return Kind.MATERIAL
        if hint != "of" and DEED[need.language].match(head) and _is_in(need, span, PROCESSES):
            return Kind.PROCESS
    return Kind.WHERE if hint in {"in", "from"} or (hint == "for" and not deed) else Kind.WHAT


def _is_deed(need: _Read, words: Sequence[str], span: Span) -> bool:
    """Tell whether a purpose begins with its verb: reducing scrap, and neither welding nor rotating shafts."""
    if not VERB[need.language].match(words[0]):
        return False
    if need.language == "it":
        return True
    phrase = need.phrase(span[0])
    compound = phrase is not None and phrase.start == span[0] and any(sense.field in PROCESSES for sense in phrase.senses)
    return len(words) > 1 and not compound and not NO_DEED_WORD.match(words[0])


def _is_in(need: _Read, span: Span, fields: Collection[str]) -> bool:
    """Tell whether a phrase of one of the glossary's fields is all of a piece."""
    phrase = need.phrase(span[0])
    return phrase is not None and span[1] <= phrase.end and any(sense.field in fields for sense in phrase.senses)


def _without_generic(parts: Sequence[Part], language: str) -> Iterator[Part]:
    """Yield all parts but those that say nothing: a system, in front of what it is to do."""
    for part, following in zip(parts, [*parts[1:], None], strict=False):  # of no parts, None alone
        generic = part.requirement.kind is Kind.WHAT and GENERIC[language].fullmatch(part.requirement.text.lower())
        if not (generic and following and following.requirement.kind is Kind.WHAT):
            yield part


def _requirement(text: str, kind: Kind, start: int, end: int) -> Requirement:
    return Requirement(text[start:end], kind, start, end)
