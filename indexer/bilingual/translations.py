"""The artefact: Italian words and the English words that they stand for, small enough to be packaged."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.bilingual.alignment import Alignment
from indexer.bilingual.tokens import words_of
from indexer.errors import ArtefactError
from indexer.stems import stem
from indexer.words import fold

FORMAT = 1
MEND = "make them with `scout model build`"
LEAST, MOST = 0.03, 6
"""Probability that a translation must have to be kept, and how many of a word are."""
STEM = "~"
"""Before a stem: what its forms say taken together, for forms that are not there themselves."""
SCALE = 255
SAME = 0.02
"""A form whose translations differ from its stem's by less (largest difference of a weight) is left out."""

Translation = tuple[tuple[str, float], ...]
"""English words with their shares, which add up to 1, the likeliest first."""


@dataclass(frozen=True)
class Translations:
    """Translations of Italian words, folded. Immutable; safe to use from several threads."""

    base: str
    """SHA-256 (hex) of the weights of the model that they belong to."""
    italian: tuple[str, ...]
    english: tuple[str, ...]
    starts: npt.NDArray[np.uint32]
    """Where each Italian word's translations begin, and the end: shape (len(italian) + 1,)."""
    targets: npt.NDArray[np.uint32]
    weights: npt.NDArray[np.uint8]

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.italian)}

    def __len__(self) -> int:
        """Return how many words and stems have translations."""
        return len(self.italian)

    def of(self, word: str) -> Translation:
        """Return the English words that a folded Italian word, as it stands, may mean; nothing where it is not there."""
        row = self._row_of.get(word)
        return () if row is None else self._at(row)

    def meant(self, word: str) -> Translation:
        """Return what a word as people write it is taken for: by its form, else by its stem."""
        folded = fold(word.strip())
        return self.of(folded) or self.of_stem(folded)

    def agreement(self, word: str, forms: Iterable[str]) -> float | None:
        """Return how likely a word means one of the English forms, 0 to 1; None where nothing is known of the word."""
        known = dict(self.meant(word))
        if not known:
            return None
        shares = [[known.get(one, 0.0) for one in words_of(form)] for form in forms]
        # An entry's later forms are rarer words for it, and may be usual ones for something else.
        return max((sum(share) / len(share) / rank for rank, share in enumerate(shares, start=1) if share), default=0.0)

    def of_stem(self, word: str) -> Translation:
        """Return what the forms of a folded word's stem mean, taken together."""
        return self.of(STEM + stem(word, "it"))

    def _at(self, row: int) -> Translation:
        own = slice(int(self.starts[row]), int(self.starts[row + 1]))
        weights = self.weights[own] / max(int(self.weights[own].sum()), 1)
        return tuple((self.english[t], float(w)) for t, w in zip(self.targets[own], weights, strict=True))

    def __iter__(self) -> Iterator[tuple[str, Translation]]:
        """Yield every Italian word or stem (see `STEM`) with its translations."""
        return ((word, self._at(row)) for row, word in enumerate(self.italian))

    def save(self, path: Path) -> None:
        """Write the artefact, in one step; the same translations give the same bytes."""
        memory = io.BytesIO()
        np.savez_compressed(
            memory,
            format=np.array([FORMAT], np.uint8),
            base=_packed((self.base,)),
            italian=_packed(self.italian),
            english=_packed(self.english),
            sizes=np.diff(self.starts).astype(np.uint8),
            targets=self.targets,
            weights=self.weights,
        )
        aside = path.with_name(f".{path.name}.aside")
        aside.write_bytes(memory.getvalue())
        aside.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Translations":
        """Read what `save` wrote.

        Raises:
            ArtefactError: the file cannot be read or is not of this format.
        """
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:  # numpy leaves a damaged file open
                form = int(stored["format"][0])
                starts = np.concatenate([[0], np.cumsum(stored["sizes"], dtype=np.uint32)]).astype(np.uint32)
                texts = [_unpacked(stored[name]) for name in ("base", "italian", "english")]
                found = cls(texts[0][0], texts[1], texts[2], starts, stored["targets"], stored["weights"])
        except Exception as error:  # zipfile, zlib and numpy raise what they like over a damaged file
            raise ArtefactError(f"cannot read the Italian words {path}: {error} ({MEND})") from error
        if form != FORMAT:
            raise ArtefactError(f"{path} has format {form}, this version reads {FORMAT} ({MEND})")
        fits = len(found.targets) == len(found.weights) == int(starts[-1]) and len(starts) == len(found.italian) + 1
        if not fits or (len(found.targets) and int(found.targets.max()) >= len(found.english)):
            raise ArtefactError(f"the Italian words {path} are damaged ({MEND})")
        return found


def translations(alignment: Alignment, base: str) -> Translations:
    """Keep of an alignment what a translation needs: the likeliest words of each form, and of each stem.

    A form that says nearly what its stem says is left out.
    """
    rows: dict[str, dict[int, float]] = {}
    bounds = np.searchsorted(alignment.source, np.arange(len(alignment.italian) + 1))
    of_stem: dict[str, dict[int, float]] = {}
    stems = [stem(word, "it") for word in alignment.italian]
    for row, word in enumerate(alignment.italian):
        own = slice(bounds[row], bounds[row + 1])
        rows[word] = _likeliest(alignment.target[own], alignment.probability[own])
        together = of_stem.setdefault(stems[row], {})
        for target, count in zip(alignment.target[own], alignment.count[own], strict=True):
            together[int(target)] = together.get(int(target), 0.0) + float(count)
    kept: dict[str, dict[int, float]] = {}
    for one, counts in of_stem.items():
        total = sum(counts.values())
        if total > 0:
            kept[STEM + one] = _likeliest(np.array([*counts], np.int32), np.array([*counts.values()]) / total)
    for row, word in enumerate(alignment.italian):
        usual = kept.get(STEM + stems[row], {})
        if max((abs(rows[word].get(t, 0) - usual.get(t, 0)) for t in {*rows[word], *usual}), default=0) >= SAME:
            kept[word] = rows[word]
    kept = {word: found for word, found in sorted(kept.items()) if found}
    used = sorted({target for found in kept.values() for target in found})
    renumbered = {target: number for number, target in enumerate(used)}
    return Translations(
        base,
        tuple(kept),
        tuple(alignment.english[target] for target in used),
        np.cumsum([0, *map(len, kept.values())], dtype=np.uint32),
        np.array([renumbered[target] for found in kept.values() for target in found], np.uint32),
        np.array([round(share * SCALE) for found in kept.values() for share in found.values()], np.uint8),
    )


def _likeliest(targets: npt.NDArray[np.int32], probabilities: npt.NDArray[np.float64]) -> dict[int, float]:
    best = np.lexsort((targets, -probabilities))[:MOST]
    found = {int(targets[i]): float(probabilities[i]) for i in best if probabilities[i] > LEAST}
    total = sum(found.values())
    return {target: share / total for target, share in found.items() if round(share / total * SCALE)}


def _packed(texts: tuple[str, ...]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def _unpacked(stored: npt.NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(stored.tobytes().decode().split("\n"))
