"""What of a page is not its main text: scripts, menus, footers, forms, cookie notices, hidden parts."""

from functools import partial

from bs4 import Tag

from crawler.page.article import cut_to_core, says_article
from crawler.page.consent import is_consent
from crawler.page.hidden import hiding_names, is_hidden
from crawler.page.measures import LIST_TAGS, Measure, keep, measure
from crawler.page.names import Names, names
from crawler.page.parsing import Element, attribute, shown_tags

ROLES = frozenset(
    """navigation contentinfo search menu menubar dialog alertdialog alert status tooltip toolbar tablist""".split()  # noqa: SIM905
)
SURE_TAGS = frozenset({"nav", "footer"})
SIDE_TAGS = frozenset({"dialog", "aside", "form"})
FRAME_TAGS = frozenset({"html", "body", "main", "article"})
LONGEST_SKIP = 200
LONGEST_BUTTON = 50
LONGEST_MENU_ITEM = 40
FEWEST_MENU_LINKS = 3
LINK_SHARE = 0.7
LEAST_ASIDE, ASIDE_LINKS = 300, 0.2
"""An aside that says that much with so few links is a part of the text set off from the rest."""
LEAST_BESIDE_TALK = 300
ASIDE_SHARE, SIDE_SHARE, TALK_SHARE = 0.3, 0.6, 0.8
"""Shares of a page's prose from which a tag holds the page's text, whatever it is called."""


def main_tags(root: Element) -> Tag:
    """Return the main text of a parsed page as tags, see `shown_tags`."""
    hiding = hiding_names(root)
    page = shown_tags(root, partial(is_hidden, hiding=hiding))
    measures = measure(page)
    whole = measures[id(page)]
    keep(page, lambda tag: tag.name in FRAME_TAGS or not _is_frame(tag, measures[id(tag)], whole))
    cut_to_core(page, said=says_article(root))
    return page


def _is_frame(tag: Tag, own: Measure, page: Measure) -> bool:
    role = attribute(tag, "role").lower() if tag.attrs else ""
    named = names(tag)
    if tag.name == "header" or role == "banner":
        return not _says_something(own)
    if tag.name in SURE_TAGS:
        return not own.main
    if tag.name == "aside" and not named.aside and own.prose >= LEAST_ASIDE and own.linked < ASIDE_LINKS * own.text:
        return False
    if tag.name in SIDE_TAGS or role in ROLES or named.footer:
        return not own.main and own.prose <= SIDE_SHARE * page.prose and (tag.name != "form" or own.h2 <= 1)
    if named.talk or named.laid_over or named.aside:
        has_rest = not named.talk or page.text - own.text > LEAST_BESIDE_TALK
        return has_rest and not _holds_page(own, page, TALK_SHARE if named.talk or named.laid_over else ASIDE_SHARE)
    return _is_label(named, own) or is_consent(tag, named, own) or ((named.menu or tag.name in LIST_TAGS) and _is_menu(own))


def _is_label(named: Names, own: Measure) -> bool:
    """Tell a button or a link that skips a menu, however it is made."""
    text = own.text + own.line
    is_button = named.button and not own.prose and not own.headings and text < LONGEST_BUTTON
    return is_button or (named.skip and text < LONGEST_SKIP)


def _holds_page(own: Measure, page: Measure, share: float) -> bool:
    """Tell whether a frame of the page wraps its main text too (as server forms do)."""
    return own.h1 > 0 or own.prose > share * page.prose or own.text - own.linked > share * (page.text - page.linked)


def _says_something(own: Measure) -> bool:
    """Tell a landing page's opening from a bar with logo and menu."""
    return own.prose > 0 or own.h2 > 0 or own.main > 0


def _is_menu(own: Measure) -> bool:
    if own.main or own.h2 or own.prose or own.links < FEWEST_MENU_LINKS:
        return False
    return own.linked >= LINK_SHARE * own.text and own.linked / own.links <= LONGEST_MENU_ITEM
