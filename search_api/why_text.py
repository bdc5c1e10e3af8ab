"""A why as lines for people."""

from collections.abc import Iterator

from indexer.why.reasons import Change, Standing, Step, StepKind, Why

DOING = {
    StepKind.FILTER: "relax the filter {}",
    StepKind.EXCLUSION: "ignore the exclusion “{}”",
    StepKind.SENSE: "take {}",
    StepKind.LEFT_OUT: "leave out “{}”",
    StepKind.ADDED: "add “{}”",
}


def lines(why: Why) -> Iterator[str]:
    """Yield what is to be told, line by line; names and passages' words stand in it as they are stored."""
    name, most = why.startup.name, why.need.limit
    if why.rank is None:
        yield f"{name} is left out by filters; without any its rank would be {why.rank_of_all}"
    elif why.standing is Standing.LISTED:
        yield f"{name} is in the list: rank {why.rank} of {why.total}"
    else:
        yield f"{name} is not among the first {most}: rank {why.rank} of {why.total}"
    if why.named:
        yield "the need has its name in it: its words are searched for like all others"
    for other in why.same_company:
        rank = "left out by filters" if other.rank is None else f"rank {other.rank}"
        yield f"held for the same company: {other.startup.name} ({other.startup.id}), {rank}"
    if why.standing is Standing.LISTED:
        return
    for lost in why.filters:
        yield f"filter {lost.field}: it has {', '.join(lost.own) or 'nothing that is known'}"
    if why.last:
        yield f"beside {why.last.startup.name}, rank {why.last.rank}:"
        yield from (f"   {one.part:<9}{one.own:>8.3f}{one.last:>8.3f}{one.own - one.last:>+8.3f}" for one in why.parts)
    if why.lacks:
        yield f"it says nothing of: {', '.join(why.lacks)}"
    if why.changes:
        among = "" if why.complete else f", of {why.tried} changes that were tried (there are more as small)"
        yield f"what brings it in{among}:"
        yield from (f"   {_told(change)}: rank {change.rank}" for change in why.changes)
    else:
        yield f"nothing brings it in: {why.tried} changes were tried{'' if why.complete else ', and there are more'}"


def _told(change: Change) -> str:
    return ", ".join(_doing(step) for step in change.steps)


def _doing(step: Step) -> str:
    return DOING[step.kind].format(step.what)
