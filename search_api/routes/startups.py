"""`/api/startups`: a startup with all that the snapshot holds of it."""

from collections import Counter
from itertools import groupby

from fastapi import APIRouter

from search_api.dependencies import Searching
from search_api.problems import RESPONSES
from search_api.wire.startups import PageOut, StartupDetailOut, StartupOut

router = APIRouter(prefix="/api/startups", tags=["startups"], responses=RESPONSES)


@router.get("/{startup_id:path}", summary="One startup")
def startup(startup_id: str, searcher: Searching) -> StartupDetailOut:
    """Return a startup, its pages and profiles, and their passages in reading order."""
    found, passages = searcher.startup(startup_id)
    pages = []
    for _, group in groupby(passages, key=lambda p: (p.source, p.url)):
        own = tuple(group)
        first = own[0]
        letters: Counter[str] = Counter()
        for passage in own:
            letters[passage.language] += len(passage.text)
        pages.append(
            PageOut(
                url=first.url,
                title=first.title,
                language=letters.most_common(1)[0][0],
                fetched_at=first.fetched_at,
                source=first.source,
                passages=tuple(p.text for p in own),
            )
        )
    return StartupDetailOut(startup=StartupOut.of(found), pages=tuple(pages))
