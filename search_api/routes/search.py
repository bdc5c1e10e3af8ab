"""`/api/search`: a need in, matches with evidence out."""

from typing import Annotated

from fastapi import APIRouter, Query

from search_api.dependencies import Engines
from search_api.problems import RESPONSES
from search_api.wire.requests import SearchIn, SearchQuery
from search_api.wire.responses import SearchOut

router = APIRouter(prefix="/api/search", tags=["search"], responses=RESPONSES)


@router.post("", summary="Search for startups that meet a need")
def search(wanted: SearchIn, engine: Engines) -> SearchOut:
    """Answer a technology need, in Italian or English, with the nearest startups and the evidence for each."""
    return SearchOut.of(engine.searcher(wanted.place().snapshot).search(wanted.to_need()), explain=wanted.explain)


@router.get("", summary="The same, as a link")
def search_by_link(wanted: Annotated[SearchQuery, Query()], engine: Engines) -> SearchOut:
    """Answer a need given in the query string; POST keeps it out of histories and logs."""
    return search(wanted.to_search(), engine)
