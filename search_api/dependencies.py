"""What routes ask for."""

from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request

from indexer.searcher import Searcher
from search_api.engine import Engine


def engine(request: Request) -> Engine:
    """Return what gives the searcher of a snapshot."""
    one: Engine = request.app.state.engine
    return one


def searcher(request: Request) -> Searcher:
    """Return the searcher over the current snapshot; runs in a worker thread, since it may load one."""
    return engine(request).searcher()


def turns(request: Request) -> CapacityLimiter:
    """Return what batches wait for."""
    limiter: CapacityLimiter = request.app.state.turns
    return limiter


Engines = Annotated[Engine, Depends(engine)]
Turns = Annotated[CapacityLimiter, Depends(turns)]
Searching = Annotated[Searcher, Depends(searcher)]
