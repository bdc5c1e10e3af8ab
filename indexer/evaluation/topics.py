"""Topics (needs in two languages) and qrels (judgements), as files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import EvaluationError

LANGUAGES = ("en", "it")
RELEVANCE = re.compile(r"-?[0-9]{1,9}")
QREL_FIELDS = 4

Qrels = Mapping[str, Mapping[str, int]]
"""Relevance, 0 to 3, per topic and startup; what is not judged counts as 0."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A need with its wording per language."""

    id: str
    wordings: Mapping[str, str]


def read_topics(path: Path) -> tuple[Topic, ...]:
    """Read topics from a TSV file with the header `id, en, it`.

    Raises:
        EvaluationError: the file cannot be read, or a line lacks a field or repeats an id; the message names the line.
    """
    lines = _lines(path)
    header = [name.strip() for name in lines[0].split("\t")]
    if not {"id", *LANGUAGES} <= set(header):
        raise EvaluationError(f"{path} needs the tab-separated header id, en, it (found: {', '.join(header)[:200]!r})")
    topics: dict[str, Topic] = {}
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        fields = dict(zip(header, cells, strict=False))
        key = fields["id"]
        if len(cells) != len(header) or not all(fields[name] for name in ("id", *LANGUAGES)):
            raise EvaluationError(f"{path}, line {number}: expected {len(header)} tab-separated fields, none of them empty")
        if key in topics or len(key.split()) != 1:
            raise EvaluationError(f"{path}, line {number}: the id {key[:40]!r} is there already, or holds white space")
        topics[key] = Topic(key, {language: fields[language] for language in LANGUAGES})
    if not topics:
        raise EvaluationError(f"{path} has no topics")
    return tuple(topics.values())


def read_qrels(path: Path) -> Qrels:
    """Read judgements in TREC's form: topic, iteration, startup id, relevance.

    Raises:
        EvaluationError: the file cannot be read or a line is not of that form; the message names the line.
    """
    qrels: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_lines(path), start=1):
        fields = line.split()
        if not fields:
            continue
        if len(fields) != QREL_FIELDS or not RELEVANCE.fullmatch(fields[3]):
            raise EvaluationError(f"{path}, line {number}: expected `topic 0 startup relevance`, found {line[:80]!r}")
        qrels.setdefault(fields[0], {})[fields[2]] = int(fields[3])
    if not qrels:
        raise EvaluationError(f"{path} has no judgements")
    return qrels


def _lines(path: Path) -> list[str]:
    """Return the lines of a file; only line feeds end one, so that a wording may hold other separators."""
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"cannot read {path}: {error}") from error
