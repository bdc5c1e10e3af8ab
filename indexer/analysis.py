"""Italian and English text as index terms: elision, case, accents, compounds, codes, units, stop words, stems."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from indexer.routing import need_language
from indexer.stems import SNOWBALL, stem
from indexer.words import FILLER_WORDS, STOP_WORDS, fold

__all__ = ["Term", "fold", "need_language", "query_terms", "terms"]

HYPHENS = "\\-\u2010\u2011"
APOSTROPHES = "'’ʼ`´‘′\uff07"  # noqa: RUF001  # the look-alikes are what it is about
MARKS = "\u0300-\u036f"
"""Accents that follow their letter."""
MODIFIER = "\u02bc"
"""An apostrophe that counts as a letter."""
UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
LETTER = "[^\\W_\u02bcºª]"
CHUNK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"']+"
    r"|[xX] [rR]ays?\b"
    rf"|{LETTER}+(?:(?:[{MARKS}{UNSEEN}]+|[{HYPHENS}{APOSTROPHES}.,&@]|[{HYPHENS}][ \t]*\r?\n[ \t]*){LETTER}+)*[{MARKS}]*"
)
"""What stands together: a word, a compound, a code, an address. Its terms depend on nothing else, so they are kept."""
WORD = re.compile(rf"(?:[Øø](?=\d))?({LETTER}(?:{LETTER}|[{MARKS}{UNSEEN}])*(?:[.,](?=\d)(?<=\d.)\d+)*)")
"""A word or a figure of a chunk; the sign of a diameter is none."""
ADDRESS = re.compile(rf"(?:https?://|www\.|.*@)(?:www\.)?((?:{LETTER}|-)+(?:\.(?:{LETTER}|-)+)*)", re.DOTALL)
ACRONYM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
ELIDED = re.compile(
    r"(?:gl|[ldcmtsvn]|un|(?:d|n|a|s|c)?all|dell|nell|sull|dall|coll|quell|quest|bell|sant|tutt|mezz|senz|anch|nessun|ciascun"
    r"|qualcun|(?:de|da|ne|a|su)gl|altr|quand|quant|com|dov|cos|grand|buon|dev|ogn|alcun|nient|null|tant)",
    re.IGNORECASE,
)
"""Articles and prepositions that Italian writes onto the next word."""
BROKEN = re.compile(rf"(?<=[^\W\d_])[{HYPHENS}][ \t]*\r?\n[ \t]*(?=[^\W\d_])")
JOINED_CODE = re.compile(
    rf"(?:[A-Za-z]{{1,2}}(?:[{HYPHENS}]\d+[A-Za-z]{{1,2}})+"  # Ti-6Al-4V
    rf"|[A-Za-z]{{1,3}}[{HYPHENS}]\d|[A-Za-z][{HYPHENS}]\d+|\d[{HYPHENS}][A-Za-z]"  # PA-6, C-45, 3-D
    rf"|(?=[^{HYPHENS}]*\d)(?=[^{HYPHENS}]*[A-Za-z])[A-Za-z\d]{{5,}}[{HYPHENS}]\d{{1,2}})"  # X5CrNi18-10
)
"""Codes that are written with hyphens or without."""
SPLIT_CODE = re.compile(r"([^\W\d_]{2,4})(\d{2,}[^\W\d_]?)|([^\W\d_]{5,})(\d+(?:[.,]\d+)*)")
"""Codes that are written in one or in two: ISO9001, AISI316L, IP67, industry4.0."""
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
QUANTITY = re.compile(
    r"(\d+(?:[.,]\d+)*)([kmg]?hz|[kmg]?pa|[km]?wh|[kmun]?m[23]?|[km]?[wv]|k?n|k?g|mg|mah|m?bar|ton|kt|rpm|ppm|ppb|min|ms|h[rv][cb]?"
    r"|db|[gmtk]b|c|kva|ml|cc|fps|euro|mln|assi)"
)
"""A figure and its unit without a space between."""
KEPT_WHOLE = frozenset({"2g", "3g", "4g", "5g", "6g", "3m", "316n", "304n"})
"""Not grams, coulombs or metres: mobile networks and firms."""
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")
PREFIXES = ("anti", "non")
PREFIX = re.compile(
    r"(anti(?!c[ahi]|co\b|qu|gen|bod|bio|mon|dot)|non(?=destr|distr|ferr|conf|contact|linear|toxic|woven))[^\W\d_]{4,}"
)
"""Prefixes that part from their word, however it is written: against corrosion is about corrosion."""
PREFIXED = re.compile(
    r"(?:bi|co|cyber|de|electro|elettro|foto|hydro|idro|inter|intra|macro|mega|micro|mini|mono|multi|nano|opto|photo|poli"
    rf"|poly|post|pre|re|semi|sub|super|termo|thermo|tri|ultra)[{HYPHENS}][^\W\d_]{{3,}}",
    re.IGNORECASE,
)
"""Compounds that are one word, whether with a hyphen or without: semi-lavorati, micro-machining."""
APART = {
    first + second: len(first)
    for first, second in re.findall(
        r"(\w+)\+(\w+)",
        """
        die+casting die+castings die+cast die+caster die+casters die+making die+maker mold+making mould+making
        tool+making tool+maker tool+path sheet+metal shop+floor water+jet heat+treatment heat+treated heat+treating
        heat+exchanger heat+exchangers work+piece work+pieces work+flow work+flows work+station work+stations
        spare+parts sand+casting light+weight light+weighting hard+facing over+heating energy+saving ferro+leghe
        electro+plating electro+plated spot+welding micro+structure scrap+yard real+time machine+tool machine+tools
        steel+making steel+maker steel+works iron+making data+driven bar+code bar+codes data+base data+bases
        """,
    )
}
"""Compounds also written as one word, by their letters to the joint; taken apart they meet the two words."""
TOGETHER = frozenset(
    re.findall(
        r"\w+",
        """
        online offline inline startup startups setup setups backup backups plugin plugins addon addons scaleup
        scaleups spinoff spinoffs spinout spinouts onboard knowhow checkup email emails ecommerce elearning emobility
        ebike ebikes xray xrays retrofit retrofitting cobot cobots turnkey byproduct byproducts lifecycle
        """,
    )
)
"""Words also written with a hyphen, of which the parts say less than the whole."""
RAYS = re.compile(r"[xX] [rR]ays?")
ACRONYMS = {"it": frozenset({"AI", "ai"}), "en": frozenset({"IT", "AM"})}
"""Stop words that are something else in capitals: artificial intelligence, additive manufacturing."""
AFTER_NOUN = re.compile(r"\s*(?:$|[.,;:!?)/&]|(?:per|in|e|ed|con|su|di|da|nel|nell|nella|sul|sulla|o|che|non|generativa)\b)")
"""What follows the noun `ai`, and not the preposition."""
IN_CAPITALS, BEFORE_IN_CAPITALS = re.compile(r"\s+[A-ZÀ-Ý]{4,}"), re.compile(r"[A-ZÀ-Ý]{4,}\s+$")
"""A word of a text in capitals, after and before another."""
NEARBY = 30
"""Characters in which the word before is looked for."""

REMEMBERED = 60
"""Characters of a chunk whose terms are kept."""

Found = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Term:
    """An index term and the characters of the text that it was made from."""

    stem: str
    start: int
    end: int


def terms(text: str, language: str) -> tuple[Term, ...]:
    """Return the index terms of `text` in order, analysed as Italian when `language` is "it", else as English.

    Stop words and single letters are left out; so are the paths of addresses. Terms don't overlap.
    """
    language = language if language in SNOWBALL else "en"
    acronyms = ACRONYMS[language]
    found: list[Term] = []
    for match in CHUNK.finditer(text):
        chunk = match[0]
        own = _terms_of(chunk, language) if len(chunk) <= REMEMBERED else _find_terms(chunk, language)
        if own:
            at = match.start()
            for stemmed, start, end in own:
                found.append(Term(stemmed, at + start, at + end))
        elif chunk in acronyms and _is_acronym(text, *match.span()):
            found.append(Term(chunk.lower(), *match.span()))
    return tuple(found)


def query_terms(text: str, language: str) -> tuple[Term, ...]:
    """Return the terms of a need, without the words that only say that something is sought, unless there are no others."""
    own = terms(text, language)
    fillers = FILLER_WORDS["it" if language == "it" else "en"]
    return tuple(t for t in own if fold(text[t.start : t.end]) not in fillers) or own


def _is_acronym(text: str, start: int, end: int) -> bool:
    """Return whether a stop word is an acronym: in capitals among small letters, or an `ai` that no noun follows."""
    if text[start:end].isupper():
        return not (IN_CAPITALS.match(text, end) or BEFORE_IN_CAPITALS.search(text, max(start - NEARBY, 0), start))
    return AFTER_NOUN.match(text, end) is not None


def _find_terms(chunk: str, language: str) -> tuple[Found, ...]:
    """Return the terms of a chunk, their offsets counted in it."""
    stop_words = STOP_WORDS[language]
    whole = chunk.isalpha() and MODIFIER not in chunk
    if whole and (chunk.lower() in stop_words or (len(chunk) == 1 and chunk.isascii())):
        return ()
    found = []
    for spelt, start, end in ((chunk, 0, len(chunk)),) if whole else _pieces(chunk, language):
        for word, first, last in _parts(spelt, start, end):
            if word not in stop_words and (len(word) > 1 or word.isdigit()):
                found.append((stem(word, language) if word.isalpha() else word, first, last))
    return tuple(found)


_terms_of = lru_cache(maxsize=100_000)(_find_terms)


def _pieces(chunk: str, language: str) -> Iterator[Found]:
    """Yield the words of a chunk, as they are to be spelt, with their offsets."""
    if match := ADDRESS.match(chunk):
        yield from _name(match)
        return
    if RAYS.fullmatch(chunk):
        yield chunk.replace(" ", ""), 0, len(chunk)
        return
    start = 0
    for end in (*(m.start() for m in re.finditer(f"[{APOSTROPHES}]", chunk)), len(chunk)):
        piece = chunk[start:end]
        if end == len(chunk) or language != "it" or not ELIDED.fullmatch(piece):
            yield from _compound(piece, start)
        start = end + 1


def _name(match: re.Match[str]) -> Iterator[Found]:
    """Yield what names the site of an address: the label before the last."""
    labels = match[1].split(".")
    label = labels[-2] if len(labels) > 1 else labels[0]
    at = match.start(1) + (match[1].rfind("." + label) + 1 if len(labels) > 2 else 0)  # noqa: PLR2004  # a sub-domain
    yield from _compound(label, at)


def _compound(piece: str, at: int) -> Iterator[Found]:
    """Yield the words of a compound: joined where it is one word or one code, else its parts."""
    plain = re.sub(f"[{HYPHENS}\\s]", "", piece)
    if ACRONYM.fullmatch(piece) or re.fullmatch(r"[^\W\d_](?:&[^\W\d_])+", piece):
        yield re.sub("[.&]", "", piece), at, at + len(piece)
    elif plain != piece and (
        JOINED_CODE.fullmatch(piece)
        or PREFIXED.fullmatch(piece)
        or fold(plain) in TOGETHER
        or (BROKEN.search(piece) and len(BROKEN.sub("", piece)) == len(plain))
    ):
        yield plain, at, at + len(piece)
    else:
        for match in WORD.finditer(piece):
            yield match[1], at + match.start(1), at + match.end(1)


def _parts(spelt: str, start: int, end: int) -> Iterator[Found]:
    """Yield the folded parts of a word that are terms of their own: figure and unit, prefix and word, name and number."""
    word = fold(spelt)
    cut = 0
    if word.isalpha():
        prefixed = word.startswith(PREFIXES) and PREFIX.fullmatch(word)
        cut = len(prefixed[1]) if prefixed else APART.get(word, 0)
    elif NUMBER.fullmatch(word):
        yield _figure(word), start, end
        return
    elif word not in KEPT_WHOLE and (match := QUANTITY.fullmatch(word) or SPLIT_CODE.fullmatch(word)):
        cut = match.end(1) if match[1] is not None else match.end(3)
    if cut and len(spelt) == end - start and fold(spelt[:cut]) == word[:cut]:
        yield from _parts(spelt[:cut], start, start + cut)
        while not fold(spelt[cut]):  # what is not seen belongs to neither
            cut += 1
        yield from _parts(spelt[cut:], start + cut, end)
    else:  # a whole, or the place of the cut in the text is not known: hyphens or ligatures lie within
        yield word, start, end


def _figure(number: str) -> str:
    """Return a figure as it is written in English, without separators of thousands."""
    if match := THOUSANDS.fullmatch(number):
        return number.replace(match[1], "")
    return number.replace(",", ".")
