"""`/api/classes` and `/api/startups`: startups by class and filters, without a need."""

from typing import Annotated

from fastapi import APIRouter, Query

from indexer.browsing import Browse
from search_api.dependencies import Searching
from search_api.problems import RESPONSES
from search_api.wire.browsing import ClassesOut, ListingOut
from search_api.wire.requests import BrowseQuery, FiltersIn

router = APIRouter(prefix="/api", tags=["startups"], responses=RESPONSES)


@router.get("/classes", summary="Classes of industrial technologies")
def classes(wanted: Annotated[FiltersIn, Query()], searcher: Searching) -> ClassesOut:
    """Return the classes that the model sorts startups into, each with how many of those that pass the filters belong there."""
    return ClassesOut.of(searcher.browse(Browse(wanted.to_filters(), limit=1)))


@router.get("/startups", summary="Startups by class and filters")
def startups(wanted: Annotated[BrowseQuery, Query()], searcher: Searching) -> ListingOut:
    """Return the startups that pass the filters: of the classes that are asked for, those that belong there most first."""
    return ListingOut.of(searcher.browse(wanted.to_wish()))
