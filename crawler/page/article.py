"""The text of an article: told by what the page says of itself or by a flow of paragraphs, and cut out of what surrounds it."""

import re
from itertools import pairwise

from bs4 import Tag

from crawler.page.measures import LIST_TAGS, Measure, Measures, above, keep, keep_children, measure, walk
from crawler.page.names import names
from crawler.page.parsing import Element, attribute

JSON_ARTICLE = re.compile(r'"@type"\s*:\s*\[?\s*"(?:\w{0,40}Article|BlogPosting|Report)"')
SCHEMA_ARTICLE = re.compile(r"schema\.org/\w{0,40}(?:Article|BlogPosting)")
ARTICLE_CLASSES = frozenset({"hentry", "h-entry", "single-post"})
BOXES = frozenset(
    {"html", "body", "main", "article", "section", "div", "form", "header", "center", "table", "tbody", "tr", "td"}
)
"""Tags that one goes into on the way to the text."""
POOR_BOXES = frozenset({"div", "section", "aside", "header", "footer"})
FRAMES = frozenset({"html", "body", "main", "article"})
LEAST_PROSE = 500
LEAST_PROSE_SAID = 150
"""For pages that say that they are articles."""
LEAST_FLOW, FEWEST_PARAGRAPHS = 800, 3
NAMED = 0.4
"""Share of a page's prose in the tag that is named its text."""
DOMINANT = 0.75
"""Share of a tag's prose in the one tag within it that holds the text."""
MOST_OF_PAGE = 0.5
FLOW = 0.6
"""Share of the core's prose in paragraphs that stand in it directly."""
LEAD_LINKS, SECTION_LINKS, PART_LINKS, LIST_LINKS = 0.3, 0.4, 0.1, 0.6
"""Shares of text in links: up to which a lead, a section, one of an article says something; from which a list is links."""
MOST_ASIDE = 0.3
LONGEST_POOR = 200


def says_article(root: Element) -> bool:
    """Tell whether a parsed page says of itself that it is an article."""
    return any(map(_says_article, root.iter("meta", "script"))) or any(map(_is_article, root.iter()))


def _says_article(tag: Element) -> bool:
    if tag.tag == "meta":
        key = (tag.get("property") or tag.get("name") or "").lower()
        is_type = key == "og:type" and tag.get("content", "").strip().lower() == "article"
        return is_type or key == "article:published_time"
    return tag.get("type") == "application/ld+json" and bool(JSON_ARTICLE.search(tag.text or ""))


def _is_article(tag: Element) -> bool:
    if (classes := tag.get("class")) and not ARTICLE_CLASSES.isdisjoint(classes.split()):
        return True
    return tag.get("itemprop") == "articleBody" or bool((kind := tag.get("itemtype")) and SCHEMA_ARTICLE.search(kind))


def cut_to_core(root: Tag, *, said: bool) -> None:
    """Keep the part of a page that holds most of its prose, and what belongs to it; for articles nothing else.

    Args:
        root: the page without its frames.
        said: whether it says that it is an article.
    """
    measures = measure(root)
    page = measures[id(root)]
    if page.prose < (LEAST_PROSE_SAID if said else LEAST_PROSE):
        return
    path = _path_to_core(root, measures, said=said)
    core = measures[id(path[-1])]
    runs = [measures[id(tag)].prose for tag in _tags(path[-1]) if tag.name not in BOXES]
    flows = sum(runs) >= FLOW * core.prose
    is_flow = flows and sum(runs) > LEAST_FLOW and sum(run > 0 for run in runs) >= FEWEST_PARAGRAPHS
    is_article = is_flow or (said and core.text - core.linked >= MOST_OF_PAGE * (page.text - page.linked))
    _cut_around(path, measures, is_article=is_article, is_flow=is_flow)
    if is_article:
        if flows:
            poor = {id(tag) for tag in _tags(path[-1]) if tag.name in POOR_BOXES and _is_poor(measures[id(tag)])}
            keep_children(path[-1], lambda child: id(child) not in poor)
        keep(root, lambda tag: not _is_aside(tag, measures[id(tag)], core))


def _tags(tag: Tag) -> list[Tag]:
    return [child for child in tag.contents if isinstance(child, Tag)]


def _path_to_core(root: Tag, measures: Measures, *, said: bool) -> list[Tag]:
    """Return the tags from the page down to the one within which prose no longer gathers in one place."""
    path: list[Tag] = [root]
    if said:
        least = NAMED * measures[id(root)].prose
        body = next(
            (tag for tag in walk(root) if isinstance(tag, Tag) and _is_body(tag) and measures[id(tag)].prose > least), None
        )
        path = [*reversed([one.tag for one in above(measures[id(body)])]), body] if body else path
    while True:
        boxes = [tag for tag in _tags(path[-1]) if tag.name in BOXES]
        best = max(boxes, key=lambda tag: measures[id(tag)].prose, default=None)
        if best is None or measures[id(best)].prose < DOMINANT * measures[id(path[-1])].prose:
            return path
        path.append(best)


def _is_body(tag: Tag) -> bool:
    return tag.name in BOXES and bool(tag.attrs) and (attribute(tag, "itemprop") == "articleBody" or names(tag).body)


def _cut_around(path: list[Tag], measures: Measures, *, is_article: bool, is_flow: bool) -> None:
    """Keep the title, a lead between it and the core, and, where the page is no article, each section that says something."""
    titled = False
    for parent, child in pairwise(path):
        kept = {id(child)}
        before = True
        for tag in _tags(parent):
            own = measures[id(tag)]
            is_title = before and (own.h1 > 0 or tag.name in {"h1", "h2"})
            titled = titled or (is_title and tag.name != "h2")
            before = before and tag is not child
            is_part = _is_part(own, is_article=is_article, is_flow=is_flow)
            if is_title or (before and titled and _is_lead(own)) or is_part:
                kept.add(id(tag))
        keep_children(parent, lambda one, kept=kept: id(one) in kept or not (is_article or isinstance(one, Tag)))  # type: ignore[misc]


def _is_part(own: Measure, *, is_article: bool, is_flow: bool) -> bool:
    """Tell a section to keep beside the core: in an article it needs prose under a heading, elsewhere either will do."""
    if not is_article:
        return (own.prose > 0 or own.headings > 0) and own.linked < SECTION_LINKS * own.text
    return not is_flow and own.prose > 0 and own.headings > 0 and own.linked < PART_LINKS * own.text


def _is_lead(own: Measure) -> bool:
    return own.prose > 0 and own.linked < LEAD_LINKS * own.text


def _is_poor(own: Measure) -> bool:
    return not own.prose and not own.headings and own.text < LONGEST_POOR


def _is_aside(tag: Tag, own: Measure, core: Measure) -> bool:
    """Tell what stands in an article without being its text: author, date, captions, lists of links."""
    if own.prose > MOST_ASIDE * core.prose or tag.name in FRAMES:
        return False
    if tag.name in {"figcaption", "time"} or (names(tag).beside and not own.h1):
        return True
    is_list = tag.name in LIST_TAGS or tag.name in {"div", "table", "aside", "section"}
    return is_list and own.links > 0 and not own.prose and own.linked >= LIST_LINKS * own.text
