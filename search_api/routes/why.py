"""`/api/search/why`: why a startup is not in the list."""

from anyio import to_thread
from fastapi import APIRouter

from search_api.dependencies import Engines, Turns
from search_api.engine import Engine
from search_api.problems import RESPONSES
from search_api.wire.why import WhyIn, WhyOut

router = APIRouter(prefix="/api/search", tags=["search"], responses=RESPONSES)


@router.post("/why", summary="Why is a startup not in the list")
async def why(wanted: WhyIn, engine: Engines, turns: Turns) -> WhyOut:
    """Say where a startup stands in the list of a need, what lost it, and the smallest changes that bring it in.

    Each change was tried by searching. That takes as long as some dozens of searches: they take turns with batches.
    """
    return await to_thread.run_sync(_why, wanted, engine, limiter=turns)


def _why(wanted: WhyIn, engine: Engine) -> WhyOut:
    return WhyOut.of(engine.searcher(wanted.snapshot).why(wanted.to_need(), wanted.startup_id))
