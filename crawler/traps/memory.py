"""What was seen, remembered in four bytes each: the same in every process that sees the same."""

import hashlib
from collections.abc import Collection
from typing import TypeAlias
from zlib import crc32

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.uint32]


class Memory:
    """Numbers of 32 bits, sorted. Of CRC-32 that are new, fewer than one in 40,000 is taken for seen after 100,000."""

    def __init__(self, told: bytes = b"") -> None:
        """Begin with what another came to as bytes, or with nothing."""
        self._numbers: Numbers = np.frombuffer(told, dtype=np.uint32)

    def __bytes__(self) -> bytes:
        """Return what was added, four bytes a number."""
        return self._numbers.tobytes()

    def knows(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Tell of each number whether it was added."""
        if not len(self._numbers):
            return np.zeros(len(numbers), dtype=np.bool_)
        places = np.searchsorted(self._numbers, numbers)
        places[places == len(self._numbers)] = 0
        known: npt.NDArray[np.bool_] = self._numbers[places] == numbers
        return known

    def add(self, numbers: Numbers) -> None:
        """Remember numbers."""
        told = np.unique(numbers)
        places = np.searchsorted(self._numbers, told)
        new = np.append(self._numbers, np.uint32(0))[places] != told
        new |= places == len(self._numbers)
        self._numbers = np.insert(self._numbers, places[new], told[new])


def numbers_of(texts: Collection[str]) -> Numbers:
    """Return 32 bits for each text."""
    return np.fromiter(map(crc32, map(str.encode, texts)), dtype=np.uint32, count=len(texts))


def number_of(key: bytes) -> int:
    """Return 64 bits that stand for a key."""
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "little")
