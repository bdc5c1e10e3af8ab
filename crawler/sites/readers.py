"""Who reads pages during a crawl: a thread while there are few, then processes, one for each core.

Reading a page takes a core as long as fetching five does, and threads of one process share one core.
"""

import asyncio
import logging
import multiprocessing
import os
import threading
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from crawler.errors import DocumentError
from crawler.reading import Reading, read_page
from crawler.sites import forking

logger = logging.getLogger(__name__)

FEW = 40
"""Pages that a crawl reads by itself before it starts processes, which takes as long."""
TRIES = 2
"""Of a page in a process that dies meanwhile: the first time another page may have been to blame."""
WARM_UP = b"<p>The readers begin to read before they are waited for.</p>"


class Readers:
    """Reads pages without keeping the event loop from its work."""

    def __init__(self, processes: int | None = None, few: int = FEW) -> None:
        """Take how many processes may read, one for each core unless given, and after how many pages they are started.

        Where that is none, they are started now, and the first pages wait for them.
        """
        self._processes = processes or len(os.sched_getaffinity(0))
        self._few = few
        self._asked = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self._pool: ProcessPoolExecutor | None = None
        self._started: Future[None] | None = None if few else self._start()
        self._alone = asyncio.Lock()

    async def read(self, body: bytes, url: str, charset: str | None, content_type: str) -> Reading:
        """Read a page or document, see `read_page`.

        Raises:
            DocumentError: it cannot be read, or the process that reads it dies of it.
        """
        self._asked += 1
        if self._asked > self._few and self._started is None:
            self._started = self._start()
        if not self._few and self._started is not None:
            await asyncio.wrap_future(self._started)
        try:
            return await self._try(self._pool, body, url, charset, content_type)
        except BrokenProcessPool:
            async with self._alone:
                for _ in range(1, TRIES):
                    await asyncio.wrap_future(self._started or self._start())
                    if self._pool is not None:
                        try:
                            return await self._try(self._pool, body, url, charset, content_type)
                        except BrokenProcessPool:
                            continue
            raise DocumentError("the process that read it died of it") from None

    def close(self) -> None:
        """End all reading; what waits is given up."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    async def _try(
        self, pool: ProcessPoolExecutor | None, body: bytes, url: str, charset: str | None, content_type: str
    ) -> Reading:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(pool or self._thread, read_page, body, url, charset, content_type)
        except BrokenProcessPool:
            if self._pool is pool:
                logger.warning("a reader died; others take its place")
                self._pool = None
                self._started = self._start()
            raise

    def _start(self) -> "Future[None]":
        """Start processes in the background; the thread reads until they are ready, and from then on if they cannot be had."""
        started: Future[None] = Future()

        def start() -> None:
            try:
                pool = _pool(self._processes)
                for warm in [pool.submit(read_page, WARM_UP, "http://localhost/", None) for _ in range(self._processes)]:
                    warm.result()
                self._pool = pool
            except (OSError, BrokenProcessPool) as error:
                logger.warning("pages are read by one thread, since no processes can be had: %s", error)
            finally:
                started.set_result(None)

        threading.Thread(target=start, name="readers", daemon=True).start()
        return started


def _pool(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, forking.context(), _end_with_parent)


def _end_with_parent() -> None:
    """Have this process end when the crawl does, even if that was killed: nobody else would tell it."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="watch", daemon=True).start()
