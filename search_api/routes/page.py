"""`/`: the scouts' page."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

STATIC = Path(__file__).parent.parent / "static"

router = APIRouter(include_in_schema=False)


@router.get("/")
def page() -> FileResponse:
    """Return the page; its scripts and styles are under /static."""
    return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})
