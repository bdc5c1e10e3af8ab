"""What hosts ask of us: robots.txt as it speaks to us, the X-Robots-Tag of a page, Retry-After."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from crawler.web.robots import Rules

PRODUCT_TOKEN = "StartupScout"  # noqa: S105  # no secret: the name that robots.txt knows us by
LONGEST_DELAY = 60.0
"""Seconds. A site that asks for more between requests gets its seed page read and is then left alone."""
DATE_COMMA = re.compile(r",(?!\s*\d{1,2}[ -][A-Za-z]{3})")
"""A comma that parts directives, and not the day of the week from the day."""
NAMED = re.compile(r"\s*([^\s:,]+)\s*:\s*(.*)", re.DOTALL)
WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})


@dataclass(frozen=True, slots=True)
class Robots:
    """What one origin's robots.txt comes to for us."""

    rules: Rules = field(default_factory=Rules)
    closed: str = ""
    """Why nothing may be fetched, where robots.txt could not be had."""

    @classmethod
    def parse(cls, body: bytes) -> "Robots":
        """Read a robots.txt as it came over the wire."""
        return cls(Rules.parse(body, PRODUCT_TOKEN))

    def allows(self, url: str) -> bool:
        """Tell whether `url` may be fetched."""
        return not self.closed and self.rules.allows(url)

    @property
    def delay(self) -> float:
        """Seconds between requests that the site asks for: the longer of Crawl-delay and Request-rate."""
        return max(self.rules.crawl_delay or 0.0, self.rules.request_interval or 0.0)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that robots.txt names, as they are written."""
        return self.rules.sitemaps

    @property
    def too_slow(self) -> bool:
        """Whether the site asks for more patience than a crawl has."""
        return self.delay > LONGEST_DELAY


@dataclass(frozen=True, slots=True)
class PageRules:
    """What a page says of its use."""

    noindex: bool = False
    nofollow: bool = False


def page_rules(values: Iterable[str], at: datetime) -> PageRules:
    """Read X-Robots-Tag headers, each value as one header line had it; `at` is when the answer came.

    What is said to all counts, and what is said to us (`StartupScout: noindex`); a name speaks to the end of its line. A page
    whose `unavailable_after` is past is not to be indexed.
    """
    words: set[str] = set()
    for value in values:
        ours = True
        for piece in DATE_COMMA.split(value):
            directive = piece.strip()
            while (named := NAMED.fullmatch(directive)) and named[1].lower() not in WITH_VALUE:
                ours = named[1].lower() in {PRODUCT_TOKEN.lower(), "*", "robots"}
                directive = named[2].strip()
            if not ours:
                continue
            if named and named[1].lower() == "unavailable_after":
                moment = _moment(named[2])
                words |= {"noindex"} if moment and moment <= at else set()
            else:
                words |= set(re.split(r"[;\s]+", directive.lower()))
    return PageRules(bool(words & {"noindex", "none"}), bool(words & {"nofollow", "none"}))


def retry_after(header: str, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, or None where it says nothing that can be read."""
    if re.fullmatch(r"\s*\d{1,9}\s*", header):
        return float(header)
    moment = _moment(header)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def _moment(text: str) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
