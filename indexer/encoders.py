"""Which encoder and which glossary the settings ask for: the packaged bilingual model, or any other by name."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from indexer.bilingual.encoder import PACKAGED, BilingualEncoder
from indexer.bilingual.translations import Translations
from indexer.crossing import Crossing
from indexer.encoder import Encoder
from indexer.glossary.entries import Entry, packaged_entries, read_entries
from indexer.glossary.senses import alike
from indexer.sentence_models import SentenceTransformerEncoder
from indexer.settings import IndexSettings
from indexer.words import fold


def glossary_entries(settings: IndexSettings) -> tuple[Entry, ...]:
    """Return the user's own glossary, and of the packaged one what the user's says nothing of.

    Raises:
        GlossaryError: the user's file cannot be read.
    """
    if settings.glossary is None:
        return packaged_entries()
    own = read_entries(settings.glossary)
    taken = {language: {fold(form) for entry in own for form in entry.forms(language)} for language in ("it", "en")}
    others = (
        replace(
            entry,
            italian=tuple(form for form in entry.italian if fold(form) not in taken["it"]),
            english=tuple(form for form in entry.english if fold(form) not in taken["en"]),
        )
        for entry in packaged_entries()
    )
    return (*own, *(entry for entry in others if entry.italian and entry.english))


def chosen_encoder(settings: IndexSettings, cache: Path, on_progress: Callable[[str], None] | None = None) -> Encoder:
    """Return the encoder that the settings name.

    Args:
        settings: model, prompts and glossary.
        cache: where the packaged model's fast body is kept, see `bilingual.quantise.prepare`.
        on_progress: told what is prepared, in a few words.

    Raises:
        ModelError: see `SentenceTransformerEncoder` and `BilingualEncoder`.
        GlossaryError: the user's glossary cannot be read.
    """
    if settings.model:
        return SentenceTransformerEncoder(
            settings.model, query_prompt=settings.query_prompt, passage_prompt=settings.passage_prompt
        )
    return BilingualEncoder(glossary_entries(settings), cache, on_progress=on_progress)


def chosen_crossing(settings: IndexSettings, encoder: Encoder) -> Crossing:
    """Return how needs' terms cross between the languages, with the glossary that the settings name.

    Raises:
        ArtefactError: the packaged translations cannot be read.
        GlossaryError: the user's glossary cannot be read.
    """
    return _crossing_of(encoder) if isinstance(encoder, BilingualEncoder) else _crossing(chosen_entries(settings, encoder))


def chosen_entries(settings: IndexSettings, encoder: Encoder) -> tuple[Entry, ...]:
    """Return the glossary by which needs' terms cross: the packaged encoder has its own, which the settings named.

    Raises:
        GlossaryError: the user's glossary cannot be read.
    """
    return tuple(encoder.entries) if isinstance(encoder, BilingualEncoder) else glossary_entries(settings)


def packaged_crossing(encoder: Encoder) -> Crossing:
    """Return how needs' terms cross with what is packaged: for searchers that are made without settings."""
    return _crossing_of(encoder) if isinstance(encoder, BilingualEncoder) else _crossing(packaged_entries())


def _crossing_of(encoder: BilingualEncoder) -> Crossing:
    return Crossing(encoder.translations, encoder.entries, encoder.senses, encoder.book)


@lru_cache(maxsize=2)
def _crossing(entries: tuple[Entry, ...]) -> Crossing:
    return Crossing(Translations.load(PACKAGED), entries, alike)
