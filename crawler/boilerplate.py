"""What of a page is not its main text: scripts, menus, footers, forms, cookie notices, hidden parts."""

import re
from collections.abc import Callable

from bs4 import BeautifulSoup, Tag

from crawler.metadata import attribute

NEVER_TEXT = [
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
]
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
CONSENT_NAMES = re.compile(
    r"cookie|consent|gdpr|iubenda|onetrust|optanon|cybot|didomi|usercentrics|quantcast|qc-cmp|termly|osano|klaro|complianz|cmplz"
    r"|borlabs|cky-|cli-modal|cc-window|cc-banner|cc-overlay|tarteaucitron|eu-?privacy|euc-",
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
LONGEST_MENU_ITEM = 40
LEAST_PARAGRAPH = 60
FEWEST_MENU_LINKS = 3
LINK_SHARE = 0.7


def remove_boilerplate(soup: BeautifulSoup) -> None:
    """Take what is not main text out of a parsed page, in place."""
    for tag in soup.find_all(NEVER_TEXT):
        tag.extract()
    _remove(soup, _is_hidden)
    _remove(soup, _is_consent)
    _remove(soup, _is_frame)


def _remove(soup: BeautifulSoup, unwanted: Callable[[Tag], bool]) -> None:
    """Remove tags from the outside in; what was taken out is not looked at again."""
    gone: set[int] = set()
    for tag in soup.find_all(unwanted):
        if not any(id(parent) in gone for parent in tag.parents):
            gone.add(id(tag))
            tag.extract()


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


def _is_consent(tag: Tag) -> bool:
    if tag.name in FRAME_TAGS or not tag.attrs:
        return False
    names = _names(tag)
    if CONSENT_NAMES.search(names):
        return _short_text(tag, LONGEST_NOTICE) is not None and tag.find("h1") is None
    if tag.name in {"div", "section", "aside", "p", "dialog"}:
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
    return tag.find(["main", "article", "h1"]) is not None or len(tag.find_all("h2", limit=2)) > 1


def _says_something(tag: Tag) -> bool:
    """Tell a landing page's opening from a bar with logo and menu."""
    if tag.find(["h1", "h2"]) is not None:
        return True
    return any(len(p.get_text()) >= LEAST_PARAGRAPH and p.find_parent("nav") is None for p in tag.find_all("p"))


def _is_menu(tag: Tag) -> bool:
    links = [text for a in tag.find_all("a") if (text := a.get_text(" ", strip=True))]
    if len(links) < FEWEST_MENU_LINKS or tag.find(["h1", "h2", "p", "main", "article"]) is not None:
        return False
    linked = sum(map(len, links))
    everything = len("".join(tag.get_text(" ").split())) + len(links)
    return linked >= LINK_SHARE * everything and linked / len(links) <= LONGEST_MENU_ITEM


def _short_text(tag: Tag, longest: int) -> str | None:
    """Return a tag's text where it has no more than `longest` characters, without reading on in long ones."""
    parts: list[str] = []
    length = 0
    for text in tag.stripped_strings:
        parts.append(text)
        length += len(text) + 1
        if length > longest:
            return None
    return " ".join(parts)
