"""Host names: one spelling, and those that no company's public site has."""

import re
import unicodedata
from functools import lru_cache

import idna

from crawler.web.netranges import not_public

LONGEST_NAME = 253
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
OCTETS = re.compile(r"(?<![0-9])([0-9]{1,3})([.-])([0-9]{1,3})\2([0-9]{1,3})\2([0-9]{1,3})(?![0-9])")
LARGEST_OCTET = 255

LOCAL = frozenset(
    {
        # Set apart by RFC 6762 (and its appendix G), 6761, 8375, 7686, 9476, and by ICANN for private use.
        *("local", "localdomain", "lan", "home", "corp", "intranet", "internal", "private", "alt", "onion", "arpa"),
        # Of routers, containers and clusters.
        *("localnet", "intra", "workgroup", "loc", "priv", "svc"),
        *("fritz.box", "speedport.ip", "routerlogin.net", "tplinkwifi.net", "mshome.net"),
        # Of the host under a cloud's machine, where it is not below `internal`.
        *("metadata.packet.net", "metadata.platformequinix.com", "metadata.tencentyun.com", "metadata.cloud.ibm.com"),
    }
)
"""Names of local networks and clouds, with all below them."""

SPELT = frozenset(
    {
        # They answer with the address in the name.
        *("nip.io", "sslip.io", "xip.io", "xip.name", "ip6.name", "ipq.co", "backname.io", "traefik.me", "plex.direct"),
        *("local-ip.co", "local-ip.sh", "local-ip.medicmobile.org"),
        # They answer with 127.0.0.1.
        *("localtest.me", "lvh.me", "vcap.me", "lacolhost.com", "localho.st", "local.gd", "fuf.me", "ulh.us", "smackaho.st"),
        # They answer differently the second time.
        *("1u.ms", "rbndr.us", "rebind.network", "lock.cmpxchg8b.com"),
    }
)
"""Names below which everyone finds the address of their choice."""


@lru_cache(maxsize=5_000)
def plain_name(host: str) -> str | None:
    """Return the name that a host is looked up by: ASCII in lower case, no dot at its end; None where it is none."""
    if len(host) > LONGEST_NAME + 1:
        return None
    name = unicodedata.normalize("NFKC", host).replace("\N{IDEOGRAPHIC FULL STOP}", ".").lower()
    try:
        name = ascii_name(name).removesuffix(".")
    except UnicodeError:
        return None
    return name if len(name) <= LONGEST_NAME and all(LABEL.fullmatch(label) for label in name.split(".")) else None


def ascii_name(name: str) -> str:
    """Return a name in ASCII: by IDNA 2008, and by 2003 where the newer rules refuse it (Scrapy decodes names alike).

    Raises:
        UnicodeError: it cannot be written so.
    """
    if name.isascii():
        return name.lower()
    try:
        return idna.encode(name).decode("ascii")
    except idna.IDNAError:
        return name.encode("idna").decode("ascii").lower()


@lru_cache(maxsize=5_000)
def name_refusal(name: str) -> str | None:
    """Return why a name (plain, no address) is not a public site's, or None."""
    labels = name.split(".")
    if len(labels) == 1:
        return f"{name}: a name without a dot is a local network's"
    for start in range(len(labels)):
        end = ".".join(labels[start:])
        if end in LOCAL:
            return f"{end}: a name of local networks"
        if end in SPELT:
            return f"{end}: everyone finds the address of their choice below it"
    for match in OCTETS.finditer(name):
        octets = [int(match[place]) for place in (1, 3, 4, 5)]
        if max(octets) <= LARGEST_OCTET and (reason := not_public(".".join(map(str, octets)))):
            return f"the name spells {reason}"
    return None
