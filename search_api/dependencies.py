"""What routes ask for."""

from typing import Annotated

from fastapi import Depends, Request

from indexer.searcher import Searcher
from search_api.engine import Engine


def searcher(request: Request) -> Searcher:
    """Return the searcher over the current snapshot; runs in a worker thread, since it may load one."""
    engine: Engine = request.app.state.engine
    return engine.searcher()


Searching = Annotated[Searcher, Depends(searcher)]
