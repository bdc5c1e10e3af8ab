"""Personal data that must not reach the corpus: e-mail addresses of persons, phone numbers, Italian personal tax codes."""

import re
from collections.abc import Iterator

from crawler.gazetteer.tables import capitals, roles

ROLES = roles()
"""Local parts that name a task and no person; also with a number, a place or a language behind them."""
VAGUE = frozenset(
    {"hi", "pr", "ir", "cv", "dpo", "ask", "mail", "email", "post", "web", "site", "world", "global", "start", "demo"}
)
"""Of these only whole local parts: beside another word they may be part of a name."""
GLUED = re.compile(r"^(?:e-?mail|mail)[:.]?(?=\w{3})")
"""A label that markup without spaces runs into the address."""
GAP = r"[ \t\u00a0]?"
FREE_MAIL = (
    r"(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|libero|virgilio|tiscali|alice|tin|fastwebnet|gmx|aol|proton\w*)\."
)
AT = (
    rf"{GAP}(?:@|\uff20|{GAP}[\[({{<]{GAP}(?:at|chiocciola|@){GAP}[\])}}>]{GAP}"
    rf"|[ \t](?:(?i:at)[ \t](?=[\w-]+{GAP}(?:[\[({{]|{GAP}(?i:dot|punto)[ \t])|(?i:{FREE_MAIL}))|(?i:chiocciola)[ \t])){GAP}"
)
"""A bare "at" only where what follows can be nothing but an address: "see us at acme.it" is none."""
SPELLED_DOT = r"[ \t](?i:dot|punto)[ \t]"
DOT = rf"(?:\.|{GAP}[\[({{]{GAP}(?:dot|punto|\.){GAP}[\])}}]{GAP}|{SPELLED_DOT})"
SPELLED_FIRST = rf"(?:[\w-]{{1,64}}{SPELLED_DOT}(?=[\w-]+[ \t](?i:at|chiocciola)[ \t]))?"
EMAIL = re.compile(
    rf"(?<![\w.+@-])(?P<local>{SPELLED_FIRST}[\w.+'&%-]{{1,64}}){AT}(?P<domain>[\w-]{{1,63}}(?:{DOT}[\w-]{{1,63}}){{1,4}})(?![\w@])"
)
"""Also as people hide them from machines: (at), [dot], chiocciola, punto."""
UNSEEN = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)) | {0xFF10 + digit: str(digit) for digit in range(10)}
"""Characters that nobody sees, which hide an address from a pattern but not from a reader, and full-width digits."""
TAX_CODE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{6}\d{2}[ABCDEHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?![A-Za-z0-9])", re.IGNORECASE)
CODE_DIGIT = r"[\dL-NP-V]"
"""Or the letter that stands for it where two persons would have the same code."""
SPACED_TAX_CODE = re.compile(
    rf"(?<![A-Z0-9])[A-Z]{{3}}{GAP}[A-Z]{{3}}{GAP}{CODE_DIGIT}{{2}}{GAP}[ABCDEHLMPRST]{GAP}{CODE_DIGIT}{{2}}{GAP}[A-Z]{GAP}"
    rf"{CODE_DIGIT}{{3}}{GAP}[A-Z](?![A-Z0-9])",
    re.IGNORECASE | re.ASCII,
)
ODD_PLACES = "BAKPLCQDREVOSFTGUHMINJWZYX"
"""What letters count at the odd places of a tax code, by their order here; a digit counts as the letter of its number."""
CHAT_LINK = re.compile(
    r"(?:https?://)?(?<![\w.-])(?:wa\.me/|(?:api|web)\.whatsapp\.com/send/?\?phone=)\+?\d(?:[ .-]?\d){6,14}(?:[?&]\S*)?",
    re.IGNORECASE,
)
SEPARATOR = r"[ \u00a0\u2009\u202f./()\u2010-\u2015-]"
GROUPS = re.compile(
    rf"(?<![\d_.,/+€$£#@=-])(?P<plus>\+|\(\+|00(?=[1-9]))?\(?\d(?:{SEPARATOR}{{0,3}}\d){{5,17}}(?![\d_%‰°€$£²³µ])"
)
BREAK = re.compile(rf"{SEPARATOR}{{2,}}|(?<=\d{{6}}){SEPARATOR}")
"""Where one number may end and another begin."""
LABEL = re.compile(
    r"(?:\b(?:tel(?:efon[oie]|ephone|èfono)?|phone|ph|fon|cell?(?:ulare)?|mob(?:ile|il)?|fax|telefax|whats\s?app|wa|centralino"
    r"|numero\s+verde|hotline|call(?:\s+us)?|chiama(?:ci|re|teci)?|toll[\s-]?free|smartphone|recapiti?|numero\s+di\s+telefono|telef"
    r"|rufen|handy|móvil|rufnummer|n(?:r|°)?\.?\s+tel)\b|(?:^|[\s|·•(])[TMFPtmfp][.:]|[☎☏📞📱🕻🖷✆])"
    r"\s*(?:no|nr|n|num|number|numero|uff|ufficio|office|int|dir|us|e\s+fax|/\s*fax|[\s&]*whatsapp)?\s*[.:°/)\u2013|-]*\s*$",
    re.IGNORECASE,
)
NO_PHONE_BEFORE = re.compile(
    r"(?:\b(?:p\.?\s?iva|partita\s+iva|p\.\s?i|vat(?:\s*(?:no|id|nr|number))?|c\.\s?f|cod(?:ice)?(?:\s+\w+)?|code|art(?:icolo|icle)?"
    r"|item|part|p/?n|sn|s/n|serial|matricola|rea|r\.e\.a|iban|isbn|issn|doi|orcid|ean|gtin|upc|sku|iso|en|din|uni|iec|cei|astm|rev"
    r"|ver|version|model(?:lo)?|mod|ref|rif|reg|nct|abi|cab|sdi|ateco|nace|euro?|eur|usd|chf|gbp|capitale(?:\s+sociale)?|prezzo|price"
    r"|dal|from|anni|years|patent|brevett[oi]|n\.\s?brev|us|ep|wo|lotto|lot|batch|order|ordine|fattura|protocollo|prot|gu|legge|law"
    r"|dm|dpr|n|nr|no|num|id|pos|fig|tab|lat|lon|long|latitud\w*|longitud\w*|coe|cin|c\.o\.e|cap|zip)\b[\s.:°#/)\u2013-]*"
    r"|[€$£#=\u00d7x*]\s*)(?:(?:it|de|fr|at|ch)\s?)?$",
    re.IGNORECASE,
)
"""What says before a number that it is a code, a sum, a standard, a date."""
UNIT_AFTER = re.compile(
    r"\s?(?:mm|cm|dm|m|km|µm|um|nm|in|inch|kg|g|mg|t|ton\w*|l|lt|ml|n|kn|pa|mpa|bar|psi|w|kw|mw|kwh|mwh|v|kv|a|ma|ah|hz|khz|mhz|ghz"
    r"|rpm|giri|min|s|ms|sec|h|ore|hours|days|giorni|anni|years|pz|pcs|pezzi|pieces|units|unità|euro|eur|usd|dollar\w*|mila|milion\w*"
    r"|million\w*|miliard\w*|billion\w*|k|gb|mb|tb|dpi|px|bit|ppm|ppb|°c|°f|db|mq|mc)\b|\s?[\u00d7x*]\s?\d|\s?[/]\d{5}|,\d",
    re.IGNORECASE,
)
DATE = re.compile(
    r"^(?:(?:\d{1,2}[./ \u2013-])?\d{1,2}[./ -](?:19|20)\d\d|\d{1,2}[./ \u2013-]\d{1,2}[./ -]\d\d"
    r"|(?:19|20)\d\d[./ -]\d{1,2}[./ -]\d{1,2}|(?:19|20)\d\d\s?[-\u2013/]\s?(?:19|20)?\d\d)(?:[ .-]\d{1,2}[.-]?\d{0,2})?$"
)
THOUSANDS = re.compile(r"^\d{1,3}(?:[. ]\d{3})+$")
YEARS = re.compile(r"^(?:(?:19|20)\d\d[\s./\u2013-]*){1,5}$")
CALLING = frozenset(
    [
        "1",
        "7",
        "20",
        "27",
        "30",
        "31",
        "32",
        "33",
        "34",
        "36",
        "39",
        "40",
        "41",
        "43",
        "44",
        "45",
        "46",
        "47",
        "48",
        "49",
        "51",
        "52",
        "53",
        "54",
        "55",
        "56",
        "57",
        "58",
        "60",
        "61",
        "62",
        "63",
        "64",
        "65",
        "66",
        "81",
        "82",
        "84",
        "86",
        "90",
        "91",
        "92",
        "93",
        "94",
        "95",
        "98",
    ]
)
"""Calling codes of one and two digits; all others have three (ITU-T E.164)."""
FEWEST_DIGITS, MOST_DIGITS = 6, 15
FEWEST_LETTERS = 3
DOMESTIC = re.compile(
    rf"""
      \(?0[1-9]\d{{0,3}}\)?{SEPARATOR}{{1,3}}\d{{4,8}}                                  # Italy, Germany: area code, number
    | \(?0[1-9]\d{{0,3}}\)?{SEPARATOR}{{1,3}}\d{{2,4}}(?:{SEPARATOR}{{1,2}}\d{{2,4}}){{1,3}}
    | 3[1-9]\d{SEPARATOR}{{0,2}}\d{{3}}{SEPARATOR}?\d{{3,4}}                       # Italian mobiles
    | 3[1-9]\d(?:{SEPARATOR}\d{{2,3}}){{2,4}}
    | (?=(?:\D*\d){{10}}$)3[1-9]\d(?:{SEPARATOR}{{1,2}}\d{{2,4}}){{2,3}}
    | 0\d(?:{SEPARATOR}\d\d){{4}}                                                   # France
    | \(\d{{3}}\){SEPARATOR}?\d{{3}}{SEPARATOR}\d{{4}}                              # North America
    | [2-9]\d\d(?P<mark>[.-])\d{{3}}(?P=mark)\d{{4}}
    | 800{SEPARATOR}{{0,2}}\d{{3}}{SEPARATOR}?\d{{3}}                               # toll-free
    | 800(?:{SEPARATOR}\d\d){{3}}
    """,
    re.VERBOSE,
)


def _hint(signs: str) -> re.Pattern[str]:
    # One set of characters stands first, so that the others are passed over quickly.
    return re.compile(rf"[{signs}AaCc](?:(?<=[{signs}])|(?<=\b[Aa])[Tt]\b|(?<=[Cc])(?i:hiocciola))")


HINT = _hint(r"@\uff20\d")
"""Of what every personal datum holds something."""
EMAIL_HINT = _hint(r"@\uff20")
PHONE_HINT = re.compile(r"\d(?:\D{0,3}\d){5}")
SPACES = re.compile(r"[ \t]{2,}")
EMPTY_PAIR = re.compile(r"\(\s*\)|\[\s*\]|<\s*>")
LOOKED_BACK = 40
MOST_ROUNDS = 10


def without_personal_data(text: str) -> str:
    """Return `text` without e-mail addresses of persons, phone numbers and personal tax codes; role addresses stay.

    Lines stay lines. What is removed leaves nothing in its place, so that no search finds it by a mark.
    """
    if not HINT.search(text):
        return text
    return "\n".join(_cleaned(line) if HINT.search(line) else line for line in text.split("\n"))


def role_addresses(text: str) -> Iterator[str]:
    """Yield the e-mail addresses in a text that name a task and no person, in lower case."""
    for match in EMAIL.finditer(text):
        if "@" in match[0] and is_role(match["local"], match["domain"]):
            yield re.sub(r"\s", "", match[0]).lower()


def is_role(local: str, domain: str) -> bool:
    """Tell whether an address is that of a task or a company, not of a person."""
    bare = GLUED.sub("", re.sub(r"(?:\+.*|\d+)$", "", re.sub(SPELLED_DOT, ".", local).lower()))
    words = [word for word in re.split(r"[._+'&%-]", bare) if word]
    joined = "".join(words)
    if joined in ROLES or joined in capitals():
        return True
    # A task with a place, a brand or a department beside it: service.china@, acme.amministrazione@.
    if len(words) > 1 and (words[0] in ROLES - VAGUE or words[-1] in ROLES - VAGUE or all(word in ROLES for word in words)):
        return True
    # The company's own name: acme@acme.it, and acme@pec.it where nothing else could be known of it.
    companies = [label.replace("-", "") for label in re.split(r"[^\w-]+", domain.lower())[:-1]]
    return (
        len(words) == 1
        and len(joined) >= FEWEST_LETTERS
        and any(joined == company or (len(joined) >= FEWEST_LETTERS and company.startswith(joined)) for company in companies)
    )


def _cleaned(line: str) -> str:
    """Return a line without personal data, also without what comes to light when others go."""
    for _ in range(MOST_ROUNDS):
        plain = line if line.isascii() else line.translate(UNSEEN)
        made = CHAT_LINK.sub("", plain) if "wa.me/" in plain or "whatsapp.com/" in plain else plain
        # Phones first: markup without spaces runs them into the address that follows.
        if PHONE_HINT.search(made):
            made = "".join(_without_phones(made))
        if EMAIL_HINT.search(made):
            made = EMAIL.sub(lambda match: match[0] if is_role(match["local"], match["domain"]) else "", made)
        made = SPACED_TAX_CODE.sub(lambda match: "" if _is_tax_code(match[0]) else match[0], TAX_CODE.sub("", made))
        if made == plain:
            return line
        line = SPACES.sub(" ", EMPTY_PAIR.sub("", made)).strip(" \t")
    return ""  # made to defy us


def _is_tax_code(shown: str) -> bool:
    """Tell whether the last letter of a code is what the others come to."""
    code = re.sub(r"\s", "", shown).upper()
    values = [int(one) if one.isdigit() else ord(one) - ord("A") for one in code]
    total = sum(ODD_PLACES.index(chr(ord("A") + value)) for value in values[:15:2]) + sum(values[1:15:2])
    return total % 26 == values[15]


def _without_phones(text: str) -> Iterator[str]:
    end = 0
    for run in GROUPS.finditer(text):
        for phone in _phones(run, text):
            yield text[end : phone.start()]
            end = phone.end()
    yield text[end:]


def _phones(run: re.Match[str], text: str) -> Iterator[re.Match[str]]:
    """Yield a run of digits if it is a phone number, else the parts of it that are: two numbers in a row, one before a year."""
    if _is_phone(run, text):
        yield run
        return
    breaks = list(BREAK.finditer(text, *run.span()))
    starts, ends = [run.start(), *(one.end() for one in breaks)], [*(one.start() for one in breaks), run.end()]
    for start, end in zip(starts, ends, strict=True) if breaks else ():
        part = GROUPS.match(text, start, end)
        if part and _is_phone(part, text):
            yield part


def _is_phone(match: re.Match[str], text: str) -> bool:
    shown = match[0]
    digits = re.sub(r"\D", "", shown)
    before = text[max(0, match.start() - LOOKED_BACK) : match.start()].rpartition("\n")[2]
    after = text[match.end() : match.end() + 12]
    labelled = bool(LABEL.search(before))
    # Between letters it is part of a code, unless a label or a plus has run into it.
    if (before[-1:].isalpha() and not labelled) or (after[:1].isalpha() and not (labelled or match["plus"])):
        return False
    if not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS + 2 or YEARS.match(shown):
        return False
    if match["plus"] or shown.startswith("(+"):
        number = digits.removeprefix("00")
        known = number[:1] in {"1", "7"} or number[:2] in CALLING or number[:1] in "23456789"
        return known and 8 <= len(number) <= MOST_DIGITS and (labelled or "+" not in shown or not UNIT_AFTER.match(after))  # noqa: PLR2004
    if labelled:
        return True
    if NO_PHONE_BEFORE.search(before) or UNIT_AFTER.match(after) or DATE.match(shown) or THOUSANDS.match(shown):
        return False
    return bool(DOMESTIC.fullmatch(shown.strip("() ")) or DOMESTIC.fullmatch(shown))
