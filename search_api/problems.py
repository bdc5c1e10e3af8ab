"""Errors on the wire: application/problem+json (RFC 9457)."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from crawler.errors import ScoutError
from search_api.wire import ProblemOut

logger = logging.getLogger(__name__)

RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemOut, "content": {"application/problem+json": {}}} for status in (404, 413, 422, 503)
}
"""For the routes' documentation."""
RETRY_AFTER_SECONDS = 10


class Problem(JSONResponse):
    """A response that tells a client what is wrong, and how to mend it."""

    media_type = "application/problem+json"

    def __init__(self, status: int, code: str, detail: str) -> None:
        """Make the response; `code` is stable, `detail` one line for people."""
        body = ProblemOut(type="about:blank", title=HTTPStatus(status).phrase, status=status, detail=detail, code=code)
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
        super().__init__(body.model_dump(), status, headers)


def install(app: FastAPI) -> None:
    """Answer every error of `app` as a problem; what was sent is never echoed whole nor logged."""
    app.add_exception_handler(ScoutError, _scout_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def _scout_error(_: Request, error: Exception) -> Problem:
    if not isinstance(error, ScoutError):
        raise error
    return Problem(error.status, error.code, str(error))


def _validation_error(_: Request, error: Exception) -> Problem:
    if not isinstance(error, RequestValidationError):
        raise error
    said = []
    for one in error.errors()[:5]:
        place = ".".join(str(part) for part in one["loc"] if part not in ("body", "query", "path"))
        said.append(f"{place or 'request'}: {one['msg']}")
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "bad-request", "; ".join(said))


def _http_error(_: Request, error: Exception) -> Problem:
    if not isinstance(error, HTTPException):
        raise error
    return Problem(error.status_code, HTTPStatus(error.status_code).name.lower().replace("_", "-"), str(error.detail))


def _unexpected(request: Request, error: Exception) -> Problem:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", "something broke here; the service's log says what")
