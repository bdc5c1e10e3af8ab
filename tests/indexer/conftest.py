"""A tiny deterministic encoder, and homes filled with a small corpus."""

import hashlib
import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from crawler.corpus.corpus import Corpus
from crawler.home import Home
from crawler.records import Block, Page, Profile, Startup
from indexer.build import build
from indexer.encoder import Vector, Vectors
from indexer.fusion import DENSE_WEIGHTS, ROAD_WEIGHTS
from indexer.results import Evidence
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import load_snapshot

WHEN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
Sources = Mapping[tuple[str, str | None], str]
"""Texts as they are stored, by startup and address; a profile has none."""
steady = settings(deadline=None, max_examples=60, derandomize=True)
"""The machine that runs the tests may be busy, and the same examples every time keep CI quiet."""


class FakeEncoder:
    """Bags of words: texts that share words are near. Notes what it encoded."""

    def __init__(self, name: str = "fake", *, dimension: int = 48, max_tokens: int = 60) -> None:
        self.name = name
        self.digest = hashlib.sha256(name.encode()).hexdigest()
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.prompts = {"query": "", "passage": ""}
        self.encoded: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """A token is up to eight characters of a word, or a sign."""
        return [sum(-(-len(word) // 8) for word in re.findall(r"\w+|[^\w\s]", text)) for text in texts]

    def encode_passages(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        self.encoded += texts
        if on_progress is not None:
            on_progress(len(texts))
        return np.array([self.encode_need(text) for text in texts], np.float32).reshape(len(texts), self.dimension)

    def encode_need(self, text: str) -> Vector:
        words = re.findall(r"\w+", text.casefold()) or [""]
        total = np.sum([_direction(self.name, word, self.dimension) for word in words], axis=0)
        return np.asarray(total / np.linalg.norm(total), np.float32)


@lru_cache(maxsize=10_000)
def _direction(name: str, word: str, dimension: int) -> Vector:
    seed = hashlib.sha256(f"{name} {word}".encode()).digest()[:8]
    return np.random.default_rng(int.from_bytes(seed, "big")).standard_normal(dimension).astype(np.float32)


WORDS = {
    "en": ["laser", "welding", "robot", "camera", "casting", "steel", "alloy", "sensor", "furnace", "recycling", "coating"],
    "it": ["saldatura", "acciaio", "fonderia", "stampo", "visione", "forno", "lega", "riciclo", "sensore", "pressofusione"],
}
SHAPES = {
    "en": "The {0} for {1} works with the {2} of a foundry. It was tested on {1} in {3} lines.",
    "it": "La {0} per la {1} funziona con il {2} di una fonderia. È stata provata su {1} in {3} linee.",
}


def a_page(startup_id: str, number: int, chance: random.Random) -> Page:
    """A page of two blocks in Italian or English; the same seed writes the same page."""
    language = chance.choice(["en", "it"])
    blocks = tuple(
        Block(heading, SHAPES[language].format(*chance.choices(WORDS[language], k=3), chance.randint(2, 99)))
        for heading in ("Technology", "Where it is used today")
    )
    return Page(f"https://{startup_id}.example/{'deep/' * number}", startup_id, f"Page {number}", language, blocks, WHEN)


def a_startup(number: int, chance: random.Random) -> Startup:
    return Startup(
        f"s{number:03}",
        f"Startup {number}",
        url=f"https://s{number:03}.example/",
        country=chance.choice(["IT", "DE", "FR", None]),
        source=chance.choice(["yc", "knowledge-share", None]),
        tags=tuple(chance.sample(["Robotics", "robotics", "Materials", "Energy", "AI"], chance.randint(0, 3))),
        trl=chance.choice([None, 1, 4, 7, 9]),
        founded=chance.choice([None, 1999, 2015, 2024]),
    )


def fill(home: Home, startups: Iterable[Startup] = (), pages: Iterable[Page] = (), profiles: Iterable[Profile] = ()) -> None:
    with Corpus(home.corpus) as corpus, corpus.transaction():
        for startup in startups:
            corpus.put_startup(startup)
        for page in pages:
            corpus.put_page(page)
        for profile in profiles:
            corpus.put_profile(profile)


def fill_at_random(home: Home, count: int = 12, seed: int = 1) -> None:
    """Put startups with one to three pages each, and a profile for every third, into the corpus."""
    chance = random.Random(seed)  # noqa: S311  # test data
    startups = [a_startup(number, chance) for number in range(count)]
    pages = [a_page(s.id, number, chance) for s in startups for number in range(chance.randint(1, 3))]
    profiles = [
        Profile(s.id, "yc", f"{s.name} makes a {chance.choice(WORDS['en'])} for industry.", "en", WHEN) for s in startups[::3]
    ]
    fill(home, startups, pages, profiles)


def assert_verbatim(shown: Sequence[Evidence], startup_id: str, sources: Sources) -> None:
    """One to three passages of the startup stand in what was stored; marks are whole characters of them, in order, apart."""
    assert 1 <= len(shown) <= 3
    for one in shown:
        text, passage = one.passage.text, one.passage
        assert passage.startup_id == startup_id
        assert sources[startup_id, passage.url][passage.start : passage.end] == text
        last = 0
        for start, end in one.marks:
            assert last <= start < end <= len(text)
            assert not unicodedata.category(text[start]).startswith("M"), "a mark begins within a character"
            assert not unicodedata.category((text[end:] or " ")[0]).startswith("M"), "a mark ends within a character"
            last = end


def parts_of_meaning(nearest: Mapping[str, float], summaries: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """The parts `passage` and `summary` of each startup's score, worked out from its cosines, one startup at a time."""
    near = {
        key: np.array([DENSE_WEIGHTS["passage"] * max(nearest[key], 0), DENSE_WEIGHTS["summary"] * max(summaries[key], 0)])
        for key in nearest
    }
    mean = np.mean(list(near.values()), axis=0)
    highest = max((one - mean).sum() for one in near.values())
    parts = {key: ROAD_WEIGHTS["dense"] * (one - mean) / highest for key, one in near.items()}
    return {key: (float(one[0]), float(one[1])) if one.sum() > 0 else (0.0, 0.0) for key, one in parts.items()}


@pytest.fixture(scope="session")
def fake() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a small corpus, not indexed."""
    made = Home(tmp_path / "home")
    fill_at_random(made)
    return made


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory, fake: FakeEncoder) -> Home:
    """A home with forty startups, indexed; tests only read it."""
    made = Home(tmp_path_factory.mktemp("indexed"))
    fill_at_random(made, 40, seed=7)
    build(made, fake, index_settings(passage_words=12))
    return made


@pytest.fixture(scope="session")
def sources(indexed: Home) -> Sources:
    """What is stored in `indexed`."""
    with Corpus(indexed.corpus, read_only=True) as corpus:
        pages = {(page.startup_id, page.url): page.text for page in corpus.pages()}
        return pages | {(profile.startup_id, profile.url): profile.text for profile in corpus.profiles()}


@pytest.fixture(scope="session")
def searcher(indexed: Home, fake: FakeEncoder) -> Searcher:
    return Searcher(load_snapshot(indexed), fake)
