"""The names that a page gives its maker: copyright notices, titles, legal forms and the site's own address are witnesses."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.company.identifiers import LABEL
from crawler.company.legal_forms import (
    FEWEST_LETTERS,
    LEADING,
    LONGEST_NAME,
    NO_NAME,
    any_form,
    form_of,
    holds_form,
    key_of,
    names_with_form,
    without_form,
)
from crawler.page.markup import Line, Markup

TITLE_BREAK = re.compile(r"\s+[-\u2013\u2014|•·:»\u203a]+\s+|\s*[|•·»]\s*|\s+::\s+|:\s+")
COPYRIGHT = re.compile(r"©|\(c\)|copyrights?", re.IGNORECASE)
YEARS = re.compile(r"(?:19|20)\d\d(?:\s*[-\u2013\u2014/,]\s*(?:(?:19|20)?\d\d(?!\d)|oggi|today|present))*")
HOLDER_END = re.compile(
    r"\s[-\u2013\u2014]\s|[|•·,;]|\.(?:\s|$)|\b(?:all\s+rights|tutti\s+i|all\s+right|alle\s+rechte|tous\s+droits"
    r"|diritti|rights|reserved|p\.?\s?iva|partita|vat|c\.\s?f|cod(?:ice|\.)|via|viale|privacy|cookie|powered|designed?|sede|theme|template|built|made"
    r"|web\s?site|sito|website)\b",
    re.IGNORECASE,
)
RIGHTS = re.compile(
    r"(?:all\s+rights?\s+reserved|tutti\s+i\s+diritti(?:\s+sono)?\s+riservati|alle\s+rechte\s+vorbehalten|diritti\s+riservati)"
    r"\s*(?:[.,|\u2013-]|\b(?:da|a|to|for)\b)?\s*",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"\b(?:powered|designed?|developed|realizzat[oa]|sviluppat[oa]|created|built|made|progettat[oa]|crafted|website|web\s?site"
    r"|sito\s+web|theme|template|webdesign|web\s+design|credits?|concept|hosted|distribuit[oa]|prodott[oi]|reserved)\b"
    r"[^.|•·\n]{0,30}?(?:\bby\b|\bda\b|\bdi\b|:)[^|•·\n]*",
    re.IGNORECASE,
)
"""Whom a page names for another reason: who built the site, who makes what is sold."""
COMPANY_LABEL = re.compile(
    r"(?:ragione\s+sociale|denominazione(?:\s+sociale)?|titolare\s+del\s+trattamento(?:\s+dei\s+dati)?(?:\s+è)?|company\s+name"
    r"|legal\s+name|firmenname|raison\s+sociale|data\s+controller(?:\s+is)?)\s*:?\s*",
    re.IGNORECASE,
)
SIGNS = (
    *("©", "(c)", "copyright"),
    *("ragione", "denominazione", "titolare", "company", "legal", "firmenname", "raison", "controller"),
)
"""What `COPYRIGHT` and `COMPANY_LABEL` begin with, or hold, in lower case."""
LEGAL_LINE = re.compile(r"sede legale|\bR\.?E\.?A\b|capitale sociale", re.IGNORECASE)
LOGO = re.compile(r"\blogo(?:tipo|type)?\b(?:\s+(?:di|of))?|wordmark", re.IGNORECASE)
BEFORE_NAME = re.compile(r"^(?:the\s+)?(?:logo|copyright|©)\s+(?:di\s+|of\s+)?|\s+logo$", re.IGNORECASE)
NO_NAME_SIGNS = re.compile(r"[{}<>=@]|https?:|www\.")
DOT_OF_SENTENCE = re.compile(r"[\s,][A-Za-z]*(?:[A-Z]{2}|srl|Srl|pa|mbH)\.$")
"""Behind a legal form that is written without dots."""
MAIL_DOMAIN = re.compile(r"[\w.+-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,3})")
FREE_MAIL = re.compile(
    r"^(?:g?mail|googlemail|hotmail|outlook|live|yahoo|icloud|libero|virgilio|tiscali|alice|tin|fastwebnet|gmx|web|aol|proton\w*)\."
    r"|\bpec\b|legalmail|arubapec"
)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
SHARED_HOSTS = re.compile(
    r"\.(?:github|gitlab|netlify|vercel|pages|wordpress|blogspot|wixsite|weebly|altervista|herokuapp|web|firebaseapp)\.\w+$"
    r"|\.\w+\.github\.io$"
)
SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "edu"})
SUFFIXES = (
    *("srls", "srl", "spa", "snc", "sas", "gmbh", "ltd", "inc", "llc"),
    *("group", "italia", "italy", "online", "official", "web", "tech"),
)
META_NAMES = ("application-name", "apple-mobile-web-app-title", "author", "copyright", "dc.publisher")
ALIKE = 4
"""Letters that two names must share for one to be taken as part of the other."""
LONGEST_START = 6
"""Letters of a word that an abbreviation takes at most."""
MOST_TITLE_WORDS, MOST_HOLDER_WORDS, MOST_MENTIONS = 5, 8, 3
LONGEST_NOTICE, LONGEST_LEGAL_LINE = 400, 200
MOST_SEARCHED = 60_000
REMEMBERED = 10_000
"""Lines of which it is remembered whether they name anybody: the pages of a site repeat theirs."""


@dataclass(slots=True)
class Named:
    """What speaks for one name, whatever its spelling and legal form."""

    score: float = 0.0
    entity: float = 0.0
    """How much says that it is the legal entity behind the page: its copyright, its line of VAT number and seat."""
    spellings: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)


class Names:
    """The names found so far, by key."""

    def __init__(self) -> None:
        """Begin with none."""
        self.found: dict[str, Named] = defaultdict(Named)

    def add(self, name: str, score: float, entity: float = 0.0) -> None:
        """Count a name, unless it is none."""
        name = name.strip(" \t,;:-\u2013\u2014|\"\u201c\u201d«»'*").strip()
        name = name.strip(" .") if DOT_OF_SENTENCE.search(name) or not form_of(name) else name
        name = BEFORE_NAME.sub("", name)
        if name.count("(") > name.count(")"):
            name = name.partition("(")[0].strip()
        key = key_of(name)
        if (
            len(key) < FEWEST_LETTERS
            or len(name) > LONGEST_NAME
            or key.isdigit()
            or NO_NAME.match(name)
            or NO_NAME_SIGNS.search(name)
        ):
            return
        one = self.found[key]
        one.score += score
        one.entity += entity
        one.spellings[name] += 1
        if form := form_of(name):
            one.forms[form] += 1


def name_candidates(page: Markup, url: str) -> dict[str, Named]:
    """Return the names that a page gives its maker, by key, with what speaks for each."""
    labels = labels_of(url) or _labels_within(page)
    names = Names()
    if site_name := page.meta.get("og:site_name", ""):
        names.add(TITLE_BREAK.split(site_name)[0], 3.0)
    for key in META_NAMES:
        if page.meta.get(key):
            names.add(TITLE_BREAK.split(page.meta[key])[0], 1.0)
    title = COMMENT.sub("", page.title)
    segments = [part for part in TITLE_BREAK.split(title) if part.strip()]
    for segment in segments:
        at_an_end = segment in {segments[0], segments[-1]} and len(segment.split()) <= MOST_TITLE_WORDS
        names.add(segment, 1.2 if at_an_end else 0.4)
    for name, _, _ in names_with_form(title):
        names.add(name, 2.0, 1.0)
    for _, alt in page.logos[:2]:
        names.add(LOGO.sub(" ", alt).strip(), 0.8)
    _read_lines(page.lines, names)
    _spelled_out(page, labels, names)
    for key, one in names.found.items():
        one.score += 3.0 * max(agreement(key, spelling, labels) for spelling in one.spellings)
    return dict(names.found)


def labels_of(url: str) -> tuple[str, ...]:
    """Return what an address calls its site: its domain's label, also without usual endings; of shared hosts the folder."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ()
    labels = host.split(".")
    found: list[str] = []
    if SHARED_HOSTS.search(host):
        found = [*[part for part in parts.path.split("/")[:-1] if part][:1], labels[0]]
    elif len(labels) > 2 and labels[-2] in SECOND_LEVEL:  # noqa: PLR2004  # acme.co.uk
        found = [labels[-3]]
    elif len(labels) > 1:
        found = [labels[-2]]
    keys = []
    for label in found:
        key = re.sub(r"[\W_]+", "", label.casefold())
        keys.append(key)
        keys += [key.removesuffix(end) for end in SUFFIXES if key.endswith(end) and len(key) > len(end) + 1]
    return tuple(dict.fromkeys(key for key in keys if len(key) >= FEWEST_LETTERS))


def _labels_within(page: Markup) -> tuple[str, ...]:
    """Return what a saved file without an address says its site is called: by OpenGraph's address and mail addresses."""
    mails = [link for link in page.links if link.lower().startswith("mailto:")]
    text = "\n".join((*mails, *(line.text for line in page.lines)))[:MOST_SEARCHED]
    domains = (match[1].lower() for match in MAIL_DOMAIN.finditer(text))
    addresses = (page.meta.get("og:url", ""), *(f"https://{domain}/" for domain in domains if not FREE_MAIL.search(domain)))
    return next((labels for address in addresses if (labels := labels_of(address))), ())


def agreement(key: str, name: str, labels: tuple[str, ...]) -> float:
    """Return how well a name agrees with the site's own address, 0 to 1."""
    best = 0.0
    for label in labels:
        if key == label:
            return 1.0
        shorter, longer = sorted((key, label), key=len)
        if len(shorter) >= ALIKE and shorter in longer:
            best = max(best, 0.8 if longer.startswith(shorter) else 0.5)
        if is_short_for(label, name):
            best = max(best, 0.7)
    return best


def is_short_for(key: str, name: str) -> bool:
    """Tell whether `key` is made of the beginnings of the words of a name: `ags` or `agrisens` of Agri Sensing."""
    words = [word for word in re.split(r"[\W_]+", without_form(name).casefold()) if word]
    if len(words) < 2 or len(key) >= len("".join(words)):  # noqa: PLR2004  # a word is short for no word
        return False
    significant = [word for word in words if len(word) > 1 and word not in LEADING]
    return key == "".join(word[0] for word in words) or (len(significant) > 1 and _is_made_of(key, significant))


def _is_made_of(key: str, words: list[str]) -> bool:
    spots = {0}
    for word in words:
        sizes = range(1, min(len(word), LONGEST_START) + 1)
        spots = {spot + size for spot in spots for size in sizes if key[spot : spot + size] == word[:size]}
    return len(key) in spots


@lru_cache(maxsize=REMEMBERED)
def _may_name(line: str) -> bool:
    """Tell whether a line may hold a legal form, a label or a sign of copyright: the others need not be read for names."""
    lower = line.lower()
    return holds_form(line) or any(sign in lower for sign in SIGNS)


def _read_lines(lines: tuple[Line, ...], names: Names) -> None:
    mentions: Counter[str] = Counter()
    for position, line in enumerate(lines):
        if not _may_name(line.text):
            continue
        text = CREDIT.sub(" ", line.text)
        _read_forms(line, text, names, mentions)
        if COMPANY_LABEL.search(line.text):
            _read_label(" ".join(one.text for one in lines[position : position + 2]), names)
        if COPYRIGHT.search(text) and len(line.text) <= LONGEST_NOTICE and (holder := _holder(text)):
            names.add(holder, 3.0, 3.0 if form_of(holder) else 0.5)


def _read_forms(line: Line, text: str, names: Names, mentions: Counter[str]) -> None:
    """Read the names with a legal form in a line: the first is its maker's where the line gives its number or seat."""
    legal = bool(LABEL.search(text) or LEGAL_LINE.search(text))
    for row, (name, _, _) in enumerate(names_with_form(text)):
        if row == 0 and legal:
            names.add(name, 3.0, 3.0 if line.footer or len(text) < LONGEST_LEGAL_LINE else 1.0)
        elif row == 0 and line.footer:
            names.add(name, 2.0, 1.0)
        elif mentions[key_of(name)] < MOST_MENTIONS:
            mentions[key_of(name)] += 1
            names.add(name, 0.6)


def _read_label(text: str, names: Names) -> None:
    label = COMPANY_LABEL.search(text)
    for name, _, start in names_with_form(text):
        if label and 0 <= start - label.end() < LONGEST_NAME:
            names.add(name, 3.0, 3.0)
            return


def _holder(text: str) -> str:
    """Return whom a copyright notice names, behind or before its sign and years."""
    sign = next(COPYRIGHT.finditer(text))
    after = re.sub(r"^(?:[\s.:,©]|\(c\)|copyrights?|by)+", "", text[sign.end() :], flags=re.IGNORECASE)
    if years := YEARS.match(after):
        after = after[years.end() :]
    after = re.sub(r"^[\s.,:|\u2013-]*(?:by\s+)?", "", after, flags=re.IGNORECASE)
    if rights := RIGHTS.match(after):
        after = after[rights.end() :]
    if form := any_form().search(after):
        stem = after[: form.start()].strip()
        if stem and len(stem) <= LONGEST_NAME and not re.search(r"[|•·]|\.\s", stem) and not HOLDER_END.match(stem):
            return after[: form.end()]
    end = HOLDER_END.search(after)
    name = YEARS.sub("", after[: end.start()] if end else after).strip(" -\u2013\u2014.,")
    if not name:
        before = YEARS.sub("", text[: sign.start()]).strip(" -\u2013\u2014.,|")
        last = re.split(r"[|•·]|\.\s", before)[-1].strip() if len(before.split()) <= MOST_HOLDER_WORDS else ""
        name = last if form_of(last) else TITLE_BREAK.split(last)[0]
    return name if len(name.split()) <= MOST_HOLDER_WORDS else ""


@lru_cache(maxsize=500)
def _apart(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@./:-])(?:{words})(?![\w@/]|\.\w|-\w)", re.IGNORECASE)


def _spelled_out(page: Markup, labels: tuple[str, ...], names: Names) -> None:
    """Find the words of a page that its address is written with: `acmerobots` is Acme Robots."""
    spelled = [r"[ .&'\u2019*-]{0,3}".join(map(re.escape, label)) for label in labels if len(label) > FEWEST_LETTERS]
    if not spelled:
        return
    pattern = _apart("|".join(spelled))
    text = "\n".join((page.title, *page.headings, *(line.text for line in page.lines)))[:MOST_SEARCHED]
    seen = Counter(name for match in pattern.finditer(text) if any(map(str.isupper, name := match[0])))
    for name, count in seen.most_common(1):
        names.add(name, 2.0 + min(count, 4) * 0.3)
