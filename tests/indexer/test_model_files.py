"""Models come from a hub, a local one here, and what the hub cannot give is told within seconds."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import huggingface_hub.constants
import pytest

from indexer.errors import ModelError
from indexer.model_files import fetch_descriptions, find_model
from tests.indexer.test_sentence_models import Maker, save_transformer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "intfloat/multilingual-e5-small"
LOAD = """
import json, sys
from indexer.errors import ModelError
from indexer.sentence_models import SentenceTransformerEncoder
try:
    made = SentenceTransformerEncoder(sys.argv[1])
    print(json.dumps([made.name, made.dimension, made.max_tokens, dict(made.prompts), made.digest]))
except ModelError as error:
    print(json.dumps(str(error)))
"""


class Hub:
    """A hub of models in folders; notes which files it gave."""

    def __init__(self) -> None:
        self.models: dict[str, Path] = {}
        self.gated = ""
        self.given: list[str] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(body=True)

            def do_HEAD(self) -> None:
                self._answer(body=False)

            def _answer(self, *, body: bool) -> None:
                status, headers, content = hub.answer(self.path.partition("?")[0], body=body)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                if body:
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, path: str, *, body: bool) -> tuple[int, dict[str, str], bytes]:
        for name, folder in self.models.items():
            files = {str(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}
            if path in {f"/api/models/{name}", f"/api/models/{name}/revision/main"}:
                found = {"id": name, "modelId": name, "sha": COMMIT, "siblings": [{"rfilename": file} for file in files]}
                return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()
            for revision in ("main", COMMIT):
                start = f"/{name}/resolve/{revision}/"
                if path.startswith(start):
                    file = path.removeprefix(start)
                    if name == self.gated:
                        return 403, {"X-Error-Code": "GatedRepo"}, b""
                    if file not in files:
                        return 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT}, b""
                    content = files[file].read_bytes()
                    self.given += [file] if body else []
                    return 200, {"ETag": f'"{sha256(content).hexdigest()}"', "X-Repo-Commit": COMMIT}, content
            if path.startswith(f"/api/models/{name}/"):
                return 404, {"X-Error-Code": "EntryNotFound"}, b""
        return 404, {"X-Error-Code": "RepoNotFound"}, b""

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def hub() -> Iterator[Hub]:
    one = Hub()
    yield one
    one.close()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Make the hub's client in this process ask another address, and keep what it gets for this test only."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))

    def ask(address: str) -> None:
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", address)
        template = huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE
        monkeypatch.setattr(
            huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", re.sub("^https?://[^/]+", address, template)
        )

    return ask


def loaded(name: str, root: Path, cache: Path, address: str) -> list[object] | str:
    """What a new process gets for `name`, or the error that it tells."""
    environment = {**os.environ, "HF_ENDPOINT": address, "HF_HUB_CACHE": str(cache), "HF_HUB_DISABLE_XET": "1"}
    environment.pop("HF_HUB_OFFLINE", None)
    done = subprocess.run(
        [sys.executable, "-c", LOAD, name], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: list[object] | str = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_model_is_fetched_from_the_hub_once_and_found_without_it_after(hub: Hub, root: Path, tmp_path: Path) -> None:
    make = Maker(tmp_path / "models", save_transformer(tmp_path / "plain"))
    hub.models[NAME] = make("of the hub")
    (hub.models[NAME] / "model.onnx").write_bytes(b"not needed")
    made = loaded(NAME, root, tmp_path / "cache", hub.address)
    assert made[:4] == [NAME, 32, 64 - 2 - 8, {"query": "query: ", "passage": "passage: "}]
    assert hub.given.count("model.safetensors") == 1
    assert "model.onnx" not in hub.given
    asked = len(hub.given)
    with closed() as address:
        assert loaded(NAME, root, tmp_path / "cache", address) == made
    assert len(hub.given) == asked


@contextmanager
def closed() -> Iterator[str]:
    """An address where nobody answers the door."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{one.getsockname()[1]}"


@contextmanager
def silent() -> Iterator[str]:
    """An address that takes calls and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        yield f"http://127.0.0.1:{one.getsockname()[1]}"


@pytest.mark.parametrize("place", [closed, silent])
def test_a_hub_that_cannot_be_had_is_told_within_seconds(
    place: Callable[[], AbstractContextManager[str]], at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.model_files.PATIENCE", 1.0)
    with place() as address:
        at(address)
        began = time.monotonic()
        with pytest.raises(ModelError, match=r"the hub does not give it: .*check the connection.*SCOUT_INDEX_MODEL"):
            find_model("no-such/model-at-all")
        assert time.monotonic() - began < 3


def test_a_lookup_that_hangs_is_told_within_seconds(at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.model_files.PATIENCE", 0.5)
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", lambda *_, **__: time.sleep(2))
    at("http://127.0.0.1:1")
    with pytest.raises(ModelError, match="no answer within"):
        find_model("no-such/model-at-all")


def test_a_name_that_the_hub_does_not_know_is_told_with_what_a_name_looks_like(hub: Hub, at: Callable[[str], None]) -> None:
    at(hub.address)
    for name, asked in (("intfloat/multilingual-e5-smal", "intfloat/"), ("multilingual-e5-small", "sentence-transformers/")):
        with pytest.raises(ModelError, match=f"'{asked}.*no such model .*owner and name") as raised:
            find_model(name)
        assert "\n" not in str(raised.value)


def test_no_model_is_fetched_when_the_hubs_client_is_set_offline(
    hub: Hub, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    at(hub.address)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE is set"):
        find_model(NAME)


def test_what_is_no_sentence_encoder_is_refused_before_its_weights_are_fetched(
    hub: Hub, at: Callable[[str], None], tmp_path: Path
) -> None:
    at(hub.address)
    folder = tmp_path / "reranker"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"architectures": ["XLMRobertaForSequenceClassification"]}))
    (folder / "model.safetensors").write_bytes(b"x" * 1000)
    hub.models["BAAI/bge-reranker-base"] = folder
    with pytest.raises(ModelError, match="cross-encoder"):
        find_model("BAAI/bge-reranker-base")
    assert hub.given == ["config.json"]
    (folder / "config.json").unlink()
    hub.models["BAAI/only-weights"] = folder
    with pytest.raises(ModelError, match="holds no model"):
        find_model("BAAI/only-weights")


def test_a_model_of_which_another_program_fetched_a_part_is_asked_for_again(
    hub: Hub, at: Callable[[str], None], tmp_path: Path
) -> None:
    at(hub.address)
    hub.models[NAME] = Maker(tmp_path / "models", save_transformer(tmp_path / "plain"))("whole")
    huggingface_hub.hf_hub_download(NAME, "config.json", cache_dir=str(tmp_path / "cache"), endpoint=hub.address)
    hub.given.clear()
    assert find_model(NAME).names[0] == NAME
    assert "modules.json" in hub.given
    hub.given.clear()
    assert find_model(NAME).names[0] == NAME
    assert hub.given == []


def test_a_model_whose_licence_must_be_accepted_is_told(hub: Hub, at: Callable[[str], None], tmp_path: Path) -> None:
    at(hub.address)
    hub.models["google/embeddinggemma-300m"] = Maker(tmp_path / "models", save_transformer(tmp_path / "plain"))("gated")
    hub.gated = "google/embeddinggemma-300m"
    with pytest.raises(ModelError, match="accepts its licence"):
        fetch_descriptions("google/embeddinggemma-300m")
