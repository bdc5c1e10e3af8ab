"""The names that a tag carries, its id and classes: what they say of its place on the page."""

import re
from dataclasses import dataclass
from functools import lru_cache

from bs4 import Tag

LONGEST = 500
"""Characters of a tag's names that are read."""
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
LAYOUT_PREFIXES = ("elementor-", "wp-block-", "fusion-", "et_", "vc_", "wpb_", "avia-", "has-", "is-", "no-", "with-")
"""Of page builders, whose every box is a widget, and of classes that tell a state."""
MENU_WORDS = frozenset(
    """nav navbar navigation navmenu menu submenu breadcrumb breadcrumbs topbar offcanvas hamburger""".split()  # noqa: SIM905
)
FOOTER_WORDS = frozenset({"footer", "colophon", "copyright", "credits"})
SKIP_WORDS = frozenset(
    """skip skiplink preloader loader screenreader sharing sharedaddy addtoany backtotop scrolltop""".split()  # noqa: SIM905
)
ASIDE_WORDS = frozenset(
    """
    related recommended recommendations recommendation similar trending popular outbrain taboola nocontent
    share sharing social shariff addthis sharedaddy newsletter subscribe subscription signup optin
    pagination pager sponsored sponsor advertisement advert advertorial adsense adv ad ads
    sidebar widget widgets breadcrumb breadcrumbs search login
    """.split()  # noqa: SIM905  # reads better than 40 quoted lines
)
ASIDE_PARTS = re.compile(
    r"newsletter|breadcrumb|sidebar|outbrain|taboola|advertis|pagination|subscri(?:be|ption)|related|recommend"
)
"""Of names in lower case, as all patterns below."""
LAID_OVER_WORDS = frozenset({"popup", "modal", "lightbox", "dialog"})
BESIDE_WORDS = frozenset(
    """
    author byline bio vcard meta metadata date datetime dateline published updated tags taglist tagcloud categories caption
    recent prev next reply secondary email print copyright credit credits toc legend readmore more actions promo
    """.split()  # noqa: SIM905
)
"""Of what stands around the text of an article; elsewhere these may be the text."""
BUTTON_WORDS = frozenset({"btn", "button", "cta"})
TALK = re.compile(
    r"(?:^|[-_\s])(?:comments|kommentare?|commenti|commentaires|respond|disqus)(?:[-_\s]|$)"
    r"|(?:^|\s)comment(?:-\d+)?(?:\s|$)|comment-?(?:s|list|form|area|box|section|wrap)"
)
BODY = re.compile(
    r"(?:^|\s)(?:[a-z]+[-_])?(?:article|artikel|articulo|entry|post|story|news|blog|body)[-_]*(?:body|content|contents|text|copy|inner)"
    r"(?:[-_]\S*)?(?:\s|$)"
)
FOLDED = re.compile(r"accordion|collaps|toggle|faq|expand|(?:^|[-_\s])tabs?(?:[-_\s]|$)|tab-?(?:pane|content|panel)")
CONSENT_TOOLS = re.compile(
    r"iubenda-cs|onetrust|optanon|cybot|didomi|usercentrics|quantcast|qc-cmp|termly|osano|klaro|complianz|cmplz|borlabs|\bcky-"
    r"|cli-modal|\bcc-(window|banner|overlay)|tarteaucitron|\beuc-"
)
CONSENT = re.compile(r"cookie|consent|gdpr|eu-?privacy")


@dataclass(frozen=True, slots=True)
class Names:
    """What the names of a tag say of it; each may be wrong, so weigh it with what the tag holds."""

    menu: bool = False
    footer: bool = False
    skip: bool = False
    aside: bool = False
    """Beside the main text: related links, sharing, sidebars, advertisements."""
    laid_over: bool = False
    talk: bool = False
    """Comments of readers."""
    beside: bool = False
    """Author, date, tags of an article."""
    button: bool = False
    body: bool = False
    """The text of an article."""
    folded: bool = False
    """What a reader opens with a click: tabs and folds."""
    consent_tool: bool = False
    """The notice of a usual tool for cookie notices."""
    consent: bool = False
    """Cookies or privacy."""


NAMELESS = Names()


def text_of_names(tag: Tag) -> str:
    """Return id and classes of a tag, parted by spaces."""
    return _joined(*_named(tag)) if tag.attrs else ""


def names(tag: Tag) -> Names:
    """Tell what the id and the classes of a tag say of it."""
    return _read(*_named(tag)) if "class" in tag.attrs or "id" in tag.attrs else NAMELESS


def _named(tag: Tag) -> tuple[str, str]:
    return str(tag.attrs.get("id", ""))[:LONGEST], str(tag.attrs.get("class", ""))[:LONGEST]


def _joined(key: str, classes: str) -> str:
    return f"{key} {classes}".strip()[:LONGEST]


@lru_cache(maxsize=20_000)
def _read(key: str, classes: str) -> Names:
    text = _joined(key, classes)
    own = " ".join(name for name in text.split() if not name.startswith(LAYOUT_PREFIXES))
    words = frozenset(word.lower() for word in WORD.findall(own))
    text, own = text.lower(), own.lower()
    return Names(
        menu=bool(words & MENU_WORDS),
        footer=bool(words & FOOTER_WORDS),
        skip=bool(words & SKIP_WORDS),
        aside=bool(words & ASIDE_WORDS or ASIDE_PARTS.search(own)),
        laid_over=bool(words & LAID_OVER_WORDS) and "gallery" not in words,
        talk=bool(TALK.search(own)),
        beside=bool(words & BESIDE_WORDS),
        button=bool(words & BUTTON_WORDS),
        body=bool(BODY.search(text)),
        folded=bool(FOLDED.search(text)),
        consent_tool=bool(CONSENT_TOOLS.search(text)),
        consent=bool(CONSENT.search(text)),
    )
