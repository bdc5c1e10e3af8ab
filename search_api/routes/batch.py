"""`/api/search/batch`: many needs in one call."""

import time

from anyio import to_thread
from fastapi import APIRouter, Response

from indexer.searcher import Searcher
from search_api.dependencies import Engines, Searching, Turns
from search_api.engine import Engine
from search_api.problems import RESPONSES, problem_of
from search_api.wire.requests import BatchIn, SearchIn
from search_api.wire.responses import BatchOut, SearchOut
from search_api.wire.service import ProblemOut

router = APIRouter(prefix="/api/search", tags=["search"], responses=RESPONSES)


@router.post("/batch", summary="Many needs at once", response_model=BatchOut)
async def batch(wanted: BatchIn, searcher: Searching, engine: Engines, turns: Turns) -> Response:
    """Answer up to 100 needs in their order, from one snapshot unless they name another.

    A need that cannot be answered has its problem in its place.

    All batches together answer one need at a time, in turns, so that searches beside them do not wait.
    """
    began = time.perf_counter()
    # Waited for on the event loop: batches that wait in threads would leave none for searches.
    answers = [await to_thread.run_sync(_answer, searcher, engine, one, limiter=turns) for one in wanted.needs]
    took_ms = round((time.perf_counter() - began) * 1000, 2)
    whole = BatchOut(took_ms=took_ms, answers=tuple(answers))
    return Response(await to_thread.run_sync(whole.model_dump_json, limiter=turns), media_type="application/json")


def _answer(searcher: Searcher, engine: Engine, sent: object) -> SearchOut | ProblemOut:
    try:
        wanted = SearchIn.model_validate(sent)
        snapshot = wanted.place().snapshot
        answering = searcher if snapshot is None else engine.searcher(snapshot)
        return SearchOut.of(answering.search(wanted.to_need()), explain=wanted.explain)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with one need is no reason to leave out the others
        return problem_of(error, "a need of a batch")
