"""The profiles of the development data as an index, and vectors that outlive a run."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crawler.corpus.corpus import Corpus
from crawler.home import Home
from crawler.records import Profile, Startup
from crawler.seeds import Problem, read_profiles
from indexer.build import build
from indexer.encoder import Encoder, Vector, Vectors
from indexer.routing import need_language
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import Snapshot, load_snapshot

CACHE = os.environ.get("SCOUT_TEST_CACHE", "")
"""A folder for vectors; pytest's own cache where it is not set. Read now: tests don't see settings of this kind."""
MEASURED = pytest.StashKey[list[str]]()
READ = datetime(2026, 1, 1, tzinfo=UTC)


class RememberingEncoder:
    """An encoder that keeps the vectors of passages in a file, by model and text: whatever else changed, they are right."""

    def __init__(self, inner: Encoder, folder: Path) -> None:
        self._inner = inner
        self._file = folder / f"vectors-{inner.digest[:16]}.npz"
        self.name, self.digest, self.dimension, self.max_tokens = inner.name, inner.digest, inner.dimension, inner.max_tokens
        self.prompts, self.count_tokens, self.encode_need = inner.prompts, inner.count_tokens, inner.encode_need

    def encode_passages(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        known: dict[bytes, Vector] = {}
        if self._file.is_file():
            with np.load(self._file) as stored:
                known = dict(zip(map(bytes, stored["keys"]), stored["vectors"], strict=True))
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        missing = [row for row, key in enumerate(keys) if key not in known]
        known.update(
            zip((keys[row] for row in missing), self._inner.encode_passages([texts[row] for row in missing]), strict=True)
        )
        if missing:  # beside what the file holds for other indexes
            aside = self._file.with_name(f"{os.getpid()}-{self._file.name}")
            np.savez(aside, keys=np.array([list(key) for key in known], np.uint8), vectors=np.stack(list(known.values())))
            aside.replace(self._file)
        if on_progress is not None:
            on_progress(len(texts))
        return np.array([known[key] for key in keys], np.float32).reshape(len(texts), self.dimension)


def beside_floors(config: pytest.Config, title: str, found: Mapping[str, float], floors: Mapping[str, Any]) -> None:
    """Have what was measured shown at the end, each figure beside its floor if it has one."""
    lines, width = config.stash.setdefault(MEASURED, []), max(map(len, found))
    for name, value in found.items():
        row = floors.get(name)
        note = f"floor {row['floor']:.2f}, {row['measured']:.3f} on {row['on']}" if row else ""
        lines.append(f"{title} {name:<{width}}{value:8.4f}   {note}")


def tagged_snapshot(folder: Path, encoder: Encoder, texts: Iterable[tuple[str, str, str]]) -> Snapshot:
    """Index startups of one profile each, by id, tag and text: filtered by a tag, a search sees those of one pair."""
    home = Home(folder)
    with Corpus(home.corpus) as corpus, corpus.transaction():
        for key, tag, text in texts:
            corpus.put_startup(Startup(key, "Impresa", tags=(tag,)))
            corpus.put_profile(Profile(key, "pairs", text, need_language(text), READ))
    build(home, encoder, index_settings())
    return load_snapshot(home)


@pytest.fixture(scope="session")
def vectors_folder(pytestconfig: pytest.Config) -> Path:
    if not CACHE:
        return pytestconfig.cache.mkdir("scout-vectors")
    Path(CACHE).mkdir(parents=True, exist_ok=True)
    return Path(CACHE)


@pytest.fixture(scope="session")
def profiles_searcher(
    shared: Path, encoder: Encoder, vectors_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Searcher:
    """A searcher over the profiles of the development data: minutes when no vectors are kept, else half a minute."""
    home = Home(tmp_path_factory.mktemp("profiles"))
    with Corpus(home.corpus) as corpus, corpus.transaction():
        for one in read_profiles(shared / "corpus/profiles.jsonl"):
            if not isinstance(one, Problem):
                corpus.put_startup(one[0])
                corpus.put_profile(one[1])
    build(home, RememberingEncoder(encoder, vectors_folder), index_settings())
    return Searcher(load_snapshot(home), encoder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show what was measured, passed or not."""
    lines = config.stash.get(MEASURED, [])
    if lines:
        terminalreporter.section("quality")
        for line in lines:
            terminalreporter.line(line)
