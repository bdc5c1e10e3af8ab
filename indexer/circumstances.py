"""What a need tells of the firm and its plant: what is missing there is not what the firm does without in an offer.

"We are sixty people with no IT department", "there is no PLC to talk to", "the owner has no heirs", "on old machines without
PLC", "with no buses running".
"""

# ruff: noqa: RUF001  # apostrophes as they are typed
import re

_YEARS_IT = r"(?:trenta|quaranta|cinquanta|sessanta|settanta|ottanta|novanta|['’]?\d0)"
OWN = {
    "it": re.compile(
        r"\b(?:siamo|abbiamo)\b|\b(?:il|la|i|le|gli)\s+nostr[oaie]\b[^.;:!?\n]*\s(?:è|sono|ha|hanno)\b", re.IGNORECASE
    ),
    "en": re.compile(r"\bwe(?:\s+(?:are|were|have)|['’](?:re|ve))\b|\bour\b[^.;:!?\n]*\s(?:is|are|has|have)\b", re.IGNORECASE),
}
"""A sentence that tells of the firm itself ..."""
ASKING = {
    "it": re.compile(
        r"\b(?:bisogno|serv(?:e|ono)|occorr(?:e|ono)|cerc(?:o|hiamo|ando|a)|vo(?:glio|gliamo|rrei|rremmo)|dev(?:e|ono)|dobbiamo"
        r"|interessat[oaie])\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:need(?:s|ing)?|want(?:s|ing)?|look(?:s|ing)?|seek(?:s|ing)?|search(?:ing)?|must|should|ha(?:ve|s)\s+to|interested)\b"
        r"|\b(?:would|['’]d)\s+like\b",
        re.IGNORECASE,
    ),
}
"""... and asks for nothing."""
STANDING = {
    "it": re.compile(
        r"\b(?:vecchi[oae]?|esistent[ei]|datat[oaie]|(?:degli\s+)?anni\s+" + _YEARS_IT + r"|(?:di|con)\s+\w+\s+anni)\b"
        r"(?:\s+[^\s,.;:!?]+){0,2}\s*,?\s*$",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:old|older|existing|ag(?:e)?ing|legacy|from\s+the\s+(?:\w+ties|(?:19)?\d0s)|years\s+old)\b"
        r"(?:\s+[^\s,.;:!?]+){0,2}\s*,?\s*$",
        re.IGNORECASE,
    ),
}
"""What stands there already, right before what it lacks."""
LACKING = re.compile(
    r"(?:\bthere(?:['’]s|\s+(?:is|are|was|were))|(?P<offer>\b(?:that|which|who|must|should|to)\s+)?\bha(?:ve|s|d))\s+$",
    re.IGNORECASE,
)
"""What has none, if no relative pronoun or demand makes it an offer: sensors that have no batteries."""
ABSOLUTE = re.compile(r"\w*[^\Wsiu]s\s+(?:\w+ly\s+)?\w{2,}ing$", re.IGNORECASE)
"""A plural and its gerund say how things stand: buses running; a technology is singular: laser welding."""
SENTENCE = re.compile(r"[.;:!?\n]")


def tells(text: str, start: int, thing: tuple[int, int], language: str) -> bool:
    """Tell whether a need tells of the firm, and excludes nothing.

    Args:
        text: the need.
        start: where that begins which says so: without.
        thing: where what is missing stands.
        language: of the need ("it" or "en").
    """
    before = SENTENCE.split(text[:start])[-1]
    if OWN[language].search(before) and not ASKING[language].search(before):
        return True
    if language == "en":
        lacking = LACKING.search(before)
        if (lacking and lacking["offer"] is None) or ABSOLUTE.search(text[slice(*thing)]):
            return True
    return STANDING[language].search(before) is not None
