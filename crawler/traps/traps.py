"""Traps: how long a site's families of addresses are worth fetching, told by the new text that they bring."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from crawler.traps.compact import Leaves, Table
from crawler.traps.families import WORDS, Address, Family, Kind, families, loops
from crawler.traps.memory import Memory, number_of, numbers_of
from crawler.traps.shelf import Drawer, Shelf
from crawler.traps.words import Line, Pairs, Said
from crawler.urls import page_key

FEWEST_PAIRS = 3
"""Pairs of neighbouring words, new to the site, that make a page worth its fetch."""
FEWEST_PAIRS_OF_LISTS = 6
"""The same where a site makes pages by arranging what it has: their headings alone make a few new pairs."""
FEWEST_FIGURES = 3
"""New lines that differ in their figures only, of a page that is one of a catalogue (measures, model numbers)."""
LISTS = frozenset({Kind.DATE, Kind.PAGER, Kind.ECHO, Kind.FACET})
IDLE = 2
"""Times that a parameter must change nothing, and never anything, to be taken for idle."""
DATE_WORDS = frozenset(
    WORDS.findall(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre gen feb mar apr mag giu"
        " lug ago set ott nov dic lunedì martedì mercoledì giovedì venerdì sabato domenica lun mer gio ven sab dom"
        " january february march april may june july august september october november december jan jun jul aug sep sept oct"
        " dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun st nd rd th"
        " januar februar märz mai juni juli oktober dezember jän mär okt dez montag dienstag mittwoch donnerstag freitag"
        " samstag sonntag janvier février mars avril juin juillet août septembre octobre novembre décembre lundi mardi mercredi"
        " jeudi vendredi samedi dimanche enero febrero abril mayo junio julio septiembre octubre noviembre diciembre lunes"
        " martes miércoles jueves viernes sábado domingo am pm"
    )
)
"""What names a day or a month: it fills a calendar and says nothing."""
NEVER = 1_000_000
MANY = 24
"""Known addresses that make a family one that might go on without end."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many fetches in a row may bring nothing new before a family that seems endless is left alone."""

    barren: int
    fruits: int = NEVER
    """Fruitful fetches that buy one more barren one."""
    many: int = MANY
    breeds: bool = True
    """Whether pages that lead to further ones of the family make it seem endless, too."""


PATIENCE = {
    (Kind.DATE, False): Patience(2),
    (Kind.PAGER, False): Patience(2),
    (Kind.ECHO, True): Patience(2, fruits=4),
    (Kind.RANDOM, False): Patience(2, fruits=4),
    (Kind.RANDOM, True): Patience(2, fruits=4),
    (Kind.FACET, False): Patience(2, fruits=4),
    (Kind.FACET, True): Patience(4, fruits=1),
    (Kind.PARAMETER, False): Patience(2, fruits=4),
    (Kind.PARAMETER, True): Patience(4, fruits=1),
    (Kind.COUNTER, False): Patience(2, fruits=4),
    (Kind.FOLDER, False): Patience(2, fruits=3),
    (Kind.FOLDER, True): Patience(12, fruits=3, many=4 * MANY, breeds=False),
}
"""By kind, and whether the family spans many paths."""


@dataclass(slots=True)
class Tally:
    """What the fetches of a family brought so far."""

    size: int = 0
    """Addresses known."""
    fruits: int = 0
    """Fetches that brought something new."""
    barren: int = 0
    """Fetches since then that did not."""
    bred: int = 0
    """Of those, the ones that linked to further addresses of the family."""
    text: int | None = None
    """What the last fetch said."""
    alike: bool = False
    """The last fetch said what the one before had said, and nothing else was ever new but that."""

    def add(self, text: int | None, *, fruitful: bool, breeding: bool) -> None:
        """Count a fetch that said `text` (a number that stands for it, None for nothing)."""
        self.fruits += fruitful
        self.barren = 0 if fruitful else self.barren + 1
        self.bred = 0 if fruitful else self.bred + breeding
        self.alike = not fruitful and self.fruits == 1 and text is not None and text == self.text
        self.text = text

    def spent(self, family: Family) -> bool:
        """Tell whether the family is left alone: it brought nothing for long, and seems to have no end."""
        patience = PATIENCE[family.kind, family.wide]
        endless = self.size >= patience.many or (patience.breeds and self.bred == self.barren)
        return endless and self.barren + self.alike >= patience.barren + self.fruits // patience.fruits


class Novelty:
    """The budget of one site: before a fetch it is asked whether the address is worth it, after it told what came.

    A family of addresses (see `families`) is worth fetching while its pages bring words that the site has not said
    before; words of the address itself, figures and dates do not count. A catalogue whose pages each say something stays open
    however long it is. A parameter that twice changed nothing, and never anything, is idle from then on.
    """

    def __init__(self, shelf: Shelf | None = None) -> None:
        """Begin with a site of which nothing is known; what it says lies on the shelf, between the fetches."""
        self._said = Drawer(shelf or Shelf())
        """A `Memory`, by far the most of what is known of a site."""
        self._tallies: dict[Family, Tally] = {}
        self._texts = Table()
        """By the number of the address."""
        self._variants = Table()
        """By a parameter and the address without it."""
        self._idle: Counter[str] = Counter()
        self._choosing: set[str] = set()
        self._leaves = Leaves()
        self._known: set[int] = set()
        self._linked: set[int] = set()

    @classmethod
    def after(cls, fetches: Iterable[tuple[str, frozenset[str], Iterable[str] | None]]) -> "Novelty":
        """Return what a crawl knew after these fetches: each address with its lines and links, in the order of the fetches."""
        novelty = cls()
        for url, lines, links in fetches:
            novelty.saw(url, lines, links)
        return novelty

    def close(self) -> None:
        """Forget what the site said: it is done."""
        self._said.empty()

    def worth(self, url: str) -> bool:
        """Tell whether a canonical URL should be fetched."""
        return self.refusal(url) is None

    def refusal(self, url: str) -> str | None:
        """Return why a canonical URL should not be fetched, for its visit's detail, or None where it should."""
        if loops(url):
            return "its path repeats itself"
        address = Address.of(url)
        idle = sorted({name for name, _ in address.pairs if self._idle[name] >= IDLE and name not in self._choosing})
        bare = address
        for name in idle:
            bare = bare.without(name)
            if _number(bare) in self._texts or _variant(name, address) in self._variants:
                return f"the parameter {name} changes nothing"
        belongs = (family for family in families(address, self._leaves) if self._judges(family, address))
        spent = (family for family in belongs if self._tally(family).spent(family))
        if family := min(spent, key=lambda one: (one.kind, one.name), default=None):
            return f"{family.kind} without end at {family.name}: nothing new of late"
        return None

    def met(self, urls: Iterable[str]) -> None:
        """Take in addresses that a sitemap names, or that were known when a crawl is taken up again; in any order."""
        for url in urls:
            self._meet(url)

    def saw(self, url: str, lines: frozenset[str], links: Iterable[str] | None = None) -> bool:
        """Take in what a fetch brought and tell whether that was anything new.

        To be called once for each answer that was read as a page, a copy of another one too, in the order of the fetches.

        Args:
            url: the canonical URL that was fetched.
            lines: the lines of its text.
            links: the canonical URLs that it links to; those to other hosts are left out. Where they are not known (None), each
                page is taken to lead to further ones of its family, and folders stay open.
        """
        address = Address.of(url)
        belongs = families(address, self._leaves)
        dated = any(family.kind is Kind.DATE for family in belongs)
        pairs, figures, said = self._take_in(address, lines, dated=dated)
        bred: set[Family] = set()
        host = _host(url)
        for link in links or ():
            if self._is_new(link) and self._is_new(page_key(link)) and _host(link) == host:
                self._meet(link)
                bred |= families(Address.of(link), self._leaves)
        for family in belongs:
            guessed = links is None and family.kind is not Kind.FOLDER
            listing = family.kind in LISTS
            fruitful = pairs >= FEWEST_PAIRS_OF_LISTS if listing else pairs >= FEWEST_PAIRS or figures >= FEWEST_FIGURES
            if fruitful or self._judges(family, address):
                self._tally(family, keep=True).add(said.words, fruitful=fruitful, breeding=family in bred or guessed)
        self._compare(address, said.everything)
        if address.segments:
            self._leaves.add(address.segments[0], address.segments[-1])
        return pairs >= FEWEST_PAIRS or figures >= FEWEST_FIGURES

    def _is_new(self, link: str) -> bool:
        number = number_of(link.encode())
        known = number in self._linked
        self._linked.add(number)
        return not known

    def _meet(self, url: str) -> None:
        number = number_of(page_key(url).encode())
        if number not in self._known:
            self._known.add(number)
            for family in families(Address.of(url)):
                self._tally(family, keep=True).size += 1

    def _judges(self, family: Family, address: Address) -> bool:
        """Tell whether a family counts for an address: a folder that has shown something new judges its own pages alone.

        The folders within it are judged for themselves, so that a loop in one of them does not close all.
        """
        inner = family.kind is Kind.FOLDER and not family.wide and family.name != address.folder
        return not inner or self._tally(family).fruits == 0

    def _tally(self, family: Family, *, keep: bool = False) -> Tally:
        return self._tallies.setdefault(family, Tally()) if keep else self._tallies.get(family) or Tally()

    def _take_in(self, address: Address, lines: frozenset[str], *, dated: bool) -> tuple[int, int, Said]:
        """Remember lines; return how many pairs of words are new, how many lines are in figures only, and what was said."""
        echo = address.words | (DATE_WORDS if dated else frozenset())
        read = [Line.of(line, echo) for line in lines]
        told, whole = numbers_of([f"={line.told}" for line in read]), numbers_of([f"={line.whole}" for line in read])
        memory = Memory(self._said.get())
        known = (memory.knows(told) | memory.knows(whole)).tolist()
        new = [at for at, line in enumerate(read) if line.told and not known[at]]
        pairs = Pairs.of([read[at].words for at in new])
        place, numbers = pairs.beside(echo)
        fresh = ~memory.knows(numbers)
        barren = np.bincount(place[fresh], minlength=len(new)) == 0
        figures = sum(
            any(map(str.isalpha, read[at].told)) and any(map(str.isdigit, read[at].told))
            for at, without in zip(new, barren.tolist(), strict=True)
            if without
        )
        memory.add(np.concatenate((told[new], whole[new], pairs.beside(frozenset())[1])))
        self._said.put(bytes(memory))
        return len(np.unique(numbers[fresh])), figures, Said.of({line.told for line in read if line.told})

    def _compare(self, address: Address, text: int | None) -> None:
        """Learn from addresses that differ in one parameter whether it changes anything."""
        if text is None:
            return
        for name in {name for name, _ in address.pairs}:
            variant = _variant(name, address)
            bare = self._texts.get(_number(address.without(name)))
            other = self._variants.get(variant) if bare is None else bare
            if other is not None and other == text:
                self._idle[name] += 1
            elif other is not None:
                self._choosing.add(name)
            self._variants.put(variant, text)
        self._texts.put(_number(address), text)


def _number(address: Address) -> int:
    return number_of(repr((address.segments, address.pairs)).encode("utf-8", "surrogatepass"))


def _variant(name: str, address: Address) -> int:
    """Return the number of what an address is without one of its parameters, for those that differ in it alone."""
    return _number(Address((name, *address.segments), address.without(name).pairs))


def _host(url: str) -> str:
    return page_key(url).partition("/")[0]
