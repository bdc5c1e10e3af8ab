"""The sentences around a figure: whether they are about the need's subject, and whether they bind the figure to it."""

# ruff: noqa: RUF001  # hyphens and apostrophes as they are typed
import re

from indexer.requirements.quantities import Quantity

Span = tuple[int, int]

SENTENCE = re.compile(r"(?<!\d)[.;!?](?=\s)|(?<=\d)[.;!?](?=\s+[A-ZÀ-Þ])|\n")
OTHERWISE = re.compile(
    r"(?<!\w)(?:unlike|compared?|conventional\w*|traditional\w*|competi\w+|previous\w*|instead|whereas|until now"
    r"|today|formerly|usual\w*|ordinar\w+"
    r"|a differenza|rispetto|tradizional\w*|convenzional\w*|concorren\w+|precedent\w*|finora|invece|oggi|comun[ei]"
    r"|solitamente"
    r"|toxic\w*|tossic\w*|banned|vietat\w+|replac\w+|sostitu\w+|alternativ\w+|eliminat\w*|elimin\w+|avoid\w*"
    r"|evit\w+|problem\w*|hazard\w*|pericolos\w*|risk\w*|rischi\w*)(?!\w)",
    re.IGNORECASE,
)
"""What a sentence holds that speaks of others, of before, or of what is done away with."""
DONE_AT = re.compile(
    r"(?<!\w)(?:cur(?:e[ds]?|ing)|bak(?:e[ds]?|ing)|dr(?:y|ies|ied|ying)|sterili\w+|stor(?:e[ds]?|ing|age)|wash\w*"
    r"|heat(?:ed|s)|cook\w*|clean\w*|melt\w*|sinter\w*|anneal\w*"
    r"|applied|deposit\w*|made|produced|tested|started|saved?|reduc\w+|polimerizz\w+|essicc\w+|asciug\w+"
    r"|steriliz\w+|conserv\w+|lavat\w+|lavagg\w+|riscaldat\w+|cott[oaie]"
    r"|pulit\w+|fond(?:e|ono|ere)|applicat\w+|deposit\w+|prodott\w+|testat\w+|risparmi\w+|ridu(?:c\w+|rre|zion\w+)"
    r"|evit\w+|recuper\w+)(?!\w)",
    re.IGNORECASE,
)
"""What is done at a temperature, or besides, which is not what the thing stands."""
FLEXIBLE = re.compile(
    r"(?<!\w)(?:scal(?:e[ds]?|ab\w+|ing)|modul\w+|custom\w*|configur\w+|tailor\w*|adjust\w*|su misura"
    r"|personalizz\w+|scalabil\w+|regolabil\w+"
    r"|each|every|ogni|ciascun\w*|example|esempio)(?!\w)",
    re.IGNORECASE,
)
"""What a sentence holds whose figures are no limits."""
USE = re.compile(
    r"(?<!\w)(?:with|using|uses?|used|by|via|through|in|from|has|have|contain(?:s|ing)|requir(?:es?|ing)|need(?:s"
    r"|ing)|runs? on|(?:based|relies|rely) on|made (?:of|from|with)|powered by|driven by"
    r"|con|tramite|mediante|attraverso|usa|usano|usando|utilizza|utilizzano|utilizzando|in|nel|nella|contien\w+"
    r"|contenent[ei]|richied\w+|basat[oaie] su|a base di|fatt[oaie] (?:di|in|con)"
    r"|alimentat[oaie] (?:ad?|da|con)|sul|sulla)\s+(?:[\w’'-]+\s+){0,2}[’'\w-]{0,5}$",
    re.IGNORECASE,
)
"""What stands before a thing that is used; up to two words lie between."""
BASED = re.compile(r"[-‐‑ ](?:based|powered|driven)(?!\w)", re.IGNORECASE)
DENIED_WITHIN = 4
"""Words between the one that denies, itself among them, and a thing that is surely denied."""
REPLACED = re.compile(r"(?:re)?(?:replac|sostitu)\w+", re.IGNORECASE)
"""Who replaces a thing may do so with another of its kind."""
REACH = 40
"""Characters before a figure in which that is looked for."""


def sentences(text: str) -> list[Span]:
    """Return where the sentences of a text begin and end."""
    ends = [match.end() for match in SENTENCE.finditer(text)]
    return list(zip([0, *ends], [*ends, len(text)], strict=True))


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence begins and ends in which `start` to `end` lie."""
    begin = max((match.end() for match in SENTENCE.finditer(text, 0, start)), default=0)
    stop = SENTENCE.search(text, end)
    return begin, stop.start() if stop else len(text)


def speaks_of_others(text: str, start: int, end: int) -> bool:
    """Tell whether a sentence may speak of what its writer does not offer."""
    return OTHERWISE.search(text, *sentence(text, start, end)) is not None


def is_flexible(text: str, start: int, end: int) -> bool:
    """Tell whether a sentence gives figures that may be otherwise."""
    return FLEXIBLE.search(text, *sentence(text, start, end)) is not None


def is_used(text: str, start: int, end: int) -> bool:
    """Tell whether a sentence says that a thing is used, and does not merely mention it."""
    begin, _ = sentence(text, start, end)
    return USE.search(text, max(begin, start - REACH), start) is not None or BASED.match(text, end) is not None


def is_denied(text: str, denied: Span, start: int) -> bool:
    """Tell whether what begins at `start` is surely what a range of words denies: right behind, with no comma between."""
    before = text[denied[0] : max(denied[0], start)]
    return (
        denied[0] <= start < denied[1]
        and not any(sign in before for sign in ",;:(")
        and len(before.split()) <= DENIED_WITHIN
        and not REPLACED.match(before)
    )


def is_by_the_way(text: str, offer: Quantity) -> bool:
    """Tell whether a figure says at what something is done, rather than what it stands or does."""
    begin, _ = sentence(text, offer.start, offer.end)
    return DONE_AT.search(text, max(begin, offer.start - REACH), offer.start) is not None
