"""Pages of an answer: together they are the whole list, whatever their sizes, and all of them tell its size and verdict."""

from itertools import cycle

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indexer.errors import NeedError
from indexer.results import MAX_LIMIT, Filters, Match, Need
from indexer.searcher import Searcher
from tests.indexer.conftest import steady
from tests.indexer.test_searcher import FILTERS, NEEDS, are_ranges

WITHOUT = st.sampled_from(["", " without laser", " senza acciaio"])


@settings(steady, max_examples=20)
@given(
    text=NEEDS,
    without=WITHOUT,
    filters=FILTERS,
    diverse=st.booleans(),
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=5),
)
def test_pages_together_are_the_whole_list_without_doubles_or_gaps(
    searcher: Searcher, text: str, without: str, filters: Filters, *, diverse: bool, sizes: list[int]
) -> None:
    assume(are_ranges(filters))
    whole = searcher.search(Need(text + without, MAX_LIMIT, filters, diverse=diverse))
    assert whole.total == len(whole.matches)
    turned: list[Match] = []
    offset, turns = 0, cycle(sizes)
    while offset < whole.total:
        page = searcher.search(Need(text + without, next(turns), filters, offset=offset, diverse=diverse))
        assert page.total == whole.total
        assert page.facets == whole.facets
        turned += page.matches
        assert page.verdict is whole.verdict
        offset += len(page.matches)
    assert tuple(turned) == whole.matches
    beyond = searcher.search(Need(text + without, 3, filters, offset=whole.total, diverse=diverse))
    assert (beyond.matches, beyond.total) == ((), whole.total)


def test_an_offset_below_zero_is_refused(searcher: Searcher) -> None:
    with pytest.raises(NeedError, match="offset is -1"):
        searcher.search(Need("laser", offset=-1))
