"""The index's settings: made once at the edge, frozen, passed down."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from crawler.settings import read_settings

LONGEST_BUDGET = 60_000
"""Milliseconds that a reranker may be given for an answer, at most."""


class IndexSettings(BaseSettings):
    """How the index is made and searched; each field is read from the environment as SCOUT_INDEX_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="SCOUT_INDEX_", frozen=True, extra="forbid")

    model: str = ""
    """A sentence-transformers model: a folder or a hub name (needs internet once). Empty: the packaged bilingual one."""
    query_prompt: str | None = None
    """Put in front of a need before it is encoded, empty for nothing; unset: as the model or its family wants it."""
    passage_prompt: str | None = None
    """Put in front of a passage, likewise; a change embeds everything anew."""
    glossary: Path | None = None
    """A glossary of your own (TSV as in indexer/glossary) that goes before the packaged one."""
    passage_words: Annotated[int, Field(ge=10, le=400)] = 60
    """Words per passage to aim at; the model's own token limit always holds."""
    keep_snapshots: Annotated[int, Field(ge=1)] = 3
    """Snapshots kept on disk; the oldest are deleted beyond it."""

    @field_validator("glossary", mode="before")
    @classmethod
    def _no_glossary(cls, value: object) -> object:
        return None if value == "" else value


class RerankSettings(BaseSettings):
    """Whether and how the first matches are reranked; each field is read from the environment as SCOUT_RERANK_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="SCOUT_RERANK_", frozen=True, extra="forbid")

    model: str = ""
    """A cross-encoder: a folder or a hub name (needs internet once). Empty: none."""
    budget: Annotated[int, Field(ge=1, le=LONGEST_BUDGET)] = 500
    """Milliseconds that it may take for an answer; beyond them the order before it stands."""


def index_settings(**overrides: object) -> IndexSettings:
    """Read the index's settings, see `read_settings`."""
    return read_settings(IndexSettings, **overrides)


def rerank_settings(**overrides: object) -> RerankSettings:
    """Read the reranker's settings, see `read_settings`."""
    return read_settings(RerankSettings, **overrides)
