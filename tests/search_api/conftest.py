"""A small index over a fake model, and the real application over it: in process, or behind a socket."""

import hashlib
import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

import search_api.engine
from crawler.corpus.corpus import Corpus
from crawler.home import Home
from crawler.records import Block, Page, Profile, Startup
from indexer.build import build
from indexer.encoder import Vector, Vectors
from indexer.settings import index_settings
from search_api.app import create_app
from search_api.cli import main
from search_api.engine import Engine
from search_api.settings import service_settings

Run = Callable[..., tuple[int, str, str]]
"""Runs a command; returns exit code, standard output, standard error."""
READ = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
STARTUPS = (
    Startup("ks-1", "Fondivista", "https://fondivista.example/", None, "IT", "knowledge-share", ("Foundry", "Vision"), 8, 2019),
    Startup("ks-2", "Saldabene", "https://saldabene.example/", None, "IT", "knowledge-share", ("Welding",), 6, 2021),
    Startup("yc-3", "Weldbot", "https://weldbot.example/", None, "US", "yc", ("Welding", "Robots"), 9, 2016),
    Startup("yc-4", "Alloyprint", "https://alloyprint.example/", None, "DE", "yc", ("Additive",), 5, 2012),
    Startup(
        "x-5", "Pumpwatch", "https://pumpwatch.example/", country="FR", tags=("Vision", "Maintenance"), trl=4, founded=2023
    ),
    Startup("a/b:6 è", "Lubrisano", None, "https://lubrisano.example/", parent_organisations=("Politecnico di Milano",)),
)
TEXTS = {
    "ks-1": ("it", "Riduciamo gli scarti di pressofusione con la visione artificiale. Le telecamere guardano ogni getto."),
    "ks-2": ("it", "Controlliamo le saldature con gli ultrasuoni. La saldatura difettosa si ferma in linea."),
    "yc-3": ("en", "Our robots weld steel frames without programming. Machine vision finds the seam."),
    "yc-4": ("en", "We print turbine parts from nickel alloys. Powder is reused after sieving."),
    "x-5": ("en", "Vibration sensors predict the failure of pumps. Maintenance is planned a month ahead."),
}
PROFILE = "A lubricant without mineral oil for cutting steel. It keeps the tool cool."


class WordEncoder:
    """A fake model: a text's vector counts its words, hashed; `wait` makes it slow, `broken` makes it raise."""

    name = "words"
    dimension = 96
    max_tokens = 64
    prompts: Mapping[str, str] = MappingProxyType({"query": "", "passage": ""})

    def __init__(self, *, wait: float = 0.0, broken: Exception | None = None, digest: str = "words-1") -> None:
        self.wait = wait
        self.broken = broken
        self.digest = digest

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def encode_passages(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        del on_progress
        return np.stack([self._vector(text) for text in texts]) if texts else np.zeros((0, self.dimension), np.float32)

    def encode_need(self, text: str) -> Vector:
        time.sleep(self.wait)
        if self.broken is not None:
            raise self.broken
        return self._vector(text)

    def _vector(self, text: str) -> Vector:
        vector = np.full(self.dimension, 0.01, np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[int(hashlib.sha256(word.encode("utf-8", "replace")).hexdigest(), 16) % self.dimension] += 1.0
        unit: Vector = vector / np.linalg.norm(vector)
        return unit


def fill(home: Home, *more: Startup) -> None:
    """Store the small corpus, and `more` startups with a page each."""
    with Corpus(home.corpus) as corpus, corpus.transaction():
        for startup in (*STARTUPS, *more):
            corpus.put_startup(startup)
            if startup.url is None:
                corpus.put_profile(Profile(startup.id, "knowledge-share", PROFILE, "en", READ, "https://directory.example/6"))
                continue
            language, text = TEXTS.get(startup.id, ("en", f"{startup.name} makes gears of bronze."))
            blocks = (Block("What we do", text),)
            corpus.put_page(Page(startup.url, startup.id, f"{startup.name}: home", language, blocks, READ))
            about = (Block("About", f"{startup.name} has ten people and a workshop."),)
            corpus.put_page(Page(f"{startup.url}about", startup.id, "About", "en", about, READ))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def words() -> type[WordEncoder]:
    """The fake model's class."""
    return WordEncoder


@pytest.fixture
def make_index() -> Callable[..., str]:
    """Fill a home and index it: `make_index(home, *more_startups)`; returns the snapshot's id."""

    def make(home: Home, *more: Startup) -> str:
        fill(home, *more)
        return build(home, WordEncoder(), index_settings(), full=True).snapshot

    return make


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The small corpus, indexed with the fake model; tests only read it."""
    home = Home(tmp_path_factory.mktemp("small"))
    fill(home)
    build(home, WordEncoder(), index_settings())
    return home


@pytest.fixture(scope="session")
def startups() -> tuple[Startup, ...]:
    """The startups of the small corpus."""
    return STARTUPS


@pytest.fixture
def make_app() -> Callable[..., FastAPI]:
    """The real application over a home: `make_app(home, encoder, **settings)`."""

    def make(home: Home, encoder: WordEncoder | None = None, **settings: object) -> FastAPI:
        return create_app(Engine(home, index_settings(), encoder or WordEncoder()), service_settings(**settings))

    return make


@pytest.fixture
def client(small_home: Home, make_app: Callable[..., FastAPI]) -> Iterator[TestClient]:
    """A client of the real application over the small corpus."""
    with TestClient(make_app(small_home), base_url="http://127.0.0.1:8000") as one:
        yield one


@pytest.fixture
def serving() -> Callable[[FastAPI], AbstractContextManager[int]]:
    """Serve an application on a free port of the loopback while the context lasts; yields the port."""

    @contextmanager
    def serve(app: FastAPI) -> Iterator[int]:
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, ws="none", server_header=False, timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            deadline = time.monotonic() + 20
            while not server.started and time.monotonic() < deadline:
                time.sleep(0.01)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)
            listener.close()

    return serve


@pytest.fixture
def assert_problem() -> Callable[..., str]:
    """Assert that an answer is a problem of a status (and code): one line that says something; returns its detail."""

    def check(response: Any, status: int, code: str | None = None) -> str:  # noqa: ANN401  # any client's response
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        body = response.json()
        assert body.keys() == {"type", "title", "status", "detail", "code"}
        assert body["status"] == status
        assert http.client.responses.get(status, "") == body["title"] or body["title"]
        assert code is None or body["code"] == code
        detail = body["detail"]
        assert isinstance(detail, str)
        assert len(detail.splitlines()) == 1
        assert 15 < len(detail) < 700, detail
        return detail

    return check


@pytest.fixture
def scout_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[Home, object], Run]:
    """Make what runs `scout` in this process, on a home, with a model that is loaded already: `scout_here(home, encoder)`."""

    def over(home: Home, encoder: object) -> Run:
        monkeypatch.setenv("SCOUT_HOME", str(home.root))
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(search_api.engine, "chosen_encoder", lambda *_: encoder)
        return call

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return over


@pytest.fixture
def scout(tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run the command line to its end in a process of its own: `scout("search", "need", home=..., SCOUT_X="y")`."""

    def run(
        *arguments: str, home: Path | None = None, timeout: float = 120, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", "from search_api.cli import main; main()", *arguments],
            env=program_environment(home or tmp_path / "home") | environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    return run


def program_environment(home: Path) -> dict[str, str]:
    """Return the environment of a program under test: our own state only, warnings silent as for a user."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SCOUT_", "PYTEST_", "COV_"))}
    return kept | {"SCOUT_HOME": str(home), "COLUMNS": "200", "PYTHONUTF8": "1"}


@pytest.fixture
def environment() -> Callable[[Path], dict[str, str]]:
    """The environment that programs under test run in, by their home."""
    return program_environment
