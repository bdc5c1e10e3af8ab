"""What a match says of each part of the need, for the terminal."""

from rich.text import Text

from indexer.results import Coverage, Match, Status

SHOWN = {Status.MET: ("✓", "green"), Status.NOT_STATED: ("·", "dim"), Status.CONTRADICTED: ("✗", "red")}
"""Sign and colour."""


def line(match: Match) -> Text:
    """Return the requirements of a need, each with its sign; behind one that is contradicted, the words that do."""
    return Text("  ").join(_told(one) for one in match.coverage)


def _told(one: Coverage) -> Text:
    sign, colour = SHOWN[one.status]
    told = Text(f"{sign} {one.requirement.text}", colour)
    if one.status is Status.CONTRADICTED and one.evidence:
        said = "…".join(one.evidence.passage.text[start:end] for start, end in one.evidence.marks)
        told.append(f" (“{said}”)", "dim")
    return told
