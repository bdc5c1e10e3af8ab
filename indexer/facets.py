"""Facts of startups as filters, exact at any selectivity, and as counts."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from crawler.records import Startup
from indexer.errors import FilterError
from indexer.facts import Told
from indexer.results import Filters

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int32]

MOST_VALUES = 50
"""Values listed per facet; the most frequent ones."""
LONGEST_SHOWN = 200
"""Characters of an unknown value that an error repeats."""


class Facets:
    """The filterable facts of a snapshot's startups."""

    def __init__(self, startups: Sequence[Startup], told: Sequence[Told], class_names: Mapping[str, str] | None = None) -> None:
        """Lay out the facts of `startups`; masks are over their positions.

        Args:
            startups: all of the snapshot, in order.
            told: what else is told of each.
            class_names: by name, the id of the class that a filter may also call by it.
        """
        self._size = len(startups)
        both = tuple(zip(startups, told, strict=True))
        self._values = {
            "country": _Values([_some(s.country) for s, _ in both]),
            "region": _Values([_some(t.region) for _, t in both]),
            "source": _Values([tuple(dict.fromkeys((*_some(s.source), *t.directories))) for s, t in both]),
            "tag": _Values([s.tags for s, _ in both]),
            "language": _Values([t.languages for _, t in both]),
            "class": _Values([t.classes for _, t in both], class_names or {}),
        }
        self._numbers = {
            "trl": np.array([s.trl or 0 for s in startups], np.int32),
            "founded": np.array([s.founded or 0 for s in startups], np.int32),
        }
        self._fetched = np.array([t.fetched.toordinal() if t.fetched else 0 for t in told], np.int32)
        self._months = np.array([t.fetched.year * 12 + t.fetched.month - 1 if t.fetched else 0 for t in told], np.int32)
        self._own_site = np.array([t.own_site for t in told], bool)
        self._of_all = self._counted({})

    def masks(self, filters: Filters) -> dict[str, Mask]:
        """Return per filtered field which startups pass; fields without a condition are absent.

        Raises:
            FilterError: no startup has a value that is asked for, or a range is empty.
        """
        found: dict[str, Mask] = {}
        for field, wanted in (
            ("country", filters.countries),
            ("region", filters.regions),
            ("source", filters.sources),
            ("tag", filters.tags),
            ("language", filters.languages),
            ("class", filters.classes),
        ):
            if wanted:
                found[field] = np.logical_or.reduce([self._values[field].mask(field, value) for value in wanted])
        for field, low, high in (
            ("trl", filters.trl_min, filters.trl_max),
            ("founded", filters.founded_min, filters.founded_max),
        ):
            if low is None and high is None:
                continue
            if low is not None and high is not None and low > high:
                raise FilterError(f"{field}_min {low} is above {field}_max {high}: swap them or leave one out")
            numbers = self._numbers[field]
            found[field] = numbers > 0
            if low is not None:
                found[field] &= numbers >= low
            if high is not None:
                found[field] &= numbers <= high
        if filters.fetched_since is not None:
            found["fetched"] = self._fetched >= filters.fetched_since.toordinal()
        if filters.own_site is not None:
            found["own_site"] = self._own_site == filters.own_site
        return found

    def values(self, field: str, row: int) -> tuple[str, ...]:
        """Return what one startup has of a field, as filters are given it; nothing where it is not known."""
        if field in self._values:
            return self._values[field].of(row)
        if field == "own_site":
            return ("true" if self._own_site[row] else "false",)
        number = int(self._fetched[row] if field == "fetched" else self._numbers[field][row])
        shown = date.fromordinal(number).isoformat() if number and field == "fetched" else str(number)
        return (shown,) if number else ()

    def both(self, masks: Iterable[Mask]) -> Mask:
        """Return which startups pass all of `masks`."""
        passing = np.ones(self._size, bool)
        for mask in masks:
            passing &= mask
        return passing

    def counts(self, masks: Mapping[str, Mask]) -> dict[str, dict[str, int]]:
        """Return per field and value how many startups pass the conditions on the other fields.

        Words are listed from the most frequent one on, numbers and months (of the newest page) in their order.
        """
        return self._counted(masks) if masks else {field: dict(counts) for field, counts in self._of_all.items()}

    def _counted(self, masks: Mapping[str, Mask]) -> dict[str, dict[str, int]]:
        result = {field: values.counts(self._others(masks, field)) for field, values in self._values.items()}
        for field, numbers in self._numbers.items():
            result[field] = {str(number): count for number, count in _tally(numbers[self._others(masks, field)])}
        months = _tally(self._months[self._others(masks, "fetched")])
        result["fetched"] = {f"{month // 12}-{month % 12 + 1:02}": count for month, count in months}
        own = self._own_site[self._others(masks, "own_site")]
        split = {"true": int(own.sum()), "false": int((~own).sum())}
        result["own_site"] = {value: count for value, count in split.items() if count}
        return result

    def _others(self, masks: Mapping[str, Mask], field: str) -> Mask:
        return self.both(mask for other, mask in masks.items() if other != field)


def _some(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _tally(numbers: Numbers) -> Iterable[tuple[int, int]]:
    """Yield each number but 0, which stands for unknown, and how often it is there, in order."""
    found, counts = np.unique(numbers, return_counts=True)
    return ((int(number), int(count)) for number, count in zip(found, counts, strict=True) if number)


class _Values:
    """A fact of words: which startups have which value, which may have further names."""

    def __init__(self, of_startups: Sequence[tuple[str, ...]], names: Mapping[str, str] = MappingProxyType({})) -> None:
        self._size = len(of_startups)
        spelled: dict[str, str] = {}
        pairs = {(row, v.casefold()) for row, own in enumerate(of_startups) for v in own if spelled.setdefault(v.casefold(), v)}
        self._spellings = tuple(spelled.values())
        self._code = {value: code for code, value in enumerate(spelled)}
        called = {name.casefold(): self._code.get(value.casefold()) for name, value in names.items()}
        self._called = self._code | {name: code for name, code in called.items() if code is not None}
        ordered = sorted((row, self._code[value]) for row, value in pairs)
        self._rows = np.array([row for row, _ in ordered], np.int64)
        self._codes = np.array([code for _, code in ordered], np.int64)

    def of(self, row: int) -> tuple[str, ...]:
        """Return the values of one startup."""
        return tuple(self._spellings[code] for code in self._codes[self._rows == row])

    def mask(self, field: str, value: str) -> Mask:
        """Return which startups have `value`, in any case."""
        code = self._called.get(value.casefold())
        if code is None:
            value = value[:LONGEST_SHOWN]
            near = difflib.get_close_matches(value.casefold(), self._called, n=3)
            known = dict.fromkeys(self._spellings[self._called[one]] for one in near or sorted(self._code)[:8])
            some = ", ".join(known) or "none at all"
            raise FilterError(f"no startup here has the {field} {value!r}: known are {some}{'' if near else ' ...'}")
        mask = np.zeros(self._size, bool)
        mask[self._rows[self._codes == code]] = True
        return mask

    def counts(self, passing: Mask) -> dict[str, int]:
        """Return how many of the passing startups have each value, most first."""
        tally = np.bincount(self._codes[passing[self._rows]], minlength=len(self._spellings))
        most = np.argsort(-tally, kind="stable")[:MOST_VALUES]
        return {self._spellings[code]: int(tally[code]) for code in most if tally[code]}
