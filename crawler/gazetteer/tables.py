"""The tables of this folder, read once each."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SHARED_CALLING_CODES = frozenset({"1", "7"})


@dataclass(frozen=True, slots=True)
class Province:
    """An Italian province."""

    code: str
    capital: str
    region: str


def table(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a table."""
    text = (files("crawler.gazetteer") / f"{name}.tsv").read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#"))


@cache
def provinces() -> dict[str, Province]:
    """Return the Italian provinces by code."""
    return {code: Province(code, capital, region) for code, capital, region in table("italian_provinces")}


@cache
def capitals() -> dict[str, Province]:
    """Return the Italian provinces by capital, in lower case."""
    return {province.capital.lower(): province for province in provinces().values()}


@cache
def regions() -> dict[str, str]:
    """Return the Italian regions by all their names, in lower case."""
    return {name.lower(): region for region, names in table("italian_regions") for name in (region, *names.split("|")) if name}


@cache
def big_cities() -> dict[str, frozenset[str]]:
    """Return the big cities of countries other than Italy, in lower case."""
    return {country: frozenset(names.lower().split("|")) for country, names in table("cities")}


@cache
def country_names() -> dict[str, str]:
    """Return the countries' codes by name, in lower case."""
    return {name.lower(): code for code, _, _, names in table("countries") for name in names.split("|")}


@cache
def country_domains() -> dict[str, str]:
    """Return the countries' codes by top-level domain."""
    return {domain: code for code, _, domains, _ in table("countries") for domain in domains.split(",") if domain}


@cache
def calling_codes() -> dict[str, str]:
    """Return the countries' codes by calling code; those that several share are left out."""
    return {calling: code for code, calling, _, _ in table("countries") if calling not in SHARED_CALLING_CODES}


@cache
def states() -> dict[str, tuple[str, str]]:
    """Return country and name of states and provinces, by code and by name."""
    rows = [(country, code, name) for country, code, name in table("states")]
    return {key: (country, name) for country, code, name in rows for key in (code, name) if key}


@cache
def legal_forms() -> tuple[tuple[str, frozenset[str], str], ...]:
    """Return the legal forms: how each is written, its countries, its pattern."""
    return tuple((form, frozenset(countries.split(",")), pattern) for form, countries, pattern in table("legal_forms"))


@cache
def roles() -> frozenset[str]:
    """Return the local parts of e-mail addresses that name a task and no person."""
    return frozenset(word for row in table("roles") for word in row[0].split())


def country_code(text: str) -> str:
    """Return the ISO code of a country's name or code, or an empty text."""
    name = text.strip().lower().rstrip(".")
    if name.upper() in {code for code, *_ in table("countries")}:
        return name.upper()
    return country_names().get(name, "") or country_names().get(f"{name}.", "")
