"""Topics (needs in two languages) and qrels (judgements), as files."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import EvaluationError

LANGUAGES = ("en", "it")
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
    rows = csv.DictReader(_text(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    if not {"id", *LANGUAGES} <= set(rows.fieldnames or ()):
        raise EvaluationError(f"{path} needs the tab-separated header id, en, it (found: {', '.join(rows.fieldnames or ())})")
    topics: dict[str, Topic] = {}
    for row in rows:
        fields = {name: (row[name] or "").strip() for name in ("id", *LANGUAGES)}
        if not all(fields.values()) or fields["id"] in topics:
            raise EvaluationError(f"{path}, line {rows.line_num}: a field is empty, or the id is there already")
        topics[fields["id"]] = Topic(fields["id"], {language: fields[language] for language in LANGUAGES})
    if not topics:
        raise EvaluationError(f"{path} has no topics")
    return tuple(topics.values())


def read_qrels(path: Path) -> Qrels:
    """Read judgements in TREC's form: topic, iteration, startup id, relevance.

    Raises:
        EvaluationError: the file cannot be read or a line is not of that form; the message names the line.
    """
    qrels: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_text(path).splitlines(), start=1):
        fields = line.split()
        if not fields:
            continue
        if len(fields) != QREL_FIELDS or not fields[3].lstrip("-").isdigit():
            raise EvaluationError(f"{path}, line {number}: expected `topic 0 startup relevance`, found {line[:80]!r}")
        qrels.setdefault(fields[0], {})[fields[2]] = int(fields[3])
    if not qrels:
        raise EvaluationError(f"{path} has no judgements")
    return qrels


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"cannot read {path}: {error}") from error
