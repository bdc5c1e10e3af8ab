"""robots.txt by RFC 9309: which of its groups speaks to us, what it allows, and what it asks beside that."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from urllib.parse import quote

MOST_ROBOTS_BYTES = 500 * 1024
"""Of a longer file the beginning counts (section 2.5)."""
ROBOTS_KEPT = timedelta(hours=24)
CLOSED_KEPT = timedelta(hours=1)
"""How long a site stays closed whose robots.txt could not be had, before it is asked for again."""
LINE_END = re.compile(r"\r\n|\r|\n")
KINDS: dict[str, Literal["agent", "allow", "disallow", "sitemap", "delay", "rate"]] = {
    "user-agent": "agent",
    "user agent": "agent",
    "useragent": "agent",
    "allow": "allow",
    "disallow": "disallow",
    "dissallow": "disallow",
    "dissalow": "disallow",
    "disalow": "disallow",
    "diasllow": "disallow",
    "disallaw": "disallow",
    "sitemap": "sitemap",
    "site-map": "sitemap",
    "crawl-delay": "delay",
    "crawl delay": "delay",
    "request-rate": "rate",
    "request rate": "rate",
}
"""How a line may begin: as it should, and with the slips of the pen that other parsers forgive."""
LINE = re.compile(rf"({'|'.join(KINDS)})\s*[:\s]\s*(.*)", re.IGNORECASE | re.DOTALL)
"""A colon that was left out is forgiven too."""
UNKNOWN_RULE = re.compile(r"[^:]*:\s*/(?!/)")
"""A line of a kind that nobody knows, with a path: a rule all the same, which ends the naming of agents."""
INDEX = re.compile(r"/index\.html?$")
TOKEN = re.compile(r"[^\s/();,]+")
EVERYBODY = "*"
DELAY = re.compile(r"(\d{1,9}(?:[.,]\d{1,9})?|[.,]\d{1,9})\s*(?:s|secs?|seconds?)?", re.IGNORECASE)
RATE = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})\s*([smhd]?)\b.*", re.IGNORECASE)
DELAYS = frozenset({"delay", "rate"})
UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}

ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
UNESCAPED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@!'(),;[]&=+*$")
"""What stands for itself in the normal form, however it was written; an escaped slash or question mark is no separator."""
KEPT = "".join(UNESCAPED) + "/?#%"
WILDCARD = "\x00"
"""Stands for any run of characters, once an asterisk is one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One Allow or Disallow."""

    allow: bool
    length: int
    """Octets of the pattern: of several rules that match, the longest counts."""
    parts: tuple[str, ...]
    """What stands between the wildcards, in normal form."""
    to_the_end: bool
    """Whether the pattern ends in `$`."""

    @classmethod
    def of(cls, pattern: str, *, allow: bool) -> "Rule":
        """Read the pattern of a rule; a slash that was left out at its beginning is put there."""
        pattern = pattern if pattern.startswith(("/", "*")) else f"/{pattern}"
        to_the_end = pattern.endswith("$")
        path = normal_path(pattern.removesuffix("$").replace("*", WILDCARD))
        return cls(allow, len(path) + to_the_end, tuple(path.split(WILDCARD)), to_the_end)

    def matches(self, path: str) -> bool:
        """Tell whether a path in normal form begins as the pattern says; in time linear in the path for each part."""
        first, *others = self.parts
        if not path.startswith(first):
            return False
        if not others:
            return not self.to_the_end or len(path) == len(first)
        at = len(first)
        last = others.pop() if self.to_the_end else ""
        for part in others:
            at = path.find(part, at)
            if at < 0:
                return False
            at += len(part)
        return path.endswith(last) and len(path) - len(last) >= at


@dataclass(slots=True)
class _Group:
    """What the groups of one agent, or of everybody, say together."""

    rules: list[Rule]
    delay: float | None = None
    interval: float | None = None

    def take(self, kind: str, value: str) -> None:
        if kind == "delay":
            self.delay = _longer(self.delay, _delay(value))
        elif kind == "rate":
            self.interval = _longer(self.interval, _interval(value))
        else:
            self.rules.extend(_rules(kind, value))


@dataclass(frozen=True, slots=True)
class Rules:
    """What a robots.txt says to one agent.

    Its own groups, merged, count; where it has none those of `*`; where there are none either all is allowed (section 2.2.1).
    """

    rules: tuple[Rule, ...] = ()
    """The longer ones first; of two as long the Allow (section 2.2.2)."""
    crawl_delay: float | None = None
    """Seconds between two requests, as `Crawl-delay` asks."""
    request_interval: float | None = None
    """Seconds between two requests, as `Request-rate` asks: `1/10s` is ten. Hours that it names are not looked at."""
    sitemaps: tuple[str, ...] = ()
    """As they are written: of all groups and of none."""

    @classmethod
    def parse(cls, body: bytes, agent: str) -> "Rules":
        """Read a robots.txt as it came over the wire, for `agent`: a product token, or a name that holds some.

        Only rules end the naming of agents (section 2.2.4). A Crawl-delay does not: it goes to the agents named so far, and the
        rules after it to them and to those still to be named.
        """
        ours = set(_tokens(agent))
        own: _Group | None = None
        everybody = _Group([])
        sitemaps: dict[str, None] = {}
        spoken_to: list[_Group] = []
        naming = False
        for kind, value in _lines(body):
            if kind == "agent":
                if not naming:
                    spoken_to, naming = [], True
                # Of `Foo Bar/1.0` the token is the first word.
                name = next(_tokens(value), "")
                if name == EVERYBODY:
                    spoken_to.append(everybody)
                if name in ours or (name == EVERYBODY and EVERYBODY in ours):
                    own = own or _Group([])
                    spoken_to.append(own)
            elif kind == "sitemap":
                sitemaps[value] = None
            else:
                naming = naming and kind in DELAYS
                for group in spoken_to:
                    group.take(kind, value)
        group = own or everybody
        rules = sorted(dict.fromkeys(group.rules), key=lambda rule: (-rule.length, not rule.allow))
        return cls(tuple(rules), group.delay, group.interval, tuple(sitemaps))

    def allows(self, url: str) -> bool:
        """Tell whether a URL, or a path with its query, may be fetched. /robots.txt itself always may (section 2.2.2)."""
        path = normal_path(path_of(url))
        return path == "/robots.txt" or next((rule.allow for rule in self.rules if rule.matches(path)), True)


@dataclass(frozen=True, slots=True)
class CachedRobots:
    """What asking an origin for its robots.txt came to."""

    status: int | None
    """None where there was no answer."""
    body: bytes
    at: datetime
    """In UTC."""
    closed: str
    """Why nothing may be fetched; empty where robots.txt could be had, or where there is none."""

    def fresh(self, now: datetime) -> bool:
        """Tell whether it may still be relied on (RFC 9309 section 2.4)."""
        return timedelta() <= now - self.at < (CLOSED_KEPT if self.closed else ROBOTS_KEPT)


class RobotsCache(Protocol):
    """Keeps robots.txt between crawls. How long they count is told by `CachedRobots.fresh`."""

    def get(self, origin: str) -> CachedRobots | None:
        """Return what was kept for an origin."""

    def put(self, origin: str, robots: CachedRobots) -> None:
        """Keep what an origin said."""


def path_of(url: str) -> str:
    """Return path and query of a URL as they are written; a path of its own is one already."""
    scheme, found, rest = url.partition("://")
    if found and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        url = rest[len(re.split(r"[/?#]", rest, maxsplit=1)[0]) :]
    path = url.partition("#")[0]
    return path if path.startswith("/") else f"/{path}"


def normal_path(path: str) -> str:
    """Return the form in which paths are compared (section 2.2.2): equal for all spellings of the same octets.

    Escapes of what needs none are undone, all others are written in upper case, and what is no ASCII is escaped. Reserved
    characters are the same with and without escape, save `/`, `?`, `#` and `%` themselves: an escaped slash is a slash in
    the query only, where the RFC's own example has it.
    """

    def unescaped(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in UNESCAPED else match[0].upper()

    path = STRAY_PERCENT.sub("%25", path)
    made = ESCAPE.sub(unescaped, quote(path, safe=KEPT + WILDCARD, errors="surrogateescape"))
    before, mark, query = made.partition("?")
    return before + mark + query.replace("%2F", "/").replace("%3F", "?")


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    """Yield kind and value of the lines that are known."""
    if len(body) > MOST_ROBOTS_BYTES:
        # Half a line would say something else: `Disallow: /` of `Disallow: /a`.
        body = re.split(rb"[\r\n][^\r\n]*\Z", body[:MOST_ROBOTS_BYTES], maxsplit=1)[0]
    # What is no UTF-8 stays as the octets it is: a rule in latin-1 matches a path in latin-1.
    for line in LINE_END.split(body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")):
        text = line.partition("#")[0].strip().replace(WILDCARD, "")
        if known := LINE.match(text):
            yield KINDS[known[1].lower()], known[2]
        elif UNKNOWN_RULE.match(text):
            yield "unknown", ""


def _rules(kind: str, pattern: str) -> Iterator[Rule]:
    """Yield what a line stands for, in two cases for more than it says.

    What allows the index of a folder allows the folder, as Google and Protego have it. And `/a$` forbids the path that ends in
    a dollar too, since those who write it do not always mean the end.
    """
    if not pattern:
        return
    allow = kind == "allow"
    yield Rule.of(pattern, allow=allow)
    if allow and INDEX.search(pattern):
        yield Rule.of(INDEX.sub("/$", pattern), allow=True)
    elif not allow and pattern.endswith("$"):
        yield Rule.of(pattern.removesuffix("$") + "%24", allow=False)


def _tokens(text: str) -> Iterator[str]:
    """Yield the product tokens of a name as they are compared: case does not count, nor does an asterisk beside letters."""
    for token in TOKEN.findall(text):
        yield token.lower() if token == EVERYBODY else token.lower().replace("*", "")


def _delay(value: str) -> float | None:
    match = DELAY.fullmatch(value)
    return float(match[1].replace(",", ".")) if match else None


def _interval(value: str) -> float | None:
    match = RATE.fullmatch(value)
    if not match or not int(match[1]):
        return None
    return int(match[2]) * UNIT_SECONDS[match[3].lower()] / int(match[1])


def _longer(one: float | None, other: float | None) -> float | None:
    return one if other is None else other if one is None else max(one, other)
