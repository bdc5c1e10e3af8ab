"""The process that readers are forked from. Imports nothing of ours, so that it can be started before all else is loaded."""

import gc
import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

MANY_SITES = 20
"""Sites that surely have more pages than a crawl reads by itself: it starts readers at once."""
FREED_AT = 20_000
"""New objects after which the garbage collector looks for rings of them. A page's tags alone are that many: at the usual 700 it
goes through pages over and over that are still being read."""


def context() -> ForkServerContext:
    """Return how readers are started: from a server that holds what reading needs, no more.

    A fork of the crawl itself would hold its sockets and locks.
    """
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["crawler.sites.readers", "crawler.sites.warming"])
    return made


def begin(sites: int) -> None:
    """Start the server where so many sites will need it: it takes a second, in which the crawl loads what it needs itself."""
    if sites >= MANY_SITES:
        context()
        forkserver.ensure_running()


def spare_collector() -> None:
    """Keep what is loaded by now out of the garbage collector's rounds, and have it make fewer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(FREED_AT)
