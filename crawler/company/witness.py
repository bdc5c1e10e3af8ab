"""A page that speaks of its maker: its lines, its footer, and what it declares in a form for machines."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property

from crawler.page.markup import Item, Line, Markup, typed

ORGANISATIONS = frozenset(
    {
        "organization",
        "corporation",
        "localbusiness",
        "professionalservice",
        "educationalorganization",
        "researchorganization",
        "medicalorganization",
        "automotivebusiness",
        "store",
        "homeandconstructionbusiness",
        "generalcontractor",
        "electrician",
        "hvacbusiness",
        "onlinebusiness",
    }
)
"""Types of schema.org, in lower case."""
MOST_ORGANISATIONS = 5
MOST_CHARACTERS = 120_000


@dataclass(frozen=True)
class Witness:
    """A page that speaks of its maker."""

    page: Markup
    url: str

    @classmethod
    def of(cls, page: Markup, url: str) -> "Witness":
        """Take a page; of a very long one the first and the last lines: who made it is said at its ends."""
        return cls(replace(page, lines=_ends(page.lines)), url)

    @cached_property
    def organisations(self) -> tuple[Item, ...]:
        """What it declares to be organisations, the first of them."""
        return tuple(typed(self.page.items, ORGANISATIONS))[:MOST_ORGANISATIONS]

    @cached_property
    def text(self) -> str:
        """Its lines."""
        return "\n".join(line.text for line in self.page.lines)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.page.lines:
            starts.append(starts[-1] + len(line.text) + 1)
        return starts

    def in_footer(self, offset: int) -> bool:
        """Tell whether an offset in the text lies in the footer."""
        row = bisect_right(self._starts, offset) - 1
        return row < len(self.page.lines) and self.page.lines[row].footer


def _ends(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    if sum(len(line.text) for line in lines) <= MOST_CHARACTERS:
        return lines
    kept: list[list[Line]] = [[], []]
    for side, part in enumerate((lines, lines[::-1])):
        room = MOST_CHARACTERS // 2
        for line in part:
            room -= len(line.text)
            if room < 0:
                break
            kept[side].append(line)
    return (*kept[0], *kept[1][::-1])
