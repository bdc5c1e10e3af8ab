"""Facts of startups as filters, exact at any selectivity, and as counts."""

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from crawler.records import Startup
from indexer.errors import FilterError
from indexer.results import Filters

Mask = npt.NDArray[np.bool_]

MOST_VALUES = 50
"""Values listed per facet; the most frequent ones."""
LONGEST_SHOWN = 200
"""Characters of an unknown value that an error repeats."""


class Facets:
    """The filterable facts of a snapshot's startups."""

    def __init__(self, startups: Sequence[Startup], sources: Mapping[str, Collection[str]]) -> None:
        """Lay out the facts of `startups`; masks are over their positions.

        Args:
            startups: all of the snapshot, in order.
            sources: per startup id, the directories that have a profile of it, beside the startup's own `source`.
        """
        self._size = len(startups)
        self._values = {
            "country": _Values([(s.country,) if s.country else () for s in startups]),
            "source": _Values([tuple({*sources.get(s.id, ()), *filter(None, [s.source])}) for s in startups]),
            "tag": _Values([s.tags for s in startups]),
        }
        self._numbers = {
            "trl": np.array([s.trl or 0 for s in startups], np.int32),
            "founded": np.array([s.founded or 0 for s in startups], np.int32),
        }

    def masks(self, filters: Filters) -> dict[str, Mask]:
        """Return per filtered field which startups pass; fields without a condition are absent.

        Raises:
            FilterError: no startup has a value that is asked for, or a range is empty.
        """
        found: dict[str, Mask] = {}
        for field, wanted in (("country", filters.countries), ("source", filters.sources), ("tag", filters.tags)):
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
        return found

    def both(self, masks: Iterable[Mask]) -> Mask:
        """Return which startups pass all of `masks`."""
        passing = np.ones(self._size, bool)
        for mask in masks:
            passing &= mask
        return passing

    def counts(self, masks: dict[str, Mask]) -> dict[str, dict[str, int]]:
        """Return per field and value how many startups pass the conditions on the other fields, most first."""
        result: dict[str, dict[str, int]] = {}
        for field, values in self._values.items():
            result[field] = values.counts(self._others(masks, field))
        for field, numbers in self._numbers.items():
            found, counts = np.unique(numbers[self._others(masks, field)], return_counts=True)
            result[field] = {str(n): int(count) for n, count in zip(found, counts, strict=True) if n}
        return result

    def _others(self, masks: dict[str, Mask], field: str) -> Mask:
        return self.both(mask for other, mask in masks.items() if other != field)


class _Values:
    """A fact of words: which startups have which value."""

    def __init__(self, of_startups: Sequence[tuple[str, ...]]) -> None:
        self._size = len(of_startups)
        spelled: dict[str, str] = {}
        pairs = {(row, v.casefold()) for row, own in enumerate(of_startups) for v in own if spelled.setdefault(v.casefold(), v)}
        self._spellings = tuple(spelled.values())
        self._code = {value: code for code, value in enumerate(spelled)}
        ordered = sorted((row, self._code[value]) for row, value in pairs)
        self._rows = np.array([row for row, _ in ordered], np.int64)
        self._codes = np.array([code for _, code in ordered], np.int64)

    def mask(self, field: str, value: str) -> Mask:
        """Return which startups have `value`, in any case."""
        code = self._code.get(value.casefold())
        if code is None:
            value = value[:LONGEST_SHOWN]
            near = difflib.get_close_matches(value.casefold(), self._code, n=3)
            known = [self._spellings[self._code[one]] for one in near or sorted(self._code)[:8]]
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
