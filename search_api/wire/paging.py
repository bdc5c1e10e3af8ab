"""Page tokens: where an answer goes on, and of which snapshot and need."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, replace

from crawler.errors import ScoutError
from indexer.results import Need

LONGEST = 500
"""Characters of a token, at most."""
FARTHEST = 1_000_000
"""Matches that may be left out, at most: more than any snapshot has."""


class PageError(ScoutError):
    """A page that cannot be shown as it is asked for."""

    code = "bad-page"
    status = 422


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins."""

    snapshot: str | None
    """The one that answers; None for whichever is current."""
    offset: int
    reranked: str | None = None
    """Which reranker ordered the pages before, empty for none; None for the first page."""


def token_of(need: Need, snapshot: str, offset: int, reranked: str = "") -> str:
    """Return the token of the page that begins at `offset`: letters, digits, `-` and `_`.

    It tells which reranker ordered the pages before, if one did, so that this page keeps to their order.
    """
    said = json.dumps([snapshot, offset, _digest(need), *filter(None, [reranked])])
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def place_of(token: str, need: Need) -> Place:
    """Return where the page of a token begins.

    Raises:
        PageError: it is no token, or that of another need.
    """
    try:
        said = json.loads(base64.b64decode(token.encode() + b"=" * (-len(token) % 4), b"-_", validate=True))
        snapshot, offset, digest, *more = said
        (reranked,) = more or ("",)
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise PageError("this is no page token: send `next` of an answer, as it stands") from error
    if not (isinstance(snapshot, str) and isinstance(reranked, str)) or type(offset) is not int or not 0 <= offset <= FARTHEST:
        raise PageError("this is no page token: send `next` of an answer, as it stands")
    if digest != _digest(need):
        raise PageError("the page token is that of another search: send it with the same need, filters and options")
    return Place(snapshot, offset, reranked)


def _digest(need: Need) -> str:
    """Return what tells searches apart that rank startups in another order."""
    alike = replace(need, limit=0, offset=0, reranked=None)
    return hashlib.sha256(repr(alike).encode("utf-8", "surrogatepass")).hexdigest()[:16]
