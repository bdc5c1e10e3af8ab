"""How much of a list may be asked for at a time."""

from indexer.errors import NeedError
from indexer.results import MAX_LIMIT


def check_page(limit: int, offset: int, things: str) -> None:
    """Refuse a page that cannot be given; `things` is what the list holds.

    Raises:
        NeedError: the message says why.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise NeedError(f"limit is {limit}: ask for 1 to {MAX_LIMIT} {things}")
    if offset < 0:
        raise NeedError(f"offset is {offset}: it is the number of {things} to leave out, 0 or more")
