"""Figures with their units in Italian and English text: how much of what, exactly or from, up to, between, plus or minus."""

# ruff: noqa: RUF001  # minus signs, dashes and primes as they are typed
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice

from indexer.requirements.tables import ANY, CASELESS, Measure, Unit, measures, units


class Bound(Enum):
    """How a figure is meant."""

    POINT = auto()
    RANGE = auto()
    AT_LEAST = auto()
    AT_MOST = auto()
    """Below, less than."""
    UP_TO = auto()
    """As far as: of an offer its limit; of a need what must be reached."""
    LIMIT = auto()
    """At most, of what may be a virtue or a burden: massimo, max."""
    BETTER = auto()
    """Better than."""
    TOLERANCE = auto()
    """Plus or minus."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure, or two, in the unit of its dimension; `start` to `end` hold the words that bound it, too."""

    start: int
    end: int
    dimension: str
    bound: Bound
    low: float
    """For all bounds but RANGE the same as `high`."""
    high: float
    measure: Measure | None
    """What is measured, where the words around say so."""
    doubtful: bool = False
    """The other language would read its separator differently: 1.200."""


@dataclass(frozen=True, slots=True)
class _Figure:
    start: int
    end: int
    value: float
    doubtful: bool
    unit: Unit | None
    closed: int
    """Where its unit ends."""


_GAP = "[ \u00a0\u2009\u202f]"
NUMBER = re.compile(
    rf"(?<![\w.,/'’])(?P<sign>[+\-−–]{_GAP}?)?(?P<digits>\d{{1,3}}(?:(?:[.,'’]"
    rf"|{_GAP})\d{{3}})+(?![\d])(?:[.,]\d{{1,3}})?(?!\d)"
    r"|\d{1,12}(?:[.,]\d{1,9})?(?:/\d{1,3})?)(?![\d])"
)
THOUSANDS = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")
"""What one language reads as thousands and the other as a fraction."""
DECIMAL = {"it": ",", "en": "."}
BETWEEN = re.compile(
    rf"{_GAP}*(?:[-–—−÷]|\.\.\.?|…){_GAP}*|{_GAP}+(?:(?P<to>(?:up[ ])?to|till)|(?P<a>fino[ ]ad?|a[di]?|agli)"
    rf"|(?P<and>and|ed?(?:[ ](?:i|gli|le))?)){_GAP}+"
)
FROM = re.compile(r"(?<!\w)(?:da|dai|dagli)\s*$", re.IGNORECASE)
AMONG = re.compile(r"(?<!\w)(?:tra|fra|between)(?:\s+(?:i|gli|le))?\s*$", re.IGNORECASE)
LEADS = re.compile(
    r"(?<!\w)(?:comprese?[oai]?\s+(?:tra|fra)|(?:ranging\s+)?from|between|(?:tra|fra)(?:\s+(?:i|gli|le))?|dai|dagli|da)\s*$",
    re.IGNORECASE,
)
"""What stands before a range."""
CUES = {
    Bound.TOLERANCE: r"±|\+\s?/\s?[-−–]|più\s+o\s+meno|plus\s+or\s+minus",
    Bound.AT_LEAST: r"(?:da\s+)?oltre(?:\s+(?:i|gli|le|ai|agli))?|più\s+(?:di|grand[ei]\s+di|alt[aoie]\s+di)"
    r"|(?:maggior[ei]|superior[ei])\s+(?:a[di]?|agli|di)"
    r"|(?:da\s+)?almeno|minim[oaie](?:\s+di)?|sopra(?:\s+(?:i|gli|le|ai|agli))?|non\s+meno\s+di"
    r"|a\s+partire\s+da(?:i|gli)?|over|above|more\s+than"
    r"|at\s+least|(?:greater|higher|larger|longer)\s+than|exceeding|in\s+excess\s+of|beyond|minimum(?:\s+of)?"
    r"|min\.?|(?:no|not)\s+less\s+than|from|[>≥]=?",
    Bound.AT_MOST: r"(?:in\s+)?meno\s+di|non\s+(?:più\s+di|oltre)(?:\s+(?:i|gli|le))?|(?:inferior[ei]"
    r"|minor[ei])\s+(?:a[di]?|agli|di)"
    r"|(?:al\s+di\s+)?sotto(?:\s+(?:i|gli|le|ai|agli))?|entro(?:\s+(?:i|gli|le))?|(?:in\s+)?less\s+than|below|under"
    r"|(?:smaller|lower|shorter|fewer)\s+than|(?:no|not)\s+more\s+than|at\s+most|within|[<≤]=?",
    Bound.UP_TO: r"(?:anche\s+)?(?:fino|sino)\s+(?:a\s+oltre|ad?|ai|agli)|(?:up|down)\s+to(?:\s+over)?"
    r"|as\s+(?:high|much|long|far|low|small|thin)\s+as",
    Bound.LIMIT: r"(?:al\s+)?massim[oaie](?:\s+di)?|maximum(?:\s+of)?|max\.?",
    Bound.BETTER: r"(?:miglior[ei]|meglio)\s+(?:di|del)|(?:better|finer)\s+than",
    Bound.POINT: r"circa|(?:in|at)torno\s+a[di]?|about|around|approximately|approx\.|roughly|[~≈]",
}
_BEFORE = re.compile(
    "|".join(rf"(?P<{bound.name}>(?:(?<!\w)(?=\w)|(?!\w))(?:{cue})\s*$)" for bound, cue in CUES.items()), re.IGNORECASE
)
BEHIND = {
    Bound.AT_LEAST: re.compile(
        r"\s*(?:(?:ed?|o)\s+(?:oltre|più)|in\s+su|(?:or|and)\s+(?:more|above|higher|over|up)|\+)(?!\s*[\w\d])", re.IGNORECASE
    ),
    Bound.AT_MOST: re.compile(r"\s*(?:o\s+meno|or\s+(?:less|below))(?!\w)", re.IGNORECASE),
    Bound.LIMIT: re.compile(r"\s*(?:massim[oi]|max)(?!\w)", re.IGNORECASE),
}
"""Cues behind a figure."""
MOST = 48
"""Figures of a text that are read."""
MOST_NUMBERS = 200
"""Likewise, those without a unit among them."""
NEAR = 36
"""Characters before a figure in which its cue, its measure and the figure before it are looked for."""
CLAUSE = re.compile(r"[.;:!?()\n](?=\s|$)|[;()\n]")
COMMA = re.compile(r",\s")
INCH = re.compile(r"(?:\s*[,.;:)x×]|\s*$|\s+(?:thick|wide|long|high|deep|diam\w+|in)\b)")
"""What stands behind inches; else "in" is the preposition."""
WARM = re.compile(
    r"temperat|therm|term[io]|kelvin|cryo|crio|°|º|heat|hot\b|cald[oi]|calore|forn[oi]\b"
    r"|furnace",
    re.IGNORECASE,
)
"""What a text holds in which K and C are degrees."""
ANGLE = re.compile(r"rota|ruot|angol|angl|inclin|tilt|pieg|bend|view|visiv|vision|visuale|turn|gir[aio]", re.IGNORECASE)
NO_DEGREES = re.compile(
    r"\s*(?:of\s+(?:freedom|view|rotation)|di\s+(?:libertà|rotazione|visuale)|view|camer|video|feedback)", re.IGNORECASE
)
TURNS = frozenset({45.0, 90.0, 180.0, 270.0, 360.0})
MILLIONS = re.compile(r"\s?(?:k|K|M|MM|B|bn|mln|mio|million|milion|billion|miliard)\b")


def _spelt(form: str) -> str:
    spelt = re.escape(form).replace(r"\ ", r"\s")
    spelt = f"(?i:{spelt})" if sum(map(str.isalpha, form)) >= CASELESS else spelt
    return rf"{spelt}(?![\w²³]|/[a-z])" if form[-1].isalnum() or form[-1] in "²³" else spelt


_FORMS = {form.lower() if sum(map(str.isalpha, form)) >= CASELESS else form: unit for form, unit in units().items()}
UNIT = re.compile(rf"(?:{_GAP}|-(?=[a-zµ°]))?(?P<unit>{'|'.join(map(_spelt, sorted(units(), key=len, reverse=True)))})")
LEADING = re.compile(r"(?:(?<!\w)(?P<unit>pH|€|\$|EUR|USD)\s?)$")
"""Units that stand before their figure."""
LONGEST_LEAD = 5
SIGNS = "-−– \u00a0\u2009\u202f"
TEMPERATURE = "temperature"
"""What may be below zero."""


def find(text: str, language: str) -> tuple[Quantity, ...]:
    """Return the first figures with units in a text of a language ("it", else read as English), apart from each other."""
    language = "it" if language == "it" else "en"
    figures = list(islice(_figures(text, language), MOST_NUMBERS))
    found: list[Quantity] = []
    taken = -1
    for place, figure in enumerate(figures):
        if figure.unit is None or place <= taken:
            continue
        before = figures[place - 1] if place and place - 1 > taken else None
        after = figures[place + 1] if place + 1 < len(figures) else None
        lower = before if before and before.unit is None and _joined(text, before, figure) else None
        upper = after if lower is None and after and after.unit and after.unit.dimension == figure.unit.dimension else None
        if after and after.unit is None and figure.closed == figure.end:  # the unit stands before both: pH 2-12
            upper = after
        if upper and not _joined(text, figure, upper):
            upper = None
        if upper:
            taken = place + 1
        quantity = _quantity(text, language, lower or figure, upper or figure, figure.unit)
        if found and quantity.start < found[-1].end:
            continue
        found.append(quantity)
        if len(found) == MOST:
            break
    return tuple(found)


def _figures(text: str, language: str) -> Iterator[_Figure]:
    for match in NUMBER.finditer(text):
        value, doubtful = _value(match["digits"], language)
        sign, start, closed = match["sign"], match.start(), match.end()
        lead = LEADING.search(text, max(0, start - LONGEST_LEAD), start)
        told = _unit(text, closed, value)
        unit = told[0] if told else None
        if told:
            closed = told[1]
        elif lead and not MILLIONS.match(text, closed):
            start, unit = lead.start("unit"), units()[lead["unit"]]
        if sign and (unit is None or unit.dimension == TEMPERATURE):
            value = value if sign[0] == "+" else -value
        elif sign and start == match.start():  # a dash, not a minus
            start = match.start("digits")
        yield _Figure(start, match.end(), value, doubtful, unit, closed)


def _value(digits: str, language: str) -> tuple[float, bool]:
    """Return what a figure says, and whether the other language would read it differently."""
    if "/" in digits:
        above, below = digits.split("/")
        return float(above.replace(",", ".")) / max(float(below), 1.0), float(below) < 1
    plain = re.sub(rf"{_GAP}|['’]", "", digits)
    if plain.count(".") and plain.count(","):
        decimal = max(".", ",", key=plain.rfind)
        if plain.count(decimal) > 1:  # 1,000.000.000 is in no language
            return float(re.sub("[.,]", "", plain)), True
        return float(plain.replace("," if decimal == "." else ".", "").replace(decimal, ".")), False
    for separator in ".,":
        if plain.count(separator) > 1:
            return float(plain.replace(separator, "")), False
    doubtful = THOUSANDS.fullmatch(plain)
    if doubtful:
        thousands = doubtful[1] != DECIMAL[language]
        return float(re.sub("[.,]", "", plain) if thousands else plain.replace(",", ".")), not thousands
    return float(plain.replace(",", ".")), False


def _unit(text: str, at: int, value: float) -> tuple[Unit, int] | None:
    """Return the unit behind a figure, and where it ends."""
    match = UNIT.match(text, at)
    if match is None:
        return None
    form, end = match["unit"], match.end()
    if (
        (form == "in" and not INCH.match(text, end))
        or (form in {"K", "C", "L"} and match.start("unit") == at)
        or (form in {"K", "C"} and not WARM.search(text))
        or (form == '"' and text.count('"') > 1)
    ):
        return None
    if form.lower() in {"gradi", "degrees", "°"}:
        around = text[max(0, at - NEAR) : end + NEAR]
        if NO_DEGREES.match(text, end) or (value in TURNS and ANGLE.search(around)):
            return None
    form = " ".join(form.split())
    unit = _FORMS.get(form.lower() if sum(map(str.isalpha, form)) >= CASELESS else form)
    return (unit, end) if unit else None  # a pattern without case takes a dotless i for an i


def _joined(text: str, lower: _Figure, upper: _Figure) -> bool:
    """Tell whether two figures are the ends of a range."""
    if upper.start - lower.closed > NEAR // 2:
        return False
    start = upper.start
    joint = BETWEEN.fullmatch(text, lower.closed, start)
    if joint is None:
        return False
    if joint["and"]:
        return AMONG.search(text, max(0, lower.start - NEAR), lower.start) is not None
    if joint["a"]:
        return FROM.search(text, max(0, lower.start - NEAR), lower.start) is not None
    return True


def _quantity(text: str, language: str, first: _Figure, last: _Figure, unit: Unit) -> Quantity:
    values = [one.value if unit.dimension == TEMPERATURE else abs(one.value) for one in (first, last)]
    low, high = (
        value * (one.unit or unit).factor + (one.unit or unit).offset for one, value in zip((first, last), values, strict=True)
    )
    start, end = first.start, max(last.closed, last.end)
    if values[0] != first.value:  # a dash, not a minus
        start += len(text[start:]) - len(text[start:].lstrip(SIGNS))
    bound = Bound.POINT
    if first is not last and high > low:
        bound = Bound.RANGE
        if lead := LEADS.search(text, max(0, start - NEAR), start):
            start = lead.start()
    elif cue := _BEFORE.search(text, max(0, start - NEAR), start):
        bound, start = Bound[str(cue.lastgroup)], cue.start()
    if bound is Bound.POINT:
        for other, pattern in BEHIND.items():
            if behind := pattern.match(text, end):
                bound, end = other, behind.end()
                break
    low, high = min(low, high), max(low, high)
    return Quantity(
        start,
        end,
        unit.dimension,
        bound,
        low,
        high,
        _measure(text, language, (start, end), unit.dimension, bound),
        first.doubtful or last.doubtful,
    )


def _measure(text: str, language: str, span: tuple[int, int], dimension: str, bound: Bound) -> Measure | None:
    """Return what a figure measures, by the words before it in its clause, else those right behind it."""
    start, end = span
    fitting = [one for one in measures() if one.dimension in {dimension, ANY}]
    cut = max((m.end() for m in CLAUSE.finditer(text, max(0, start - NEAR), start)), default=max(0, start - NEAR))
    best: tuple[int, int, Measure] | None = None
    for one in fitting:
        for match in one.words[language].finditer(text, cut, start):
            if best is None or (match.end(), match.end() - match.start()) > best[:2]:
                best = (match.end(), match.end() - match.start(), one)
    stop = CLAUSE.search(text, end, end + NEAR)
    behind_end = min(stop.start() if stop else len(text), end + NEAR // 2)
    comma = COMMA.search(text, end, behind_end)
    for one in fitting:
        behind = one.words[language].search(text, end, comma.start() if comma else behind_end)
        if behind and (best is None or behind.start() - end < start - best[0]):
            best = (start - (behind.start() - end), 0, one)
    if best is None and bound is Bound.TOLERANCE:
        return next(one for one in measures() if one.name == "accuracy")
    return best[2] if best else None


def usual(dimension: str, *, only: bool) -> Measure | None:
    """Return what a dimension measures where nothing is said: `only` where it can be nothing else."""
    known: Sequence[str] = ("only",) if only else ("only", "usual")
    return next((one for one in measures() if one.dimension == dimension and one.known in known), None)
