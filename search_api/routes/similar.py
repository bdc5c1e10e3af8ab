"""`/api/startups/{id}/similar`: more like this, but elsewhere."""

from typing import Annotated

from fastapi import APIRouter, Query

from search_api.dependencies import Searching
from search_api.problems import RESPONSES
from search_api.wire.requests import SimilarQuery
from search_api.wire.responses import SimilarAnswerOut

router = APIRouter(prefix="/api/startups", tags=["startups"], responses=RESPONSES)


@router.get("/{startup_id:path}/similar", summary="More like this")
def similar(startup_id: str, wanted: Annotated[SimilarQuery, Query()], searcher: Searching) -> SimilarAnswerOut:
    """Return the startups most like one, with what they say that is nearest; never what is held for the same company."""
    return SimilarAnswerOut.of(searcher.similar(wanted.to_wish(startup_id)), explain=wanted.explain)
