"""VAT numbers: found beside their labels, told from other numbers by form and check digit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LABEL = re.compile(
    r"(?<![\w])(?:p(?:art(?:ita|\.)?)?[.\s]{0,2}i(?:va|\.\s?v\.\s?a)\b\.?|p\.\s?i\.|P\.?I\.?(?=\s{0,2}[:.\d])"
    r"|(?P<fiscal>c\.\s?f\.|CF(?=\s{0,2}[:.\d])|cod(?:ice|\.)?\s{0,2}fisc(?:ale|\.)?)"
    r"|v\.?a\.?t\.?(?![a-z])|c\.?o\.?e\.?(?![a-z])|ust\.?-?\s?id|uid|umsatzsteuer|t\.?v\.?a\.?(?![a-z])|n\.?i\.?f\.?(?![a-z])"
    r"|c\.?i\.?f\.?(?![a-z])|btw|ič\s?dph|dič|nip|moms|cvr|afm|piva)",
    re.IGNORECASE,
)
REACH = 70
"""Characters after a label within which its number begins."""
LONGEST_LABEL = 30
ITALIAN_LABEL = re.compile(r"p[.\s]{0,2}i(?:va|\.\s?v\.\s?a)|partita\s+iva|p\.\s?i\.", re.IGNORECASE)
P_IVA = re.compile(r"p(?<=\bp)\.? ?iva\b")
"""In lower case. Here and below the first letter stands before what must precede it: so it is what is looked for."""
NUMBER = re.compile(r"(?<![A-Z0-9])(?P<country>[A-Z]{2})?[\s.:-]{0,2}(?P<digits>[A-Z]?\d(?:[ .-]?\d|[A-Z]){3,13})(?![A-Z0-9])")
DIGITS = re.compile(r"\d(?:[ .-]?\d|[A-Z]){3,}")
"""What every number of `NUMBER` holds, and no label."""
PREFIXED = re.compile(r"(?P<country>[A-Z](?<![A-Z0-9][A-Z])[A-Z])(?P<digits>U?\d[0-9A-Z]{4,12})(?![A-Z0-9])")
FORMS = {
    country: re.compile(form)
    for country, form in {
        "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CH": r"\d{9}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}",
        "DE": r"[1-9]\d{8}", "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]", "FI": r"\d{8}",
        "FR": r"[A-Z0-9]{2}\d{9}", "GB": r"\d{9}(?:\d{3})?", "HR": r"\d{11}", "HU": r"\d{8}",
        "IE": r"\d[A-Z0-9]\d{5}[A-Z]{1,2}", "IT": r"\d{11}",
        "LT": r"\d{9}(?:\d{3})?", "LU": r"\d{8}", "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}",
        "NO": r"\d{9}", "PL": r"\d{10}", "PT": r"\d{9}", "RO": r"\d{2,10}", "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}",
        "SM": r"\d{5}",
    }.items()
}  # fmt: skip
"""The part after the country's letters: European Commission, VIES, and San Marino's C.O.E."""
ALIASES = {"EL": "GR"}
VAT_DIGITS = 11


@dataclass(frozen=True, slots=True)
class VatNumber:
    """A VAT number as found."""

    country: str
    """ISO 3166-1 alpha-2."""
    number: str
    """Of Italy the eleven digits alone, else with the country's letters."""
    labelled: bool
    start: int


def is_italian_vat(digits: str) -> bool:
    """Tell whether eleven digits are a partita IVA: the last is a check digit (Luhn), and no part is empty."""
    if len(digits) != VAT_DIGITS or not (digits.isascii() and digits.isdigit()) or not int(digits[:7]):
        return False
    twice = [2 * int(digit) for digit in digits[1::2]]
    total = sum(int(digit) for digit in digits[::2]) + sum(sum(divmod(two, 10)) for two in twice)
    return total % 10 == 0


def vat_numbers(text: str) -> Iterator[VatNumber]:
    """Yield the VAT numbers of a text: those beside a label, then those that carry their country's letters in full."""
    seen: set[str] = set()
    for label in _labels(text):
        near = text[label.end() : label.end() + REACH]
        for match in NUMBER.finditer(near):
            if len(re.findall(r"[a-zA-Z]{3,}", near[: match.start()])) > 3:  # noqa: PLR2004  # "e Partita IVA n."
                break
            found = _read(match, label.end(), labelled=True)
            if found is None and ITALIAN_LABEL.search(label[0]) and len(re.sub(r"\D", "", match[0])) >= VAT_DIGITS:
                break
            if found is not None:
                if found.number not in seen:
                    seen.add(found.number)
                    yield found
                break
    for match in PREFIXED.finditer(text):
        found = _read(match, 0, labelled=False)
        # Other codes look like the shorter ones.
        if found is not None and found.country in {"IT", "FR", "NL", "AT"} and found.number not in seen:
            seen.add(found.number)
            yield found


def _labels(text: str) -> Iterator[re.Match[str]]:
    """Yield the labels that have a number within reach: most of a text has none, and is not searched."""
    end = 0
    for number in DIGITS.finditer(text):
        yield from LABEL.finditer(text, max(end, number.start() - REACH - LONGEST_LABEL), number.end())
        end = number.end()


def says_partita_iva(text: str) -> bool:
    """Tell whether a text speaks of a partita IVA, which is Italian even where its number is wrong."""
    lower = text.lower()
    return "partita iva" in lower or P_IVA.search(lower) is not None


def vat_number(text: str) -> VatNumber | None:
    """Read a text that should be a VAT number and nothing else, with or without its country's letters."""
    match = NUMBER.fullmatch(text.strip().upper())
    return _read(match, 0, labelled=True) if match else None


def _read(match: re.Match[str], offset: int, *, labelled: bool) -> VatNumber | None:
    country, digits = match["country"] or "", re.sub(r"[ .-]", "", match["digits"])
    start = offset + match.start()
    if country in {"", "IT"}:
        # A number may run into what follows it.
        digits = digits[:VAT_DIGITS] if digits[VAT_DIGITS:] and not digits[VAT_DIGITS:].isdigit() else digits
        return VatNumber("IT", digits, labelled, start) if is_italian_vat(digits) else None
    form = FORMS.get(country)
    if form is None or not form.fullmatch(digits):
        return None
    return VatNumber(ALIASES.get(country, country), country + digits, labelled, start)
