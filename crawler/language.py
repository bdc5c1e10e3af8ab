"""Which language a text is in."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNDETERMINED = "und"
FEWEST_LETTERS = 20
"""A text with fewer letters says too little: names and numbers look like any language."""
LONGEST_SAMPLE = 20_000
SURE_ENOUGH = 0.5
ISO_639_1 = 2
"""Letters of a code."""


def detect(text: str) -> str:
    """Return the ISO 639-1 code of the language that `text` is mostly in, or `und` where it cannot be told."""
    sample = text[:LONGEST_SAMPLE].encode("utf-8", "replace").decode("utf-8")
    if sum(map(str.isalpha, sample)) < FEWEST_LETTERS:
        return UNDETERMINED
    language, sureness = _identifier().classify(sample)
    return str(language) if sureness >= SURE_ENOUGH else UNDETERMINED


def likelier(text: str, one: str, other: str) -> str:
    """Return the likelier of two languages (ISO 639-1) of a text of any length; `one` where nothing tells."""
    for language, _ in _identifier().rank(text[:LONGEST_SAMPLE].encode("utf-8", "replace").decode("utf-8")):
        if language in (one, other):
            return str(language)
    return one


@cache
def _identifier() -> "LanguageIdentifier":
    # The model takes a second to load: not paid before the first text.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # Beside ISO 639-1 the model knows regional languages, which short Italian or English texts are taken for.
    identifier.set_languages([label for label in identifier.labels if len(label) == ISO_639_1])
    return identifier
