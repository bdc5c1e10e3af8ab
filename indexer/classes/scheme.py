"""The scheme of classes: a table that people read, industrial.tsv, and the texts that a model tells its classes by."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

BETWEEN_PHRASES = re.compile(r"[,;:.]| and ")
SHORTEST_PHRASE = 3


@dataclass(frozen=True, slots=True)
class TechnologyClass:
    """A class of industrial technologies; its id stays when its words change."""

    id: str
    english: str
    """Its name: Welding and joining."""
    italian: str
    about_english: str
    """What startups of the class do, in a sentence of phrases."""
    about_italian: str

    @property
    def descriptions(self) -> tuple[str, str]:
        """What it is, in English and in Italian."""
        return f"{self.english}. {self.about_english}", f"{self.italian}. {self.about_italian}"

    @property
    def phrases(self) -> tuple[str, ...]:
        """Its English name, and what its description lists, each once."""
        parts = (part.strip() for part in BETWEEN_PHRASES.split(self.about_english))
        return tuple(dict.fromkeys((self.english, *(part for part in parts if len(part) >= SHORTEST_PHRASE))))

    @property
    def texts(self) -> tuple[str, ...]:
        """All that a model has to read of it: the descriptions, then the phrases."""
        return (*self.descriptions, *self.phrases)


@cache
def packaged_classes() -> tuple[TechnologyClass, ...]:
    """Return the classes of the packaged table, in its order."""
    text = (files("indexer.classes") / "industrial.tsv").read_text(encoding="utf-8")
    return tuple(TechnologyClass(*line.split("\t")) for line in text.splitlines() if line and not line.startswith("#"))
