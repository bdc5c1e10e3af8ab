"""What a snapshot knows of its startups beside their records: what their pages, their profiles and the classes tell."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby

from indexer.results import OWN_SITE, Passage

UNDETERMINED = "und"
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one startup."""

    directories: tuple[str, ...] = ()
    """Those that have a profile of it."""
    languages: tuple[str, ...] = ()
    """Of its pages and profiles, each by the language that most of it is in; what could not be told is left out."""
    fetched: date | None = None
    """The day, in UTC, when its newest page was read or its newest profile imported."""
    own_site: bool = False
    """Whether a page of its own site is among what is searched."""
    region: str | None = None
    classes: tuple[str, ...] = ()
    """Ids of the classes that it belongs to, that where it belongs most first."""


def tell(
    startup_ids: Sequence[str],
    passages: Iterable[Passage],
    regions: Mapping[str, str],
    classes: Mapping[str, Sequence[str]],
) -> tuple[Told, ...]:
    """Return what is told of each startup, in order of `startup_ids`.

    Args:
        startup_ids: all of a snapshot.
        passages: in the same order of startups.
        regions: by startup id.
        classes: ids of classes by startup id.
    """
    found: dict[str, Told] = {}
    for key, group in groupby(passages, key=lambda p: p.startup_id):
        own = tuple(group)
        letters: dict[tuple[str, str | None], Counter[str]] = {}
        newest = NEVER
        for passage in own:
            letters.setdefault((passage.source, passage.url), Counter())[passage.language] += len(passage.text)
            newest = max(newest, passage.fetched_at)
        languages = dict.fromkeys(counts.most_common(1)[0][0] for counts in letters.values())
        directories = dict.fromkeys(source for source, _ in letters if source != OWN_SITE)
        found[key] = Told(
            tuple(directories),
            tuple(language for language in languages if language != UNDETERMINED),
            newest.astimezone(UTC).date(),
            any(source == OWN_SITE for source, _ in letters),
            regions.get(key),
            tuple(classes.get(key, ())),
        )
    return tuple(found.get(key, Told()) for key in startup_ids)
