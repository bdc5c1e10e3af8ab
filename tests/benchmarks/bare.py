"""What the crawl is measured beside: a Scrapy spider that downloads pages, parses their links and follows them. No script."""

import multiprocessing
import resource
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import HtmlResponse, Response
from scrapy.linkextractors import LinkExtractor

from crawler.web.netguard import Guard

SETTINGS = {
    "LOG_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "COOKIES_ENABLED": False,
    # So that `*.localhost` is found on any machine; cheaper than Scrapy's own resolver, which asks the system.
    "TWISTED_DNS_RESOLVER": "crawler.web.netguard.GuardedResolver",
}


@dataclass(frozen=True, slots=True)
class Bare:
    """What the spider did."""

    seconds: float
    """From its start to its end, without the start of its process."""
    cpu: float
    """Seconds of the whole process."""


class BareSpider(Spider):
    """Follows all links within its hosts."""

    name = "bare"

    def __init__(self, hosts: Sequence[str], port: int) -> None:
        """Take the hosts."""
        super().__init__(start_urls=[f"http://{host}:{port}/" for host in hosts])
        self.allowed_domains = list(hosts)
        self._links = LinkExtractor()

    def parse(self, response: Response, **_: object) -> Iterator[Request]:
        """Yield the requests for the links of a page; Scrapy leaves out what it has seen and other hosts."""
        if isinstance(response, HtmlResponse):
            for link in self._links.extract_links(response):
                yield Request(link.url)


def bare_crawl(hosts: Sequence[str], port: int, concurrency: int) -> Bare:
    """Run the spider in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(hosts, port, concurrency, theirs))
    process.start()
    process.join()
    return Bare(*ours.recv())


def _run(hosts: Sequence[str], port: int, concurrency: int, pipe: Connection) -> None:
    settings = SETTINGS | {"SCOUT_GUARD": Guard(loopback=True), "CONCURRENT_REQUESTS": concurrency}
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(BareSpider)
    process.crawl(crawler, hosts=hosts, port=port)
    process.start()
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = crawler.stats.get_value("elapsed_time_seconds") if crawler.stats else 0.0
    pipe.send((seconds, used.ru_utime + used.ru_stime))
