from pathlib import PurePath

import pytest

from crawler.page.sitewide import repeated_lines, sites_of, without_lines
from crawler.records import Block

FOOT = "Acme S.r.l., Via Roma 1, Varese"


def page(number: int, *more: str) -> tuple[Block, ...]:
    return (
        Block(f"Page {number}", "\n".join((f"What page {number} says", f"and says {number} again", *more))),
        Block("Where", FOOT),
    )


def test_what_most_pages_of_a_site_repeat_is_repeated() -> None:
    assert repeated_lines([page(number) for number in range(4)]) == {"Where", FOOT}


def test_two_pages_tell_nothing() -> None:
    assert not repeated_lines([page(0), page(1)])


def test_what_few_of_many_pages_repeat_is_text() -> None:
    pages = [page(number, *(["Die casting"] if number < 3 else [])) for number in range(10)]
    assert "Die casting" not in repeated_lines(pages)


def test_a_page_that_stands_at_several_addresses_is_counted_once() -> None:
    pages = [page(0)] * 5 + [page(1), page(2)]
    assert repeated_lines(pages) == {"Where", FOOT}


def test_order_of_the_pages_does_not_matter() -> None:
    pages = [page(number, *(["Offer"] if number % 2 else [])) for number in range(7)]
    assert repeated_lines(pages) == repeated_lines(pages[::-1])


def test_repeated_lines_are_taken_out_and_empty_blocks_with_them() -> None:
    blocks = (Block("Where", f"{FOOT}\nopen at nine"), Block("Where", FOOT), Block("", FOOT), Block("Kept", ""))
    assert without_lines(blocks, frozenset({"Where", FOOT})) == (Block("Where", "open at nine"), Block("Kept", ""))


def test_nothing_repeated_leaves_a_page_as_it_is() -> None:
    assert without_lines(page(1), frozenset()) == page(1)


@pytest.mark.parametrize("root", ["/", "/sites"])
def test_files_are_pages_of_the_site_whose_folder_they_share(root: str) -> None:
    files = [PurePath(root, site, name) for site in ("acme", "other", "third") for name in ("a.html", "de/b.html", "de/c.html")]
    other = [(Block("", f"Other {number}\nOther foot"),) for number in range(3)]
    third = [(Block("", f"Third {number}"),) for number in range(3)]
    pages = [*(page(number) for number in range(3)), *other, *third]
    assert sites_of(files, pages) == (frozenset({"Where", FOOT}),) * 3 + (frozenset({"Other foot"}),) * 3 + (frozenset(),) * 3
