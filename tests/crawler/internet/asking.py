"""A program: asks for URLs through Scrapy's downloader under the crawl's guard and caps, and prints how each ended."""

import asyncio
import json
import resource
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess

from crawler.web.caps import HEAD, guarded_settings
from crawler.web.netguard import Guard


class Asking(Spider):
    name = "asking"

    def __init__(self, urls: list[str]) -> None:
        super().__init__()
        self.urls = urls

    async def start(self) -> AsyncIterator[Any]:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ends = [await self._ask(url) for url in self.urls if "#alone" in url]
        ends += await asyncio.gather(*(self._ask(url) for url in self.urls if "#alone" not in url))
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(json.dumps({"ends": ends, "grown_kib": grown}))  # noqa: T201  # a program's output
        no_requests: tuple[Request, ...] = ()
        for request in no_requests:
            yield request

    async def _ask(self, url: str) -> dict[str, Any]:
        began = time.monotonic()
        end: dict[str, Any] = {"url": url}
        try:
            request = Request(url, dont_filter=True)
            response = await self.crawler.engine.download_async(request)
            end |= {"status": response.status, "body": response.body.decode("latin-1"), "address": str(response.ip_address)}
            end["head"] = [request.meta[HEAD].reason, request.meta[HEAD].lines]
        except Exception as error:  # noqa: BLE001  # how each ends is the result
            end |= {"error": type(error).__name__, "detail": str(error)}
        return end | {"seconds": time.monotonic() - began}


def main() -> None:
    job = json.loads(sys.stdin.readline())
    guard = Guard(loopback=job["loopback"], proxies=frozenset(map(tuple, job.get("proxies", ()))))
    settings = guarded_settings(guard) | {
        "CONCURRENT_REQUESTS": 100,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 100,
        "DOWNLOAD_TIMEOUT": job["timeout"],
        "DOWNLOAD_MAXSIZE": job["most_bytes"],
        "DOWNLOAD_WARNSIZE": 0,
        "DNS_TIMEOUT": job["timeout"],
        "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
    }
    process = AsyncCrawlerProcess(settings)
    process.crawl(Asking, urls=job["urls"])
    process.start()


if __name__ == "__main__":
    main()
