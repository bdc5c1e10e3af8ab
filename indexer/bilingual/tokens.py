"""Italian text in words, figures and marks, as they go into the model."""

import re

from indexer.words import fold

TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
WORD = re.compile(r"[^\W\d_]+")
APOSTROPHES = frozenset("'’ʼ`´‘′")  # noqa: RUF001  # the look-alikes are what it is about
UNSAID = frozenset({"il", "lo", "la", "i", "gli", "le", "l", "si", "ci", "ne", "vi", "c"})
"""Articles and pronouns that English does without: la produzione, si apre."""
MEANT = {
    italian: english
    for english, forms in {
        "of": "di del dello della dei degli delle dell d",
        "to": "al allo alla ai agli alle all a ad",
        "from": "dal dallo dalla dai dagli dalle dall da",
        "in": "nel nello nella nei negli nelle nell in",
        "on": "sul sullo sulla sui sugli sulle sull su",
        "with": "con col coi",
        "and": "e ed",
        "or": "o od oppure",
        "for": "per",
        "between": "tra fra",
        "a": "un uno una",
        "not": "non",
        "that": "che",
        "if": "se",
        "without": "senza",
        "more": "piu",
        "every": "ogni",
        "how": "come",
    }.items()
    for italian in forms.split()
}
"""Function words, and the English one that stands for each."""


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded, without figures and marks."""
    return WORD.findall(fold(text))


def tokens_of(text: str) -> list[str]:
    """Return the words, figures and marks of an Italian text, folded, without articles, pronouns and apostrophes."""
    return [t for t in TOKEN.findall(fold(text)) if t not in UNSAID and t not in APOSTROPHES]
