"""One company, one record: which startups are the same company, which moved, and why; a name alone is never a reason."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from crawler.company.identifiers import vat_number
from crawler.company.legal_forms import key_of
from crawler.company.naming import is_short_for, labels_of
from crawler.identity.duplicates import Mirror, NearDuplicate, mirrors, near_duplicates
from crawler.identity.parked import is_parked, parking_host
from crawler.records import Page
from crawler.urls import Site, bare_host_of, canonical_url

__all__ = ["Link", "Mirror", "Move", "NearDuplicate", "Presence", "Reason", "is_parked"]
__all__ += ["follows", "moved", "near_duplicates", "parking_host", "same_company"]

MANY = 4
"""Startups that share a VAT number or an address, from which on it is an incubator's, an agency's or a portal's."""
SHORTEST_NAME = 4
BREAK = re.compile(r"[\W_]+")
NETWORKS = frozenset(
    {"facebook", "linkedin", "instagram", "twitter", "x", "youtube", "github", "gitlab", "medium", "google", "goo", "apple"}
    | {"crunchbase", "f6s", "etsy", "amazon", "archive", "linktr", "bit", "cloudflare", "eventbrite", "kickstarter"}
)
"""Domains (without their endings) where many have a page: going there is no move of a company's site."""
BUILDERS = frozenset(
    {"wix", "wixsite", "wordpress", "blogspot", "webnode", "jimdo", "weebly", "squarespace", "notion", "shopify", "webflow"}
    | {"godaddy", "aruba", "register", "ovh", "ionos", "strikingly", "carrd", "framer", "netlify", "vercel"}
)
"""Domains of those who host sites: a company's own begins with its name."""


class Reason(StrEnum):
    """Why two startups are held for one company."""

    VAT = "vat"
    REDIRECT = "redirect"
    ADDRESS = "address"
    MIRROR = "mirror"


@dataclass(frozen=True, slots=True)
class Presence:
    """What is known of a startup that can tell it from others."""

    startup_id: str
    name: str
    url: str = ""
    """Its seed."""
    led_to: str = ""
    """Where the seed led, in the end, if elsewhere."""
    vat: str = ""
    """As its own site states it."""
    parked: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A reason to hold two startups for one company."""

    startup_id: str
    same_as: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Move:
    """A site that went to another domain."""

    old: str
    new: str
    """Hosts."""
    renamed: bool
    """Whether the new domain bears another name, and not only another ending."""

    @property
    def detail(self) -> str:
        """What to tell a person."""
        return f"{self.old} leads to {self.new}" + (", under another name" if self.renamed else "")


def moved(seed: str, led_to: str) -> Move | None:
    """Tell whether the site of a seed went to another domain.

    None for other spellings of the same site (scheme, `www`, a language's folder), for subdomains of one domain, and where the
    seed leads to a seller of domains or to a platform that many share.
    """
    old, new = (canonical_url(url) for url in (seed, led_to))
    if not old or not new or Site.of(old).same_host(new) or parking_host(new):
        return None
    old_host, new_host = bare_host_of(old), bare_host_of(new)
    if old_host.endswith(f".{new_host}") or new_host.endswith(f".{old_host}"):
        return None
    if not labels_of(new) or _on_platform(new):
        return None
    return Move(old_host, new_host, renamed=not set(labels_of(old)) & {*labels_of(new), *_names_at_builder(new_host)})


def follows(seed: str, led_to: str) -> bool:
    """Tell whether the site of a seed is to be read where it went: on another domain (see `moved`), or below its own."""
    if moved(seed, led_to) is not None:
        return True
    old, new = (bare_host_of(canonical_url(url) or "") for url in (seed, led_to))
    return bool(old) and new.endswith(f".{old}") and not _on_platform(seed)


def same_company(presences: Sequence[Presence], pages_of: Callable[[str], Sequence[Page]] = lambda _: ()) -> tuple[Link, ...]:
    """Return why which startups are one company, each pair once per reason.

    A link needs more than a name: the same VAT number; a seed that leads to the other's site; the same address under names
    alike; or the same pages (see `duplicates.mirrors`) where one names the other. Two different VAT numbers speak against
    address and pages. What many share (`MANY`) links nobody, nor does a parked domain.

    Args:
        presences: the startups.
        pages_of: returns a startup's stored pages; without it mirrors are not looked for.
    """
    alive = [presence for presence in presences if not presence.parked and not parking_host(presence.led_to)]
    links = [*_by_vat(alive), *_by_redirect(alive), *_by_address(alive), *_by_mirror(alive, pages_of)]
    return tuple(sorted(set(links), key=lambda link: (link.startup_id, link.same_as, link.reason)))


def _by_vat(presences: Iterable[Presence]) -> Iterator[Link]:
    holders: dict[str, list[Presence]] = defaultdict(list)
    for presence in presences:
        if number := _vat(presence):
            holders[number].append(presence)
    for number, holding in holders.items():
        yield from _all_pairs(holding, Reason.VAT, f"both state the VAT number {number}")


def _by_redirect(presences: Sequence[Presence]) -> Iterator[Link]:
    owners: dict[str, list[tuple[Presence, Site]]] = defaultdict(list)
    for presence in presences:
        if url := canonical_url(presence.url):
            owners[bare_host_of(url)].append((presence, Site.of(url)))
    leading: dict[str, list[tuple[Presence, Presence]]] = defaultdict(list)
    for presence in presences:
        seed, target = canonical_url(presence.url), canonical_url(presence.led_to)
        if not seed or not target or Site.of(seed).holds(target):
            continue
        for owner, site in owners[bare_host_of(target)]:
            if (
                owner.startup_id != presence.startup_id
                and site.holds(target)
                and not (site.folder == "/" and _on_platform(target))
            ):
                leading[owner.startup_id].append((presence, owner))
    for pairs in leading.values():
        if len(pairs) < MANY:
            for one, owner in pairs:
                yield _link(one, owner, Reason.REDIRECT, f"{one.url} leads to {one.led_to}, the site of {owner.startup_id}")


def _by_address(presences: Iterable[Presence]) -> Iterator[Link]:
    holders: dict[Site, list[Presence]] = defaultdict(list)
    for presence in presences:
        if url := canonical_url(presence.url):
            holders[Site.of(url)].append(presence)
    for site, holding in holders.items():
        if len(holding) < MANY:
            for one, other in combinations(holding, 2):
                if _names_alike(one.name, other.name) and not _differ_in_vat(one, other):
                    yield _link(one, other, Reason.ADDRESS, f"both live at {site.host}{site.folder} under names alike")


def _by_mirror(presences: Sequence[Presence], pages_of: Callable[[str], Sequence[Page]]) -> Iterator[Link]:
    known = {presence.startup_id: presence for presence in presences}
    for mirror in mirrors(sorted(known), pages_of):
        one, other = known[mirror.first], known[mirror.second]
        named = (
            _names_alike(one.name, other.name)
            or _says(pages_of(one.startup_id), other.name)
            or _says(pages_of(other.startup_id), one.name)
        )
        if named and not _differ_in_vat(one, other):
            mine, theirs = mirror.pages[0]
            detail = (
                f"{len(mirror.pages)} pages say the same, {mirror.share:.0%} of the smaller site, such as {mine} and {theirs}"
            )
            yield _link(one, other, Reason.MIRROR, detail)


def _all_pairs(holding: Sequence[Presence], reason: Reason, detail: str) -> Iterator[Link]:
    if len(holding) < MANY:
        for one, other in combinations(holding, 2):
            yield _link(one, other, reason, detail)


def _link(one: Presence, other: Presence, reason: Reason, detail: str) -> Link:
    first, second = sorted((one.startup_id, other.startup_id))
    return Link(first, second, reason, detail)


def _vat(presence: Presence) -> str:
    read = vat_number(presence.vat)
    return read.number if read else ""


def _differ_in_vat(one: Presence, other: Presence) -> bool:
    return bool(_vat(one) and _vat(other) and _vat(one) != _vat(other))


def _names_alike(one: str, other: str) -> bool:
    """Tell whether two names may be one: equal without legal form, one within the other, or one short for the other."""
    first, second = sorted((key_of(one), key_of(other)), key=len)
    if not first:
        return False
    return (
        first == second
        or (len(first) >= SHORTEST_NAME and second.startswith(first))
        or is_short_for(first, max(one, other, key=len))
    )


def _says(pages: Sequence[Page], name: str) -> bool:
    key = key_of(name)
    return len(key) >= SHORTEST_NAME and any(key in BREAK.sub("", f"{page.title} {page.text}".casefold()) for page in pages)


def _on_platform(url: str) -> bool:
    labels = bare_host_of(url).split(".")
    name = labels[-2] if len(labels) > 1 else ""
    return name in NETWORKS or (name in BUILDERS and len(labels) == 2)  # noqa: PLR2004  # no name before it


def _names_at_builder(host: str) -> list[str]:
    labels = host.split(".")
    return labels[-3:-2] if labels[-2:-1] and labels[-2] in BUILDERS else []
