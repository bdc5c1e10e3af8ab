"""What of a page is not its main text: scripts, menus, footers, forms, cookie notices, hidden parts."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

from crawler.metadata import attribute

NEVER_TEXT = frozenset(
    {
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "canvas",
        "video",
        "audio",
        "object",
        "embed",
        "iframe",
        "map",
        "input",
        "select",
        "textarea",
        "button",
        "progress",
        "meter",
        "datalist",
        "head",
    }
)
ROLES = frozenset(
    {
        "navigation",
        "contentinfo",
        "search",
        "menu",
        "menubar",
        "dialog",
        "alertdialog",
        "alert",
        "status",
        "tooltip",
        "toolbar",
        "tablist",
    }
)
HIDDEN_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
WORD = re.compile(r"[a-z]+|\d+")
CONSENT_NAMES = re.compile(r"cookie|consent|gdpr|eu-?privacy", re.IGNORECASE)
CONSENT_TOOLS = re.compile(
    r"iubenda-cs|onetrust|optanon|cybot|didomi|usercentrics|quantcast|qc-cmp|termly|osano|klaro|complianz|cmplz|borlabs|\bcky-"
    r"|cli-modal|\bcc-(window|banner|overlay)|tarteaucitron|\beuc-",
    re.IGNORECASE,
)
CONSENT_WORDS = re.compile(
    r"(questo sito|il sito|noi|we|this (web)?site|our (web)?site|by (continuing|using)|diese (web)?site|ce site)"
    r".{0,120}\bcookies?\b",
    re.IGNORECASE | re.DOTALL,
)
CONSENT_CHOICES = re.compile(
    r"\b(accett[ao]|accettare|rifiut[ao]|ok|accept|agree|allow|decline|reject|got it|consenti|ho capito|chiudi|acconsent\w+|"
    r"maggiori informazioni|learn more|read more|preferenze|preferences|akzeptieren|accepter)\b",
    re.IGNORECASE,
)
NOTICE_TAGS = frozenset({"div", "section", "aside", "p", "dialog"})
LONGEST_NOTICE = 1500
MENU_NAMES = frozenset(
    {
        "nav",
        "navbar",
        "navigation",
        "navmenu",
        "menu",
        "submenu",
        "breadcrumb",
        "breadcrumbs",
        "topbar",
        "offcanvas",
        "hamburger",
    }
)
FOOTER_NAMES = frozenset({"footer", "colophon", "copyright", "credits"})
SKIP_NAMES = frozenset(
    {
        "skip",
        "skiplink",
        "preloader",
        "loader",
        "screenreader",
        "sharing",
        "sharedaddy",
        "addtoany",
        "backtotop",
        "scrolltop",
    }
)
SIDE_TAGS = frozenset({"nav", "footer", "dialog", "aside", "form"})
LIST_TAGS = frozenset({"ul", "ol", "menu"})
LONGEST_SKIP = 200
FRAME_TAGS = frozenset({"html", "body", "main", "article"})
PAGE_TAGS = frozenset({"main", "article", "h1"})
TEXT_TAGS = PAGE_TAGS | {"h2", "p"}
MOST_TAGS = 2000
MOST_NOTICE_NODES = 150
LONGEST_MENU_ITEM = 40
LEAST_PARAGRAPH = 60
FEWEST_MENU_LINKS = 3
LINK_SHARE = 0.7


def remove_boilerplate(soup: BeautifulSoup) -> None:
    """Take what is not main text out of a parsed page, in place."""
    on_cookies = any("cookie" in text.lower() for text in soup.strings)
    _remove(soup, lambda tag: tag.name in NEVER_TEXT or _is_hidden(tag) or _is_consent(tag, on_cookies=on_cookies))
    _remove(soup, _is_frame)


def walk(tag: Tag) -> Iterator[PageElement]:
    """Yield all that is left within a tag, in order of the page.

    To be used in place of Beautiful Soup's own searches once `remove_boilerplate` was there.
    """
    waiting = list(reversed(tag.contents))
    while waiting:
        element = waiting.pop()
        yield element
        if isinstance(element, Tag):
            waiting.extend(reversed(element.contents))


def _remove(soup: BeautifulSoup, unwanted: Callable[[Tag], bool]) -> None:
    """Remove tags from the outside in; what was taken out is not looked at again.

    Contents are set anew per tag: `extract` searches the siblings each time, which takes minutes on hostile pages.
    """
    waiting: list[Tag] = [soup]
    while waiting:
        tag = waiting.pop()
        tag.contents = [child for child in tag.contents if not (isinstance(child, Tag) and unwanted(child))]
        waiting.extend(child for child in tag.contents if isinstance(child, Tag))


def _is_hidden(tag: Tag) -> bool:
    if not tag.attrs or tag.name in FRAME_TAGS:
        return False
    hidden = tag.get("hidden")
    return (
        (hidden is not None and attribute(tag, "hidden").lower() != "until-found")
        or attribute(tag, "aria-hidden").lower() == "true"
        or bool(HIDDEN_STYLE.search(attribute(tag, "style")))
    )


def _names(tag: Tag) -> str:
    return f"{attribute(tag, 'id')} {attribute(tag, 'class')}".strip() if tag.attrs else ""


def _is_consent(tag: Tag, *, on_cookies: bool) -> bool:
    if tag.name in FRAME_TAGS:
        return False
    names = _names(tag)
    if CONSENT_TOOLS.search(names):
        return not _holds_page(tag)
    if CONSENT_NAMES.search(names):
        return _short_text(tag, LONGEST_NOTICE) is not None and not _holds_page(tag)
    if on_cookies and tag.name in NOTICE_TAGS:
        text = _short_text(tag, LONGEST_NOTICE // 2)
        return text is not None and bool(CONSENT_WORDS.search(text)) and _is_fixed(tag, names, text)
    return False


def _is_fixed(tag: Tag, names: str, text: str) -> bool:
    """Tell a notice laid over the page from a sentence on cookies in the page."""
    laid_over = "position" in attribute(tag, "style") or re.search(
        r"banner|bar\b|popup|modal|overlay|notice|alert|toast", names
    )
    return bool(laid_over) or (bool(CONSENT_CHOICES.search(text)) and tag.find_parent(["main", "article"]) is None)


def _is_frame(tag: Tag) -> bool:
    if tag.name in FRAME_TAGS:
        return False
    role = attribute(tag, "role").lower() if tag.attrs else ""
    words = frozenset(WORD.findall(_names(tag).lower())) if tag.attrs else frozenset()
    if tag.name == "header" or role == "banner":
        return not _says_something(tag)
    if tag.name in SIDE_TAGS or role in ROLES or words & FOOTER_NAMES:
        return not _holds_page(tag)
    if words & SKIP_NAMES:
        return _short_text(tag, LONGEST_SKIP) is not None
    return bool(words & MENU_NAMES or tag.name in LIST_TAGS) and _is_menu(tag)


def _holds_page(tag: Tag) -> bool:
    """Tell whether a frame of the page wraps its main text too (as server forms do)."""
    tags = _tags(tag)
    names = Counter(child.name for child in tags)
    return bool(names.keys() & PAGE_TAGS) or names["h2"] > 1 or len(tags) >= MOST_TAGS


def _says_something(tag: Tag) -> bool:
    """Tell a landing page's opening from a bar with logo and menu."""
    tags = _tags(tag)
    if len(tags) >= MOST_TAGS or any(child.name in {"h1", "h2"} for child in tags):
        return True
    paragraphs = (child for child in tags if child.name == "p")
    return any(len(_text(p)) >= LEAST_PARAGRAPH and p.find_parent("nav") is None for p in paragraphs)


def _is_menu(tag: Tag) -> bool:
    tags = _tags(tag)
    if len(tags) >= MOST_TAGS or any(child.name in TEXT_TAGS for child in tags):
        return False
    links = [text for child in tags if child.name == "a" and (text := _text(child))]
    if len(links) < FEWEST_MENU_LINKS:
        return False
    linked = sum(map(len, links))
    everything = len(_text(tag).replace(" ", "")) + len(links)
    return linked >= LINK_SHARE * everything and linked / len(links) <= LONGEST_MENU_ITEM


def _text(tag: Tag) -> str:
    return " ".join(word for node in walk(tag) if isinstance(node, NavigableString) for word in node.split())


def _tags(tag: Tag) -> list[Tag]:
    """Return the first tags within a tag. What holds more than `MOST_TAGS` is no menu and is not read through."""
    return [child for child in islice(walk(tag), 2 * MOST_TAGS) if isinstance(child, Tag)][:MOST_TAGS]


def _short_text(tag: Tag, longest: int) -> str | None:
    """Return a tag's text where it has no more than `longest` characters, without reading on in long ones."""
    parts: list[str] = []
    length = 0
    for number, node in enumerate(walk(tag)):
        if number > MOST_NOTICE_NODES:
            return None
        if isinstance(node, NavigableString) and (text := node.strip()):
            parts.append(text)
            length += len(text) + 1
            if length > longest:
                return None
    return " ".join(parts)
