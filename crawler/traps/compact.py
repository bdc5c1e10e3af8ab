"""64-bit numbers remembered in eight bytes each, where Python's own sets and tables take a hundred."""

from array import array
from bisect import bisect_left


class Table:
    """Numbers under numbers."""

    __slots__ = ("_keys", "_values")

    def __init__(self) -> None:
        """Begin with none."""
        self._keys = array("Q")
        self._values = array("Q")

    def get(self, key: int) -> int | None:
        """Return what was put under a key last, or None."""
        at = bisect_left(self._keys, key)
        return self._values[at] if at < len(self._keys) and self._keys[at] == key else None

    def __contains__(self, key: int) -> bool:
        """Tell whether anything was put under a key."""
        return self.get(key) is not None

    def put(self, key: int, value: int) -> None:
        """Put a number under a key."""
        at = bisect_left(self._keys, key)
        if at < len(self._keys) and self._keys[at] == key:
            self._values[at] = value
        else:
            self._keys.insert(at, key)
            self._values.insert(at, value)


class Leaves:
    """The ends of the paths that were fetched: their last segments, and under which first segments they stood."""

    __slots__ = ("_beside", "_last")

    def __init__(self) -> None:
        """Begin with none."""
        self._last = array("q")
        self._beside = array("q")

    def add(self, first: str, last: str) -> None:
        """Take in a path."""
        _add(self._last, hash(last))
        _add(self._beside, hash((first, last)))

    def __contains__(self, last: str) -> bool:
        """Tell whether a path ended so."""
        return _holds(self._last, hash(last))

    def stand_below(self, first: str, last: str) -> bool:
        """Tell whether a path began and ended so."""
        return _holds(self._beside, hash((first, last)))


def _holds(numbers: "array[int]", number: int) -> bool:
    at = bisect_left(numbers, number)
    return at < len(numbers) and numbers[at] == number


def _add(numbers: "array[int]", number: int) -> None:
    at = bisect_left(numbers, number)
    if at == len(numbers) or numbers[at] != number:
        numbers.insert(at, number)
