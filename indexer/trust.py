"""How far a search trusts its matches: the probability of each, and the words of the need that none of the first has."""

import numpy as np

from indexer.calibration import Signs, probability
from indexer.crossing import Crossing
from indexer.demotion import Order, trusted
from indexer.fusion import LEAST
from indexer.lexical import LexicalIndex
from indexer.ranking import Ranking
from indexer.readings import Missing
from indexer.why.words import units

FIRST = 10
"""Matches that an answer as a whole is judged by, whatever is shown of them."""
HELD = 0.1
"""A text has a term that adds so much of its worth to the text's score: not one by an unlikely translation alone."""
LEADING = 5
"""Startups at most, and a quarter of them all, that may be what is looked for: those behind them show what others score."""


def chances(ranking: Ranking, index: LexicalIndex, matches: Order) -> dict[int, float]:
    """Return the probability of each match, by its row.

    It goes by all startups of the snapshot: neither filters nor how many are shown change it.

    Args:
        ranking: of all startups.
        index: of their texts.
        matches: rows of startups, and the share of its score that each keeps.
    """
    once = list(dict(matches).items())
    return {row: probability(one) for (row, _), one in zip(once, signs(ranking, index, once), strict=True)}


def signs(ranking: Ranking, index: LexicalIndex, matches: Order) -> tuple[Signs, ...]:
    """Return what the probability of each match goes by; what offers an excluded thing has less of all of it."""
    rows = [row for row, _ in matches]
    trust = np.array([trusted(kept) for _, kept in matches], np.float32)
    worths = np.array(index.worths(ranking.groups))
    covered = worths @ (index.shares(ranking.groups, rows) >= HELD) / max(float(worths.sum()), LEAST)
    own, scores = trust * ranking.scores[rows], ranking.scores
    first = np.sort(np.partition(scores, -FIRST)[-FIRST:])[::-1] if len(scores) > FIRST else np.sort(scores)[::-1]
    level = max(float(first[min(LEADING, max(1, len(scores) // 4), len(scores) - 1) :].mean()), LEAST)
    columns = (
        trust * ranking.nearest[rows],
        trust * ranking.summaries[rows],
        trust * covered,
        np.full(len(rows), len(ranking.groups)),
        np.count_nonzero(scores > own[:, None], axis=1),
        np.log(np.maximum(own, LEAST) / level),
    )
    return tuple(Signs(*row) for row in zip(*(column.tolist() for column in columns), strict=True))


def missing(text: str, ranking: Ranking, crossing: Crossing, index: LexicalIndex, matches: Order) -> tuple[Missing, ...]:
    """Return the words of a need that none of its first matches has, in neither language, in their order.

    Args:
        text: the need.
        ranking: how it was read.
        crossing: how its words cross.
        index: of the startups' texts.
        matches: the first matches.
    """
    if not matches:
        return ()
    wanted = units(text, ranking, crossing)
    stems = (stem for unit in wanted for word in unit.words for group in word.groups for stem, _ in group)
    said = index.held(stems, [row for row, _ in matches])
    spans: list[tuple[int, int]] = []
    for start, end in (span for unit in wanted for span in unit.lacked(said)):
        joined = spans and not text[spans[-1][1] : start].strip()
        spans.append((spans.pop()[0] if joined else start, end))
    return tuple(Missing(text[start:end], start, end) for start, end in spans)
