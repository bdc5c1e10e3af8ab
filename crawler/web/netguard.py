"""Which addresses may be reached, and the resolver that holds every connection to the addresses that were checked."""

import logging
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from twisted.internet import defer
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from twisted.internet.threads import deferToThreadPool
from zope.interface import implementer

from crawler.web.netnames import ascii_name, name_refusal, plain_name
from crawler.web.netranges import address_order, is_address, is_loopback, not_public

logger = logging.getLogger(__name__)

USUAL_PORTS = frozenset({80, 443, 8080, 8443})
DEFAULT_PORTS = {"http": 80, "https": 443}
HERE = "127.0.0.1"
MOST_ADDRESSES = 4
"""Addresses of a name that a connection may try; all that the name has are checked."""

UNCLEAN = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
"""What some parsers drop and others take for an end: a space, a control character, a backslash."""
AUTHORITY = re.compile(r"(\[[^\[\]@]*\]|[^\[\]@:]*)(:[0-9]*)?")


class NotPublicError(OSError):
    """An address that the crawler does not reach; the message says why."""


@dataclass(frozen=True, slots=True)
class Pin:
    """What a name stands for until the crawl ends."""

    addresses: tuple[str, ...] = ()
    refusal: str | None = None


class Guard:
    """Judges addresses, and remembers what each name was found to stand for; one per crawl.

    With an operator's proxy (`http_proxy`) the proxy resolves the names: then only `refusal` applies, and what a name leads to
    is for the proxy to guard. The proxy itself may stand anywhere, but no address on the web may name it.
    """

    def __init__(
        self,
        *,
        loopback: bool = False,
        ports: frozenset[int] = USUAL_PORTS,
        proxies: frozenset[tuple[str, int]] | None = None,
    ) -> None:
        """Make a guard.

        Args:
            loopback: opens `localhost`, `*.localhost` and the loopback addresses, at every port.
            ports: the ports that may be asked elsewhere.
            proxies: host and port of the operator's proxies; None for those of the environment.
        """
        self.loopback = loopback
        self.proxies = operators_proxies() if proxies is None else proxies
        self._ports = ports
        self._pins: dict[str, Pin] = {}

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Stay one: Scrapy copies its settings, in which the guard is handed to the resolver."""
        return self

    def refusal(self, url: str) -> str | None:
        """Return why a URL may not be asked for, or None. Nothing is looked up: its scheme, port and host's spelling count."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return "no address that can be read"
        if UNCLEAN.search(url) or not AUTHORITY.fullmatch(parts.netloc):
            return "no plain address: a user name, a space, a control character, a backslash or a stray bracket"
        if parts.scheme not in DEFAULT_PORTS:
            return f"{parts.scheme or 'no'} scheme: only http and https are asked for"
        host = parts.hostname or ""
        return self.host_refusal(host) or self._port_refusal(host, DEFAULT_PORTS[parts.scheme] if port is None else port)

    def host_refusal(self, host: str) -> str | None:
        """Return why a host (an IPv6 address without brackets) may not be reached as far as its spelling tells, or None."""
        name = host if ":" in host else plain_name(host)
        if name is None:
            return "no host name"
        if is_address(name):
            return self.address_refusal(name)
        if _is_localhost(name):
            return None if self.loopback else "loopback is closed"
        return name_refusal(name)

    def _port_refusal(self, host: str, port: int) -> str | None:
        if (host.removesuffix("."), port) in self.proxies:
            return "the address of a proxy"
        here = self.loopback and (_is_localhost(host.removesuffix(".")) or is_loopback(host))
        return None if here or port in self._ports else f"port {port} is not a usual one"

    def address_refusal(self, address: str) -> str | None:
        """Return why an IP address may not be reached, or None; any spelling but the usual one is refused."""
        return None if self.loopback and is_loopback(address) else not_public(address)

    def pin(self, host: str, addresses: Sequence[str]) -> Pin:
        """Hold a name to what it was found to stand for; it is refused if any of its addresses is not public."""
        refusal = next((f"{host} is {reason}" for address in addresses if (reason := not_public(address))), None)
        return self._pins.setdefault(host, Pin((), refusal) if refusal else Pin(tuple(dict.fromkeys(addresses))))

    def pinned(self, host: str) -> Pin | None:
        """Return what a host (as `host_refusal` takes it) stands for, or None where a look-up has yet to tell."""
        host = host.removesuffix(".")
        if reason := self.host_refusal(host):
            return Pin((), reason)
        if is_address(host):
            return Pin((host,))
        return Pin((HERE,)) if _is_localhost(host) else self._pins.get(host)

    def address_of(self, host: str) -> str | None:
        """Return the address that a host was found at, or None; of several always the same, in whatever order they come."""
        pin = self.pinned(host.strip("[]"))
        return min(pin.addresses, key=address_order) if pin and pin.addresses else None


@implementer(IHostnameResolver)
class GuardedResolver:
    """Scrapy's TWISTED_DNS_RESOLVER: looks each name up once per crawl, and connections go to the addresses that were checked.

    Its guard is the setting SCOUT_GUARD. Twisted brings hosts that are addresses here, too, so nothing goes past it. A name
    that is refused has no addresses; `Guard.pinned` knows why.
    """

    def __init__(
        self,
        reactor: Any,  # noqa: ANN401  # Twisted's reactors share no type
        guard: Guard,
        timeout: float,
        look_up: Callable[..., Sequence[tuple[Any, ...]]] = socket.getaddrinfo,
    ) -> None:
        """Take the reactor, in whose threads names are looked up, and the seconds that a look-up may take."""
        self._reactor = reactor
        self._guard = guard
        self._timeout = timeout
        self._look_up = look_up
        self._asking: dict[tuple[str, bool], list[defer.Deferred[Pin]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> Self:  # noqa: ANN401  # Scrapy hands a crawler or a process
        """Make the resolver as Scrapy's settings say."""
        return cls(reactor, crawler.settings["SCOUT_GUARD"], crawler.settings.getfloat("DNS_TIMEOUT"))

    def install_on_reactor(self) -> None:
        """Let all connections by name pass here."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802  # Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: ANN401, N803  # to mypy an interface of zope's is no type
        hostName: str,  # noqa: N803  # Twisted's name
        portNumber: int = 0,  # noqa: N803  # Twisted's name
        addressTypes: Sequence[type] | None = None,  # noqa: N803  # Twisted's name
        transportSemantics: str = "TCP",  # noqa: ARG002, N803  # Twisted's name; it knows TCP alone
    ) -> Any:  # noqa: ANN401  # as the receiver
        """Tell the receiver the checked addresses of a host; none where there are none or one of them is not public."""
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)

        def tell(pin: Pin) -> None:
            made = [_twisted_address(address, portNumber) for address in pin.addresses]
            for address in [one for one in made if addressTypes is None or type(one) in addressTypes][:MOST_ADDRESSES]:
                resolutionReceiver.addressResolved(address)
            resolutionReceiver.resolutionComplete()

        self._settle(ascii_name(hostName).removesuffix("."), portNumber).addCallback(tell)
        return resolution

    def _settle(self, host: str, port: int) -> "defer.Deferred[Pin]":
        # Twisted asks for a proxy that tunnels without its port.
        is_proxy = any(host == name and port in {0, number} for name, number in self._guard.proxies)
        known = (Pin((host,)) if is_address(host) else None) if is_proxy else self._guard.pinned(host)
        if known is not None:
            return defer.succeed(known)
        waiting = self._asking.setdefault((host, is_proxy), [])
        done: defer.Deferred[Pin] = defer.Deferred()
        waiting.append(done)
        if len(waiting) == 1:
            self._ask(host, is_proxy=is_proxy)
        return done

    def _ask(self, host: str, *, is_proxy: bool) -> None:
        def found(rows: Sequence[tuple[Any, ...]]) -> Pin:
            addresses = [str(row[4][0]) for row in rows]
            # A name without any address was not found: it may be, next time.
            return Pin(tuple(addresses)) if is_proxy or not addresses else self._guard.pin(host, addresses)

        def lost(failure: Any) -> Pin:  # noqa: ANN401  # Twisted's Failure
            if not failure.check(OSError, UnicodeError, defer.TimeoutError):
                logger.error("looking up %s failed: %s", host, failure.getErrorMessage())
            return Pin()

        def answer(pin: Pin) -> None:
            for waiting in self._asking.pop((host, is_proxy)):
                waiting.callback(pin)

        # The dot at the end keeps the system's search domains out: they would make local names of public ones.
        asked = host if is_proxy else f"{host}."
        pool = self._reactor.getThreadPool()
        rows = deferToThreadPool(self._reactor, pool, self._look_up, asked, None, socket.AF_UNSPEC, socket.SOCK_STREAM)
        rows.addTimeout(self._timeout, self._reactor)
        rows.addCallbacks(found, lost).addCallback(answer)


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Do nothing: others may wait for the same name."""


def operators_proxies() -> frozenset[tuple[str, int]]:
    """Return host and port of the proxies that the environment names for http and https."""
    found = set()
    for scheme, proxy in getproxies().items():
        if scheme in DEFAULT_PORTS:
            try:
                parts = urlsplit(proxy if "://" in proxy else f"{scheme}://{proxy}")
                found.add((parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 80)))
            except ValueError:
                continue
    return frozenset(found)


def _is_localhost(name: str) -> bool:
    return name == "localhost" or name.endswith(".localhost")


def _twisted_address(address: str, port: int) -> IPv4Address | IPv6Address:
    return IPv6Address("TCP", address, port) if ":" in address else IPv4Address("TCP", address, port)
