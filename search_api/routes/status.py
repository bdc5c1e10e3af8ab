"""`/api/status`, `/healthz`, `/readyz`: what the service answers from, and whether it does."""

from collections import Counter
from datetime import datetime
from importlib.metadata import version

from fastapi import APIRouter

from search_api.dependencies import Searching
from search_api.problems import RESPONSES
from search_api.wire.service import HealthOut, StatusOut

router = APIRouter(tags=["status"])


@router.get("/api/status", summary="Corpus, snapshot and model", responses=RESPONSES)
def status(searcher: Searching) -> StatusOut:
    """Say what the answers come from."""
    manifest = searcher.manifest
    read = [p.fetched_at for p in searcher.passages]
    return StatusOut(
        version=version("startup-scout"),
        snapshot=manifest.id,
        built_at=datetime.fromisoformat(manifest.built_at),
        model=manifest.model,
        dimension=manifest.dimension,
        startups=manifest.startups,
        passages=manifest.passages,
        languages=dict(Counter(p.language for p in searcher.passages).most_common()),
        oldest_page=min(read, default=None),
        newest_page=max(read, default=None),
    )


@router.get("/healthz", summary="Is the process alive")
async def healthz() -> HealthOut:
    """Answer as long as the process does; on the event loop, since searches may have taken every worker thread."""
    return HealthOut(status="ok")


@router.get("/readyz", summary="Can it answer needs", responses=RESPONSES)
def readyz(searcher: Searching) -> HealthOut:
    """Answer 200 once the model and a snapshot are loaded, 503 with the reason before."""
    return HealthOut(status=f"ready, snapshot {searcher.manifest.id}")
