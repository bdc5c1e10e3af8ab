"""Postal addresses in text, each read in the form of its country, and the countries that a text says its maker is in."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from crawler.gazetteer.tables import (
    Province,
    big_cities,
    capitals,
    country_names,
    provinces,
    states,
    table,
)

DASH = r"\u2013\-"
EDGES = " ,\u2013-(\n"
WORD = r"(?:(?:St|Sta|Ste|S|Mt|Ft)\.|[A-ZÀ-ÖØ-Þ][\w'\u2019`-]*)"
PARTICLE = r"(?:di|del|della|dei|delle|de|d'|da|in|al|sul|sulla|nel|am|an|der|la|le|les|sur|of|upon|a)"
NAME = rf"{WORD}(?:[ ](?:{PARTICLE} ?)*{WORD}){{0,4}}"
CITY = rf"(?P<city>{NAME})"
STREET_WORD = (
    r"(?:[Vv]ia|VIA|[Vv]iale|VIALE|V\.le|[Cc]orso|CORSO|C\.so|[Pp]iazza|PIAZZA|P\.zza|[Pp]iazzale|P\.le|[Ll]argo|[Vv]icolo"
    r"|[Ss]trada|[Ll]ocalità|[Ll]oc\.|[Cc]ontrada|C\.da|[Ff]razione|[Ff]raz\.|[Ss]alita|[Bb]orgo|[Ll]ungo\w+|Z\.I\."
    r"|Zona [Ii]ndustriale)"
)
ITALIAN_STREET = re.compile(rf"(?<!\w){STREET_WORD} [^\n|·•]{{2,70}}")
LEGAL_SEAT = re.compile(
    r"sede\s+legale|registered\s+(?:office|address)|head\s?quarters?\b|\bHQ\b|sede\s+principale|hauptsitz|siège", re.IGNORECASE
)
OTHER_SEAT = re.compile(
    r"sed[ei]\s+(?:operativ|secondari|produttiv|commercial)|\bfilial|branch|stabiliment|\bshow-?room|unità\s+locale|magazzino"
    r"|officina",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"tribunale|foro\s+di|fiera|garante|hosting|provider|server|google|facebook|aruba|universit|politecnico|court of",
    re.IGNORECASE,
)
"""In the line of an address that is not the writer's."""
BASED = re.compile(
    r"\b(?:(?P<sure>headquartered|domiciled|incorporated|registered)|based|located|con sede|sede|ha sede|sitz|company|firm"
    r"|startup|manufacturer|azienda|società|(?P<made>made|built|manufactured|fatto|prodotto))\s+\Z",
    re.IGNORECASE,
)
"""What stands before "in Italy"."""
NOT_CITY = re.compile(
    r"^(?:via|viale|corso|piazza|tel|fax|p\.?iva|c\.?f|rea|euro|partita|codice|cap|italy|italia|phone|mobile|email|e-mail|the|and"
    r"|suite|floor|street|road|block|sector|capitale|loc|località|sede|telefono|cell|orari|visita|contatti|privacy|interno|int"
    r"|scala|copyright|studio|mail)\b",
    re.IGNORECASE,
)
RUN_ON = re.compile(
    r"\s+(?:Tel|TEL|Fax|Phone|P\.?\s?IVA|C\.?F|Italy|Italia|ITALY|ITALIA|Email|E-mail|Mail|Cod|REA|Partita|Via|VIA)\b"
)
"""What follows a city and is none, though in capitals."""
LETTERS = {"D": "DE", "A": "AT", "F": "FR", "B": "BE", "L": "LU", "E": "ES", "S": "SE"}
"""Countries' letters before postal codes, where they are not those of ISO 3166."""
COUNTRY_OF_FORM = {"british": "GB", "indian": "IN", "german": "DE", "french": "FR"}
SAN_MARINO = "4789"
SHORT_LINE = 160
BEFORE = 120
LONGEST_CITY = 80
"""With its postal code and what stands between it and the country."""
LONGEST_STATE_CODE = 3


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as far as it was found; texts are empty where it does not say."""

    city: str
    country: str
    street: str = ""
    region: str = ""
    postal_code: str = ""
    weight: float = 0.0


def based_in(text: str, in_footer: Callable[[int], bool]) -> Iterator[tuple[str, float]]:
    """Yield the countries that a text says its maker is based in, with a weight."""
    for named in _in_country().finditer(text):
        based = BASED.search(text, max(0, named.start() - BEFORE), named.start() + 1)
        footer = based is not None and in_footer(based.start())
        if based and (footer or not based["made"]):
            yield country_names()[named["country"].lower()], 0.75 if based["made"] else 1.5 if based["sure"] or footer else 1.0


def addresses(text: str, in_footer: Callable[[int], bool]) -> Iterator[Address]:
    """Yield the addresses in a text of lines, each with a weight: how much it looks like the writer's own seat.

    Args:
        text: the lines of a page.
        in_footer: tells of an offset in `text` whether it lies in the page's footer.
    """
    for kind in _patterns():
        for match in _matches(kind, text):
            found = _judge(kind, match, text)
            if found is None:
                continue
            end = text.find("\n", match.end())
            line = text[text.rfind("\n", 0, match.start()) + 1 : end if end >= 0 else len(text)]
            if not ELSEWHERE.search(line):
                yield _weighed(found, kind, match, text, line, footer=in_footer(match.start()))


def _weighed(found: Address, kind: str, match: re.Match[str], text: str, line: str, *, footer: bool) -> Address:
    """Return an address with its street, and weighed by where it stands."""
    before = text[max(0, match.start() - BEFORE) : match.start()]
    street = ""
    if found.country in {"IT", "SM"}:
        below = text[match.end() : match.end() + BEFORE].lstrip("\n").partition("\n")[0]
        # A city that stands alone has its street below it.
        street = _street(below if kind == "alone" else before + match[0], found)
    else:
        found = replace(found, city=_without_quarter(found.city, found.country))
    weight = found.weight + (1.0 if street else 0) + (0.8 if footer else 0)
    seat, other = LEGAL_SEAT.search(before[-60:]), OTHER_SEAT.search(before[-60:])
    if seat and (not other or seat.start() > other.start()):
        weight += 2.0
    elif other:
        weight -= 0.7
    if len(line) > SHORT_LINE and not street and kind != "based":
        weight -= 1.5
    return replace(found, street=street, weight=weight)


def _street(around: str, found: Address) -> str:
    streets = list(ITALIAN_STREET.finditer(around))
    street = streets[-1][0] if streets else ""
    start = street.find(found.postal_code) if found.postal_code else -1
    street = street[:start] if start > 0 else street.partition(found.city)[0]
    return street.strip(EDGES).removesuffix(found.city).strip(EDGES)


@cache
def _in_country() -> re.Pattern[str]:
    part = r"(?:the\s+)??(?:(?:north|south|east|west|central)(?:ern)?\s+)??"
    country = rf"(?P<country>{_either(country_names())})(?!\w)"
    return re.compile(rf"\s(?:in|a|from|nel|nei|nella|negli)\s+{part}{country}", re.IGNORECASE)


def _either(names: Iterable[str]) -> str:
    """Return a pattern for the longest of some names; hundreds of them are told apart by their first letters first."""
    ends: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names, key=len, reverse=True):
        ends[name[0]].append(re.escape(name[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in ends.items())


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Return the forms of addresses by kind. Where one can, it begins with a digit, which is quickly found."""
    code = rf"(?P<code>{_either((*provinces(), 'FO', 'PS', 'RSM'))})"
    big = _either(province.capital for province in provinces().values())
    country = rf"(?P<country>{_either(name for *_, names in table('countries') for name in names.split('|'))})\b"
    state = rf"(?P<state>{_either(states())})\b"
    number = r"\d[\w/]*"
    forms = {
        "cap": r"(?P<zip>\d(?:(?<![\w,./-]\d)|(?<=(?<![\w,./-])I-\d)|(?<=(?<![\w,./-])IT-\d))\d\d\d\d)"
        rf"(?:[\s,{DASH}]|[.](?=\s)){{1,4}}{CITY}"
        rf"(?:\s*[,{DASH}]?\s*[(\[]?\s*{code}\b\s*[)\]]?|\s*[,(]\s*(?P<capital>{big})\b)?",
        "coded": rf"{CITY}\s*[,{DASH}]?\s*\(\s*{code}\s*\)(?:\s*[,{DASH}]?\s*(?P<zip>\d{{5}})\b)?",
        "after": rf"{number}\s*[,{DASH}]?\s+{CITY}\s*,?\s+(?P<zip>\d{{5}})(?!\d)",
        "capital": rf"{number}\s*[,{DASH}]+\s*(?P<city>{big})(?=\s*(?:$|[,\n|·•({DASH}]))",
        "alone": rf"(?im:^\W*(?P<city>{big})\W*\n)(?={STREET_WORD} )",
        "state": rf"{CITY}\s*,\s*{state}\.?,?\s*"
        r"(?P<zip>\d{5}(?:-\d{4})?|[A-Z]\d[A-Z]\s?\d[A-Z]\d|\d{6}|\d{3} \d{3})?(?!\d)",
        "stated": rf"{CITY}\s*,\s*(?:{WORD}\s*,\s*)?{state}\.?"
        rf"(?:\s*[,{DASH}]?\s*(?P<zip>[A-Z]?\d[\dA-Z]{{1,5}}(?: \d[A-Z]\d| \d{{3}})?))?\s*[,.{DASH}]?\s*{country}",
        "british": rf"{CITY}\s*,?\s+(?P<zip>[A-Z]{{1,2}}\d[A-Z\d]?\s\d[ABD-HJLNP-UW-Z]{{2}})\b",
        "lettered": r"(?<!\w)(?P<letter>D|DE|A|AT|CH|F|FR|B|BE|L|NL|E|ES|SK|CZ|PL|SI|DK|SE|S)-(?P<zip>\d{4,5})\s+" + CITY,
        "indian": rf"{CITY}\s*[,{DASH}]\s*(?P<zip>\d{{6}}|\d{{3}} \d{{3}})(?!\d)",
        "german": rf"(?m:(?:straße|strasse|str\.|weg|platz|allee|ring|gasse)\s*\d+\s?[a-zA-Z]?\s*[,\n|·•{DASH}]?\s*)"
        rf"(?P<zip>\d{{5}})\s+{CITY}",
        "french": rf"(?i:(?:\brue|\bavenue|\bboulevard|\bbd|\ballée|\bchemin|\bplace|\bquai)\b)[^\n]{{3,50}}[,\n|·•{DASH}]?\s*"
        rf"(?P<zip>\d{{5}})\s+{CITY}",
        "named": rf"{CITY}\s*[,{DASH}]\s*(?:(?P<zip>[A-Z]{{0,2}}[- ]?\d[\dA-Z-]{{2,8}}(?: \d?[A-Z]{{2,3}})?)\s*[,.{DASH}]?\s*)?"
        rf"(?:{NAME}\s*,\s*)?\(?{country}",
        "zipped": rf"(?P<zip>\d(?<![\w,./-]\d)(?:\d{{3,5}}|\d\d \d\d))[\s,{DASH}]{{1,3}}{CITY}\s*[,({DASH}]?\s*{country}",
        "based": r"\b(?:we are|we're|our (?:office|headquarters|company|studio|lab|plant|team)s? (?:is|are)|company|firm"
        r"|startup|start-up|siamo|azienda|società|impresa|la nostra sede è)\b[^.;\n]{0,40}?"
        r"(?:\b(?:based|located|headquartered|situated)\s+in|\bcon\s+sede\s+(?:legale\s+|operativa\s+)*(?:a|in)|\ba\b)\s+"
        rf"{CITY}(?:\s*\(\s*{code}\s*\)|\s*,\s*(?:{country}|{state}))?",
    }
    return {kind: re.compile(form) for kind, form in forms.items()}


@cache
def _anchors() -> dict[str, re.Pattern[str]]:
    """Return what is rare within patterns that begin with what is not, and looked for first."""
    state = rf",\s*(?:{_either(states())})\b"
    country = _either(name for *_, names in table("countries") for name in names.split("|"))
    forms = {
        "coded": r"\(\s*[A-Z]{2,3}\s*\)",
        "alone": rf"\n{STREET_WORD} ",
        "british": r"\d[A-Z\d]?\s\d[A-Z]{2}\b",
        "lettered": r"[A-Z]-\d{4,5}\s",
        "german": rf"\d\d\d\d\d\s+{WORD}",
        "french": rf"\d\d\d\d\d\s+{WORD}",
        "state": state,
        "stated": state,
        "indian": rf"[,{DASH}]\s*\d{{3}} ?\d{{3}}(?!\d)",
        "named": rf"[,{DASH}(.\d]\s*\(?(?:{country})\b",
    }
    return {kind: re.compile(form) for kind, form in forms.items()}


def _matches(kind: str, text: str) -> Iterator[re.Match[str]]:
    pattern, anchor = _patterns()[kind], _anchors().get(kind)
    if anchor is None:
        yield from pattern.finditer(text)
        return
    end = 0
    for hit in anchor.finditer(text):
        if hit.start() < end:
            continue
        match = pattern.search(text, max(end, hit.start() - LONGEST_CITY), min(len(text), hit.end() + LONGEST_CITY))
        if match and match.start() < hit.end():
            end = match.end()
            yield match


def _judge(kind: str, match: re.Match[str], text: str) -> Address | None:
    """Return the address that a pattern found, weighed by its form alone; None where it is none after all."""
    groups = {name: value or "" for name, value in match.groupdict().items()}
    city = re.sub(r"\s+", " ", RUN_ON.split(groups["city"])[0]).strip(" .,\u2013-'\u2019`")
    postal = re.sub(r"\s+", " ", groups.get("zip", ""))
    if not city or NOT_CITY.match(city):
        return None
    if kind in {"cap", "coded", "after", "capital", "alone"}:
        return _italian(kind, city, postal, groups, street=_has_street(match, text, past=kind == "after"))
    if kind == "based":
        return _based(city, groups)
    if kind in {"state", "stated"}:
        return _in_state(kind, city, postal, groups)
    country = groups.get("country", "").lower()
    code = (
        COUNTRY_OF_FORM.get(kind) or LETTERS.get(groups.get("letter", "")) or country_names().get(country) or groups["letter"]
    )
    weight = {"indian": 1.5, "british": 2.5, "german": 2.5, "french": 2.5}.get(kind, 3.0 if postal else 1.2)
    return Address(city, code, "", "", postal, weight)


def _has_street(match: re.Match[str], text: str, *, past: bool) -> bool:
    end = match.end() if past else match.start() + 3
    return bool(ITALIAN_STREET.search(text[max(0, match.start() - BEFORE) : end]))


def _italian(kind: str, city: str, postal: str, groups: dict[str, str], *, street: bool) -> Address | None:
    code = groups.get("code", "")
    if code == "RSM" or postal.startswith(SAN_MARINO):
        return Address(city, "SM", "", "", postal, 3.0)
    province = provinces().get(code)
    if kind == "cap" and province is None:
        city, province = _split_province(city)
    capital = capitals().get((groups.get("capital") or city).lower())
    region = (province or capital or Province("", "", "")).region
    if kind == "cap":
        known = province is not None or capital is not None or street
        return Address(city, "IT", "", region, postal, 3.0 if province else 2.5 if capital else 2.0) if known else None
    if kind == "coded":
        return Address(city, "IT", "", region, postal, 2.5 if postal else 2.0) if province or postal else None
    if kind == "alone" and capital:
        return Address(capital.capital, "IT", "", region, "", 2.0)
    return Address(city, "IT", "", region, postal, 1.5) if street else None


def _split_province(city: str) -> tuple[str, Province | None]:
    """Return city and province of `Busto Arsizio VA` or `Lugagnano-Piacenza`."""
    if (tail := re.fullmatch(r"(.+) ([A-Z]{2})", city)) and tail[2] in provinces():
        return tail[1], provinces()[tail[2]]
    if (tail := re.fullmatch(rf"(.+?)\s?[{DASH}]\s?(.+)", city)) and tail[2].lower() in capitals():
        return tail[1], capitals()[tail[2].lower()]
    return city, None


def _in_state(kind: str, city: str, postal: str, groups: dict[str, str]) -> Address | None:
    country, name = states()[groups["state"]]
    if kind == "stated":
        agree = country_names()[groups["country"].lower()] == country
        return Address(city, country, "", name, postal, 3.0 if postal else 2.2) if agree else None
    # A code of two letters is also an Italian province or a word.
    spelled = len(groups["state"]) > LONGEST_STATE_CODE
    return Address(city, country, "", name, postal, 3.0 if postal else 1.2 if spelled else 0.5)


def _based(city: str, groups: dict[str, str]) -> Address | None:
    """Judge "we are based in": the city must be told by a province, a state or a country, or be an Italian capital."""
    if groups["state"]:
        country, region = states()[groups["state"]]
        return Address(city, country, "", region, "", 2.2)
    if groups["country"]:
        return Address(city, country_names()[groups["country"].lower()], "", "", "", 2.2)
    province = provinces().get(groups["code"]) or capitals().get(city.lower())
    return Address(city, "IT", "", province.region, "", 2.0) if province else None


def _without_quarter(city: str, country: str) -> str:
    """Return the big city that a name ends with: what stands before it is its quarter."""
    words = city.split()
    tails = (" ".join(words[start:]) for start in range(1, len(words)))
    return next((tail for tail in tails if tail.lower() in big_cities().get(country, frozenset())), city)
