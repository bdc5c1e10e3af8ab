"""How long a whole POST /api/search takes, beside encoding the query alone in the same run, plainly and as the default encoder.

The vectors of passages are random, which costs a search the same as real ones and spares minutes; the model that encodes
the needs is the real one. CPU time tells more than the clock on a machine that has other work; the load is printed.
Ends with exit code 1 when the target is missed.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import httpx
import numpy as np
import psutil
import typer
from corpora import fill
from sentence_transformers import SentenceTransformer

from crawler.home import Home
from indexer.bilingual.encoder import BilingualEncoder
from indexer.build import build
from indexer.encoder import Vectors, packaged_model
from indexer.glossary.entries import packaged_entries
from indexer.settings import index_settings
from indexer.snapshot import current_manifest

TARGET = 2.0
"""Times the plain encoding of the query (SentenceTransformer.encode, fp32), at most."""
PAUSE = 0.02
"""Seconds."""
START = 300.0
"""Seconds that the service may take until it answers."""
NEEDS = (
    "Find surface defects on die-cast aluminium parts in the line, so that scrap is found before machining",
    "vedere con le telecamere i getti difettosi prima della lavorazione",
    "predictive maintenance for hydraulic presses",
    "recupero del calore dai forni fusori",
    "A robot arm for welding small batches that operators can program themselves",
    "trattamento delle acque di una linea di galvanica",
    "wear resistant coatings for moulds and dies",
    "misurare la rugosità delle superfici senza contatto",
    "software that plans production in a foundry with many small orders",
    "stampa 3D di anime in sabbia",
)


class RandomPassages(BilingualEncoder):
    """The real model for needs, random directions for passages."""

    def encode_passages(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        del on_progress
        rows = np.random.default_rng(1).standard_normal((len(texts), self.dimension)).astype(np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@contextmanager
def served(home: Home) -> Iterator[tuple[str, psutil.Process]]:
    """Run `scout serve` in a process of its own, as it is run; yields the root address and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = f"from search_api.cli import main; main(['serve', '--port', '{port}'])"
    environment = {**os.environ, "SCOUT_HOME": str(home.root)}
    with subprocess.Popen([sys.executable, "-c", serve], env=environment, stdout=subprocess.DEVNULL) as process:
        root = f"http://127.0.0.1:{port}"
        try:
            until = time.monotonic() + START
            while not is_ready(root):
                if process.poll() is not None or time.monotonic() > until:
                    typer.echo(f"the service did not get ready within {START:.0f} s", err=True)
                    raise typer.Exit(1)
                time.sleep(0.2)
            yield root, psutil.Process(process.pid)
        finally:
            process.terminate()


def is_ready(root: str) -> bool:
    """Return whether the service answers searches."""
    try:
        return httpx.get(f"{root}/readyz", trust_env=False).is_success
    except httpx.TransportError:
        return False


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time that a process has used."""
    used = process.cpu_times()
    return float(used.user + used.system)


class Costs:
    """What calls of one kind cost, in milliseconds."""

    def __init__(self, name: str, process: psutil.Process) -> None:
        """Take the name of the calls, and the process that does their work."""
        self.name = name
        self.clock: list[float] = []
        self._cpu = 0.0
        self._process = process

    def measure(self, call: Callable[[], object]) -> None:
        """Make one call; the pause before it lets the threads of the last call go to sleep."""
        time.sleep(PAUSE)
        began, used = time.perf_counter(), cpu_seconds(self._process)
        call()
        self.clock.append((time.perf_counter() - began) * 1000)
        self._cpu += cpu_seconds(self._process) - used

    def line(self) -> str:
        """Return the row of the table."""
        clock = f"{statistics.median(self.clock):>9.2f}{np.percentile(self.clock, 95):>9.2f}"
        return f"{self.name:<24}{clock}{1000 * self._cpu / len(self.clock):>10.2f}"


def main(rounds: Annotated[int, typer.Option(help="How often each of the ten needs is asked.")] = 10) -> None:
    """Measure POST /api/search beside encoding the query alone; target: less than twice as long as the plain encoding."""
    plain = SentenceTransformer(str(packaged_model()), device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        encoder = RandomPassages(packaged_entries(), home.models)
        fill(home.corpus)
        build(home, encoder, index_settings())
        manifest = current_manifest(home)
        with served(home) as (root, service), httpx.Client(base_url=root, trust_env=False) as client:

            def ask(need: str) -> None:
                client.post("/api/search", json={"need": need}).raise_for_status()

            here = psutil.Process()
            plainly = Costs("plain encoding", here)
            ours = Costs(f"ours ({encoder.road})", here)
            searches = Costs("POST /api/search", service)
            for need in NEEDS:  # warms both up
                plain.encode([need], show_progress_bar=False)
                encoder.encode_need(need)
                ask(need)
            for need in NEEDS * rounds:  # turn by turn, so that what else the machine does weighs on both
                plainly.measure(partial(plain.encode, [need], show_progress_bar=False))
                ours.measure(partial(encoder.encode_need, need))
                searches.measure(partial(ask, need))
    typer.echo(f"{manifest.startups} startups, {manifest.passages} passages, {len(searches.clock)} searches")
    typer.echo(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    typer.echo(f"{'milliseconds':<24}{'median':>9}{'p95':>9}{'CPU mean':>10}")
    for one in (plainly, ours, searches):
        typer.echo(one.line())
    ratio = statistics.median(searches.clock) / statistics.median(plainly.clock)
    typer.echo(f"ratio of the medians {ratio:.2f} (target: below {TARGET:.0f})")
    raise typer.Exit(int(ratio >= TARGET))


if __name__ == "__main__":
    typer.run(main)
