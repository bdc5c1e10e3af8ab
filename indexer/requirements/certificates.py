"""Norms and certificates in texts: by their form (ISO 9001, UNI EN 10204, ASTM A240, IP67), else by the table."""

# ruff: noqa: RUF001  # an apostrophe as it is typed
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from indexer.requirements.tables import certificates


class Holding(Enum):
    """What a startup says of a certificate."""

    HELD = auto()
    DENIED = auto()
    OPEN = auto()
    """Under way, required of others, or something that it helps others to."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A norm or certificate in a text; `start` to `end` hold the words that say it is held."""

    start: int
    end: int
    name: str
    """In one spelling: 9001 for ISO 9001, EN ISO 9001 and UNI 9001."""


NORM = re.compile(
    r"(?=[A-Z])(?<![\w-])(?P<body>(?:(?:UNI|CEI|DIN|BS|NF|EN|ISO|IEC)(?:/(?:TS|TR))?(?:[\s/-]|(?=\d|EN|ISO"
    r"|IEC)))+)(?P<number>\d{3,5}(?:-\d{1,3})?)(?:[:/]\d{4})?(?![\w])"
    r"|(?=[A-Z])(?<![\w-])(?P<other>ASTM|ASME|API|ANSI|NFPA|SAE|VDI|MIL-STD"
    r"|MIL)[\s-]?(?P<code>[A-Z]{0,2}[\s-]?\d{1,5}(?:[.-]\d{1,4})?[A-Z]?)(?!\w)"
    r"|(?=[A-Z])(?<![\w-])IP[\s-]?(?P<solid>[0-6X])(?P<liquid>\d)K?(?!\w)"
)
LEAD = re.compile(
    r"(?<!\w)(?:(?:certifi(?:ed|cat[oaie]|cazion[ei])|approv(?:ed|at[oaie])|accredit(?:ed|at[oaie])|conform[ei]"
    r"|(?:in\s+)?conformità|compl(?:ying|iant|iance)"
    r"|according|secondo|rated|norm[ae]|standard|marcat(?:ura|[oaie])|omologat[oaie])\s+(?:(?:to|with|by|at|all[ae]"
    r"|a[li]?|le|la|il|secondo|per|the|norm[ae]|standards?|classe?)\s+){0,3})+$",
    re.IGNORECASE,
)
TAIL = re.compile(
    r"[\s-](?:certifi(?:ed|cation|cates?)|approv(?:ed|al)|accredit(?:ed|ation)|compliant|compliance|listed|rated"
    r"|rating|marked|marking|mark)(?!\w)",
    re.IGNORECASE,
)
MOST = 32
"""Certificates of a text that are read."""
AROUND = 90
"""Characters of a mention's sentence that are read on each side."""
SENTENCE = re.compile(r"[.;:!?](?=\s)|\n")
NOT = re.compile(
    r"(?<!\w)(?:non|not|senza|without|no|né|nor)(?!\w)(?!\s+(?:solo|only|soltanto|just))[^,]{0,28}$|n['’]t\b[^,]{0,28}$",
    re.IGNORECASE,
)  # an apostrophe
PENDING = re.compile(
    r"(?<!\w)(?:in corso|in attesa|pending|ongoing|under ?way|in progress|towards?|obtain(?:ing)?|otten(?:ere"
    r"|imento|endo)|otterr\w+|consegu(?:ire|imento)|planned|previst\w*"
    r"|in futuro|upcoming|will|saranno|sarà|not yet|non ancora|aim\w*|obiettivo|richied\w+|richiest\w+|requir\w+"
    r"|soon|presto|help\w*|aiut\w+|assist\w*|consul\w+|prepar\w+|guid\w+"
    r"|get|become|diventare|applied|applying|candidat\w+)(?!\w)",
    re.IGNORECASE,
)
IP_ALIKE = "IP"


def find(text: str, *, typed: bool) -> tuple[Certificate, ...]:
    """Return the certificates in a text, in order and apart from each other.

    Args:
        text: a need or a passage.
        typed: whether it was typed by a scout, who may not mind capitals.
    """
    found: list[Certificate] = []
    for start, end, name in sorted(_named(text, typed=typed))[:MOST]:
        lead, tail = LEAD.search(text, max(0, start - AROUND), start), TAIL.match(text, end)
        begins = max(lead.start() if lead else start, found[-1].end if found else 0)
        if not found or start >= found[-1].end:
            found.append(Certificate(begins, tail.end() if tail else end, name))
    return tuple(found)


def meets(wanted: str, offered: str) -> bool:
    """Tell whether one certificate holds for another: a part for its series, a tighter housing for a looser one."""
    if wanted.startswith(IP_ALIKE) and offered.startswith(IP_ALIKE):
        digits = (name[2:].replace("X", "0") for name in (offered, wanted))  # X: not stated
        return all(mine >= theirs for mine, theirs in zip(*digits, strict=True))
    return offered == wanted or offered.startswith(f"{wanted}-")


def holding(text: str, mention: Certificate) -> Holding:
    """Return what a startup's text says of a certificate that it mentions."""
    before = text[max(0, mention.start - AROUND) : mention.start]
    before = before[max((m.end() for m in SENTENCE.finditer(before)), default=0) :]
    after = text[mention.end : mention.end + AROUND]
    stop = SENTENCE.search(after)
    after = after[: stop.start()] if stop else after
    if PENDING.search(before) or PENDING.search(after):
        return Holding.OPEN
    return Holding.DENIED if NOT.search(before) else Holding.HELD


def _named(text: str, *, typed: bool) -> Iterator[tuple[int, int, str]]:
    for match in (_typed_norm() if typed else NORM).finditer(text):
        if match["number"]:
            yield match.start(), match.end(), match["number"]
        elif match["other"]:
            yield match.start(), match.end(), re.sub(r"[\s-]", "", f"{match['other']}{match['code']}").upper()
        else:
            yield match.start(), match.end(), f"{IP_ALIKE}{match['solid']}{match['liquid']}".upper()
    for match in _table(typed=typed).finditer(text):
        yield match.start(), match.end(), _names()[str(match.lastgroup)]


@lru_cache(maxsize=1)
def _typed_norm() -> re.Pattern[str]:
    return re.compile(NORM.pattern, re.IGNORECASE)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {f"c{place}": name for place, name in enumerate(certificates())}


@lru_cache(maxsize=2)
def _table(*, typed: bool) -> re.Pattern[str]:
    forms = "|".join(rf"(?P<{group}>{certificates()[name]})" for group, name in _names().items())
    return re.compile(rf"(?<![\w-])(?:{forms})(?!\w)", re.IGNORECASE if typed else 0)
