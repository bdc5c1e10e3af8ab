"""IP addresses: which are public, by IANA's registries of special-purpose addresses (RFC 6890 and its updates)."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
REMEMBERED = 5_000
"""Hosts and addresses that need not be judged again: each request asks several times."""

NAT64 = IPv6Network("64:ff9b::/96")
"""Translators of the public kind (RFC 6052): the IPv4 address inside counts."""
PUBLIC_IPV6 = IPv6Network("2000::/3")
"""All that IANA has given out as global unicast."""

NOT_PUBLIC: tuple[tuple[IPv4Network | IPv6Network, str], ...] = tuple(
    (ip_network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this network (RFC 791)"),
        ("10.0.0.0/8", "private (RFC 1918)"),
        ("100.64.0.0/10", "shared by a carrier's customers (RFC 6598)"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "Azure's host"),
        ("169.254.0.0/16", "link-local (RFC 3927)"),
        ("172.16.0.0/12", "private (RFC 1918)"),
        ("192.0.0.0/24", "protocol assignments (RFC 6890)"),
        ("192.0.2.0/24", "documentation (RFC 5737)"),
        ("192.31.196.0/24", "AS112 (RFC 7535)"),
        ("192.52.193.0/24", "AMT (RFC 7450)"),
        ("192.88.99.0/24", "6to4 relays (RFC 7526)"),
        ("192.168.0.0/16", "private (RFC 1918)"),
        ("192.175.48.0/24", "AS112 (RFC 7534)"),
        ("198.18.0.0/15", "benchmarking (RFC 2544)"),
        ("198.51.100.0/24", "documentation (RFC 5737)"),
        ("203.0.113.0/24", "documentation (RFC 5737)"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved (RFC 1112)"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("::ffff:0:0:0/96", "IPv4-translated (RFC 2765)"),
        ("::/96", "IPv4-compatible (RFC 4291)"),
        ("64:ff9b:1::/48", "a local NAT64 (RFC 8215)"),
        ("100::/64", "discarded (RFC 6666)"),
        ("100:0:0:1::/64", "a dummy prefix (RFC 9780)"),
        ("2001::/32", "Teredo (RFC 4380)"),
        ("2001:2::/48", "benchmarking (RFC 5180)"),
        ("2001:10::/28", "ORCHID (RFC 4843)"),
        ("2001:20::/28", "ORCHIDv2 (RFC 7343)"),
        ("2001::/23", "protocol assignments (RFC 2928)"),
        ("2001:db8::/32", "documentation (RFC 3849)"),
        ("2002::/16", "6to4 (RFC 3056)"),
        ("2620:4f:8000::/48", "AS112 (RFC 7534)"),
        ("3fff::/20", "documentation (RFC 9637)"),
        ("5f00::/16", "segment routing (RFC 9602)"),
        ("fc00::/7", "unique local (RFC 4193)"),
        ("fe80::/10", "link-local (RFC 4291)"),
        ("fec0::/10", "site-local (RFC 3879)"),
        ("ff00::/8", "multicast"),
    )
)
ISATAP = (b"\0\0\x5e\xfe", b"\2\0\x5e\xfe")
"""What an ISATAP tunnel's addresses hold before the IPv4 address (RFC 5214)."""


@lru_cache(maxsize=REMEMBERED)
def is_address(host: str) -> bool:
    """Tell whether a host is an IP address in any spelling, also one that only some programs take for one.

    As browsers see it (WHATWG URL, "ends in a number"), a host whose last label is a number is an IPv4 address.
    """
    return ":" in host or NUMBER.fullmatch(host.rpartition(".")[2]) is not None


@lru_cache(maxsize=REMEMBERED)
def is_loopback(address: str) -> bool:
    """Tell whether an address, in its usual spelling, is this machine's loopback."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return parsed == IPv6Address("::1") or (isinstance(parsed, IPv4Address) and parsed.is_loopback)


@lru_cache(maxsize=REMEMBERED)
def not_public(address: str) -> str | None:
    """Return what keeps an IP address from being a public one, with the address, or None."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return f"{address}: an IP address in an odd spelling"
    reason = next((reason for network, reason in NOT_PUBLIC if parsed.version == network.version and parsed in network), None)
    if reason is None and isinstance(parsed, IPv6Address):
        reason = _not_public_ipv6(parsed)
    return f"{address}: {reason}" if reason else None


def _not_public_ipv6(address: IPv6Address) -> str | None:
    if address.scope_id is not None:
        return "an address with a zone"
    if address in NAT64:
        inner = not_public(str(IPv4Address(address.packed[12:])))
        return f"NAT64 of {inner}" if inner else None
    if address not in PUBLIC_IPV6:
        return "not among the public IPv6 addresses"
    return "an ISATAP tunnel" if address.packed[8:12] in ISATAP else None


def address_order(address: str) -> tuple[int, int]:
    """Return a key that sorts IP addresses, IPv4 first."""
    parsed = ip_address(address)
    return parsed.version, int(parsed)
