"""Which language a short text is in, and how surely: function words, words of a glossary, and the look of the others."""

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from indexer.glossary.entries import Entry
from indexer.letters import BIAS, LONGEST, WEIGHTS
from indexer.words import STOP_WORDS, fold

Known = Mapping[str, frozenset[str]]
"""The languages ("it", "en") in which a folded word occurs, for instance in the glossary."""

WORD = re.compile(r"(?<![^\W_])[^\W\d_]+(?![^\W_])")
"""Words, and not the letters of codes such as 42CrMo4."""
ELIDED_OR_AND = re.compile(r"(?:[dlc]|(?:al|dal|del|nel|sul|quel)l|un)['’ʼ`´‘′\uff07](?=[^\W\d_])|[eèÈ](?=\s)", re.IGNORECASE)  # noqa: RUF001  # look-alikes
"""Words of Italian that are too short, or too like English ones, to be told without what follows."""
FUNCTION_WORD, KNOWN_WORD, MOST, LOAN_WORD = 2.5, 3.0, 3.0, -0.3
"""Evidence of a word, in natural logarithms of odds, above zero for Italian."""
ACRONYM = 0.3
"""The most that a word counts which has capitals in a text that is not in capitals."""
NAME = 0.3
"""What a capitalised word counts after small ones: Officine Rossi does not make an English sentence Italian."""
ITALIAN_OVER_ENGLISH = 0.7
"""English evidence counts this much of the Italian: Italian texts are full of English words, English ones hold few Italian."""
SHORTEST = 3
"""Letters of a word that tell something by themselves."""
LONG = 40
"""Letters of a word that are looked at."""
SURE = 0.9
"""The share from which a passage's own words overrule the language of its page."""
LOANS = frozenset(
    re.findall(
        r"\w+",
        """
        agv ai aisi amr astm cad cam chatbot chip cloud cnc cobot cobots computer cpu cvd deep digital din display dlc
        drone edge edm erp gpu hardware hmi iot iso laser learning led lidar machine mag mes mig online opc pdm plc
        plm pvd rfid robot robots sae sensor smart software startup stock tag tig ua uni virtual wireless
        """,
    )
)
"""English words and abbreviations that Italians use as often."""
_WEIGHT = {group: weight / 8 for weight, groups in WEIGHTS.items() for group in groups.split()}


def languages(text: str, known: Known | None = None) -> tuple[tuple[str, float], ...]:
    """Return ("it", share) and ("en", share), the likelier first; the shares add up to 1, and tell nothing near 0.5.

    Args:
        text: a need or a passage; a few words do.
        known: words whose language is known, beside the function words.
    """
    italian = english = 0.0
    words = list(WORD.finditer(text))
    in_capitals = text.isupper()
    has_names = any(m.group().islower() and not _is_function_word(fold(m.group())) for m in words)
    for number, match in enumerate(words):
        word = match.group()
        last = number == len(words) - 1
        if ELIDED_OR_AND.match(text, match.start()):
            evidence = FUNCTION_WORD
        else:
            evidence = _evidence(fold(word), known, acronym=word == "AI" or (last and word == "ai"))
        if not in_capitals and not (word.islower() or word.istitle()):  # an acronym or a name: TiAlN, MES
            evidence = max(-ACRONYM, min(ACRONYM, evidence))
        if number and has_names and word.istitle():
            evidence *= NAME
        if evidence > 0:
            italian += evidence
        else:
            english -= evidence
    share = 1 / (1 + math.exp(min(ITALIAN_OVER_ENGLISH * english - italian, 500)))
    pair = (("it", share), ("en", 1 - share))
    return pair if share > 0.5 else pair[::-1]  # noqa: PLR2004  # the half


def need_language(text: str, known: Known | None = None) -> str:
    """Return "it" or "en" for a need of any length; "en" where nothing tells."""
    return languages(text, known)[0][0]


def passage_language(text: str, page_language: str, known: Known | None = None) -> str:
    """Return the language in which a passage is to be read: the page's, unless its own words say the other surely.

    Italian pages hold English passages and the reverse; a page in a third language keeps it.
    """
    language, share = languages(text, known)[0]
    return language if page_language in ("it", "en") and share >= SURE else page_language


def words_by_language(entries: Iterable[Entry]) -> Known:
    """Return the languages in which each word of a glossary occurs, for `known`."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        for language in ("it", "en"):
            for form in entry.forms(language):
                for match in WORD.finditer(form):
                    found.setdefault(fold(match.group()), set()).add(language)
    return {word: frozenset(languages_of) for word, languages_of in found.items()}


def _is_function_word(word: str) -> bool:
    return word in STOP_WORDS["it"] or word in STOP_WORDS["en"]


def _evidence(word: str, known: Known | None, *, acronym: bool) -> float:
    if (acronym and word == "ai") or (word in LOANS and word != "ai"):
        return LOAN_WORD
    italian, english = word in STOP_WORDS["it"], word in STOP_WORDS["en"]
    if italian or english:
        one_sided = italian != english and len(word) > 1
        return (FUNCTION_WORD if italian else -FUNCTION_WORD) if one_sided else 0.0
    if len(word) < SHORTEST:
        return 0.0
    if known and (found := known.get(word)):
        return (KNOWN_WORD if "it" in found else -KNOWN_WORD) if len(found) == 1 else 0.0
    return _look(word[:LONG])


@lru_cache(maxsize=50_000)
def _look(word: str) -> float:
    """Return how Italian a word looks."""
    framed = f"^{word}$"
    groups = {framed[at : at + n] for n in range(1, LONGEST + 1) for at in range(len(framed) - n + 1)}
    return max(-MOST, min(MOST, BIAS + sum(_WEIGHT.get(group, 0.0) for group in groups)))
