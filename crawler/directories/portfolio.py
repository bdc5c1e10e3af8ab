"""An accelerator's portfolio: the startups that one of its pages links to."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from soupsieve import SelectorSyntaxError

from crawler.directories.entries import Document, Entry
from crawler.directories.fields import LONGEST_TEXT, Fields, complete_address
from crawler.directories.shapes import entry_of
from crawler.directories.table import list_name, record_key, slug
from crawler.directories.wording import one_line, readable
from crawler.errors import DirectoryError
from crawler.rows import BadLineError
from crawler.seeds import LONGEST_NAME, Problem
from crawler.urls import bare_host_of, canonical_url, page_key

ANY_LINK = "a[href]"
MOST_ELEMENTS = 20_000
LOOKS_LIKE_HTML = re.compile(rb"<\s*(?:!doctype|html|head|body|a|div|ul|table|section|main)\b", re.IGNORECASE)
NO_NAME = re.compile(
    r"^(?:(?:visit|view|open|see|go to)?\s*(?:the\s+)?(?:web\s?site|site|homepage|link|page|profile|more)"
    r"|read more|learn more|find out more|discover|sito(?: web)?|visita(?: il)?(?: sito)?(?: web)?|vai al sito"
    r"|scopri(?: di più)?|leggi(?: tutto| di più)?|logo|https?://\S*|www\.\S*|→|»|>)$",
    re.IGNORECASE,
)


class Portfolio:
    """The links off a page, those that a CSS selector picks; an element that is no link stands for the first link in it."""

    name = "portfolio"
    title = "An accelerator's portfolio page (HTML): the sites that it links to"
    start: str | None = None

    def __init__(self, selector: str = "", source: str = "") -> None:
        """Take what picks the links, and what to call the portfolio.

        Args:
            selector: CSS; empty picks every link that leads to another site.
            source: by default the page's host, or the file's name.
        """
        self._selector = selector
        self._source = source

    def entries(self, document: Document) -> Iterator[Entry | Problem]:
        """Yield the entry of each startup, see `Directory`; numbers of problems count the elements that were picked."""
        if not LOOKS_LIKE_HTML.search(document.body):
            raise DirectoryError(f"{document.origin} is no web page: save the portfolio's page as HTML, or give its address")
        page = BeautifulSoup(document.body.replace(b"\0", b""), "lxml")
        try:
            picked = page.select(self._selector or ANY_LINK, limit=MOST_ELEMENTS)
        except (SelectorSyntaxError, NotImplementedError, ValueError) as error:
            reason = " ".join(str(error).split())[:120]
            raise DirectoryError(f"--select {self._selector!r} is no CSS selector: {reason}") from error
        if not picked:
            raise DirectoryError(f"{document.origin} has nothing that {self._selector or ANY_LINK!r} picks: check --select")
        base = page.find("base", href=True)
        root = urljoin(document.url, str(base["href"])) if isinstance(base, Tag) else document.url
        yield from self._read(document, picked, root)

    def more(self, document: Document) -> tuple[str, ...]:
        """Return no address: what a portfolio does not show at once, it shows by script."""
        del document
        return ()

    def _read(self, document: Document, picked: list[Tag], root: str) -> Iterator[Entry | Problem]:
        seen: dict[str, int] = {}
        left: list[int] = []
        for number, element in enumerate(picked, start=1):
            fields = Fields({})
            try:
                link = self._link(element, root, document)
                if link is None:
                    left.append(number)
                    continue
                key = page_key(canonical_url(link) or link).rstrip("/")
                if key in seen:
                    # A card links to its startup by logo, name and button: the first of them is the record.
                    if self._selector:
                        told = f"{link[:80]!r} is linked to in link {seen[key]} already, which was taken"
                        yield Problem(number, told, unit="link")
                    continue
                entry = self._entry(fields, document, element, link)
                seen[key] = number
            except BadLineError as error:
                yield Problem(number, str(error), unit="link")
                continue
            yield from (Problem(number, warning, kept=True, unit="link") for warning in fields.warnings)
            yield entry
        if left:
            more = f", like {len(left) - 1} more" if len(left) > 1 else ""
            yield Problem(left[0], f"leads to no other site{more}: passed over", kept=True, unit="link")

    def _link(self, element: Tag, root: str, document: Document) -> str | None:
        """Return where an element leads; None for a link within the page's own site that nobody picked on purpose."""
        anchor = element if element.name == "a" else element.select_one("a[href]") or element.find_parent("a", href=True)
        href = str(anchor.get("href", "")).strip() if isinstance(anchor, Tag) else ""
        if not href:
            if self._selector:
                raise BadLineError("no link: the element that was picked holds none")
            return None
        link = _joined(root, href)
        home = bare_host_of(document.url or root)
        if link is None or (home and bare_host_of(link) == home):
            if self._selector:
                raise BadLineError(f"{one_line(href)[:80]!r} is no address of another site: pick the link to the startup's own")
            return None
        return link

    def _entry(self, fields: Fields, document: Document, element: Tag, link: str) -> Entry:
        source = self._source or list_name(document)
        said = one_line(element.get_text(" "))
        name = _name(element, said, link)
        lines = [line for line in readable(element.get_text("\n", strip=True)).split("\n") if line and not NO_NAME.match(line)]
        return entry_of(
            fields,
            document,
            source=source,
            prefix=slug(source),
            record_id=record_key(name, link),
            text="\n".join(lines)[:LONGEST_TEXT] if lines != [name] else "",
            name=name,
            site=link,
            record_url=document.url or None,
        )


def _joined(root: str, href: str) -> str | None:
    if not root and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", href):
        return None
    try:
        return complete_address(urljoin(root, href))
    except ValueError:
        return None


def _name(element: Tag, said: str, link: str) -> str:
    """Return what an element calls the startup: its heading, its text, the name of its image or its title; else the host."""
    heading = element.select_one("h1, h2, h3, h4, h5, h6, [class*=name], [class*=title], strong, b")
    image = element.select_one("img[alt]")
    offered = (
        one_line(heading.get_text(" ")) if heading else "",
        said if len(said) <= 80 else "",  # noqa: PLR2004  # longer is a description
        str(image.get("alt", "")) if image else "",
        str(element.get("title") or element.get("aria-label") or ""),
    )
    for one in map(one_line, offered):
        trimmed = re.sub(r"^(?:logo(?: of| di)?|visit|visita)\s+|\s+logo$", "", one, flags=re.IGNORECASE)
        if trimmed and not NO_NAME.match(trimmed):
            return trimmed[:LONGEST_NAME]
    return bare_host_of(link)
