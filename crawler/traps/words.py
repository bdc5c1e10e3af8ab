"""What a page says, as it is compared with what its site said before: lines, and words side by side."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from crawler.traps.families import WORDS
from crawler.traps.memory import Numbers, number_of, numbers_of

SPREAD = np.uint32(0x9E3779B1)
"""Odd: tells a pair of words from the same two the other way round."""


class Line(NamedTuple):
    """A line as it is compared."""

    words: list[str]
    whole: str
    told: str
    """Its words, those of the address left out."""

    @classmethod
    def of(cls, line: str, echo: frozenset[str]) -> "Line":
        """Read a line; `echo` are words of its page's address, without zeros in front."""
        words = WORDS.findall(line.casefold())
        whole = " ".join(words)
        bare = [word.lstrip("0") or word for word in words] if "0" in whole else words
        if echo.isdisjoint(bare):
            return cls(words, whole, whole)
        return cls(words, whole, " ".join(word for word, spelt in zip(words, bare, strict=True) if spelt not in echo))


@dataclass(frozen=True, slots=True)
class Said:
    """Numbers that stand for what a page said, the words of its address left out; None where it said nothing."""

    everything: int | None
    words: int | None
    """Without figures."""

    @classmethod
    def of(cls, lines: set[str]) -> "Said":
        """Return what lines come to."""
        if not lines:
            return cls(None, None)
        words = {" ".join(filter(str.isalpha, line.split())) for line in lines}
        return cls(*(number_of("\n".join(sorted(one)).encode()) for one in (lines, words)))


class Pairs(NamedTuple):
    """The words of lines one after the other, an empty one before each line."""

    words: list[str]
    numbers: Numbers
    lines: npt.NDArray[np.intp]
    """Which line each word stands on."""

    @classmethod
    def of(cls, lines: list[list[str]]) -> "Pairs":
        """Take the words of each line."""
        words = [word for line in lines for word in ("", *line)]
        places = np.repeat(np.arange(len(lines)), [len(line) + 1 for line in lines])
        return cls(words, numbers_of(words), places)

    def beside(self, echo: frozenset[str]) -> tuple[npt.NDArray[np.intp], Numbers]:
        """Return line and number of words that stand side by side, the first of a line with nothing.

        Figures and `echo` stand between.
        """
        words = np.fromiter(map(str.isalpha, self.words), dtype=np.bool_, count=len(self.words))
        if echo:
            words &= ~np.fromiter(map(echo.__contains__, self.words), dtype=np.bool_, count=len(self.words))
        begins = np.append(np.ones(1, dtype=np.bool_), self.lines[1:] != self.lines[:-1])[: len(self.words)]
        pairs = (words | begins)[:-1] & words[1:]
        return self.lines[1:][pairs], (self.numbers[:-1] * SPREAD + self.numbers[1:])[pairs]
