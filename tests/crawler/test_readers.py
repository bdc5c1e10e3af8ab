"""Who reads pages during a crawl: processes forked from a server that is started before all else."""

import asyncio
import subprocess
import sys

from crawler.sites import forking
from crawler.sites.readers import Readers

ALONE = """
import sys
from multiprocessing import forkserver
from crawler.sites import forking
forking.begin({sites})
print(forkserver._forkserver._forkserver_pid is not None, *sorted({{name.partition('.')[0] for name in sys.modules}}))
"""


def begun(sites: int) -> tuple[bool, set[str]]:
    """Return whether the server runs once a crawl of so many sites is begun, and what is loaded by then."""
    command = [sys.executable, "-c", ALONE.format(sites=sites)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return said[0] == "True", set(said[1:])


def test_a_crawl_of_many_sites_starts_the_server_of_its_readers_before_it_loads_anything() -> None:
    runs, loaded = begun(forking.MANY_SITES)
    assert runs
    assert not loaded & {"scrapy", "twisted", "bs4", "lxml", "numpy", "sqlite3"}


def test_a_crawl_of_few_sites_starts_none() -> None:
    assert not begun(forking.MANY_SITES - 1)[0]


def test_readers_have_read_a_page_before_their_first_and_are_spared_by_the_collector() -> None:
    async def read() -> str:
        readers = Readers(1, few=0)
        reading = await readers.read(
            b"<h1>Acme</h1><p>Pompe per l'industria, costruite a Varese.</p>", "http://a.it/", None, ""
        )
        readers.close()
        return reading.extracted.blocks[0].heading

    assert asyncio.run(read()) == "Acme"
    script = "import gc, crawler.sites.warming; print(gc.get_freeze_count() > 10_000, gc.get_threshold()[0])"
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert said == ["True", str(forking.FREED_AT)]
