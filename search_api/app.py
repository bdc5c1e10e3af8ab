"""The FastAPI application, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from crawler.errors import ScoutError
from search_api import problems
from search_api.engine import Engine
from search_api.routes import batch, browse, page, search, similar, startups, status, why
from search_api.security import Guard
from search_api.settings import ServiceSettings

BATCH_NEEDS = 1
"""Needs of all batches that are answered at a time, beside searches."""


def create_app(engine: Engine, settings: ServiceSettings) -> FastAPI:
    """Return the application that answers from `engine`.

    It starts without a snapshot as well, and answers 503 with the mend until there is one.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            await to_thread.run_sync(engine.searcher)
        except ScoutError as error:
            problems.logger.warning("not ready yet: %s", error)
        yield

    app = FastAPI(
        title="Startup Scout",
        summary="Finds the startups that meet a technology need, with the sentences that prove it.",
        version=version("startup-scout"),
        lifespan=lifespan,
        docs_url=None,  # the interactive pages load their scripts from a CDN; /openapi.json is served
        redoc_url=None,
    )
    app.state.engine = engine
    app.state.turns = CapacityLimiter(BATCH_NEEDS)
    problems.install(app)
    app.add_middleware(Guard, max_body_bytes=settings.max_body_bytes, names=settings.names)
    # `similar` before `startups`, whose ids may hold slashes.
    for part in (search, why, batch, browse, similar, startups, status, page):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=page.STATIC), name="static")
    return app
