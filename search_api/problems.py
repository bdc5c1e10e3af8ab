"""Errors on the wire: application/problem+json (RFC 9457)."""

import logging
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from crawler.errors import ScoutError
from search_api.wire.service import ProblemOut

logger = logging.getLogger(__name__)

RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": HTTPStatus(status).phrase,
        "content": {"application/problem+json": {"schema": ProblemOut.model_json_schema()}},
    }
    for status in (400, 404, 409, 413, 415, 422, 503)
}
"""For the routes' documentation."""
RETRY_AFTER_SECONDS = 10
MOST_CHARACTERS = 600
"""Of a detail, which may quote what was sent."""
MOST_SAID = 5
"""Faults of one request that are told."""
UNEXPECTED = HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", "something broke here; the service's log says what"
PLAIN = {
    "missing": "is missing",
    "extra_forbidden": "there is no such field here, see /openapi.json",
    "tuple_type": "must be a list",
    "model_attributes_type": "must be a JSON object",
    "model_type": "must be a JSON object",
}
"""What to say instead of pydantic's words, where these name Python's types."""


class Problem(JSONResponse):
    """A response that tells a client what is wrong, and how to mend it."""

    media_type = "application/problem+json"

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        """Make the response; `code` is stable, `detail` is for people and is put on one line."""
        retry = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
        super().__init__(problem(status, code, detail).model_dump(), status, {**(headers or {}), **retry})


def problem(status: int, code: str, detail: str) -> ProblemOut:
    """Return the body that tells a problem; `code` is stable, `detail` is for people and is put on one line."""
    line = " ".join(detail.encode("utf-8", "replace").decode().split())[:MOST_CHARACTERS]
    return ProblemOut(type="about:blank", title=HTTPStatus(status).phrase, status=status, detail=line, code=code)


def problem_of(error: Exception, doing: str) -> ProblemOut:
    """Return what is told of an error in a part of a request that leaves the others alone; what nobody foresaw is logged."""
    if isinstance(error, ScoutError):
        return problem(error.status, error.code, str(error))
    if isinstance(error, ValidationError):
        return problem(*_refused([_said(one["type"], one["msg"], one["loc"]) for one in error.errors()]))
    _log(doing, error)
    return problem(*UNEXPECTED)


def install(app: FastAPI) -> None:
    """Answer every error of `app` as a problem; what was sent is never echoed whole nor logged."""
    app.add_exception_handler(ScoutError, _scout_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


def _scout_error(_: Request, error: Exception) -> Problem:
    if not isinstance(error, ScoutError):
        raise error
    return Problem(error.status, error.code, str(error))


def _validation_error(request: Request, error: Exception) -> Problem:
    if not isinstance(error, RequestValidationError):
        raise error
    said = []
    for one in error.errors():
        kind, place = one["type"], one["loc"][1:]
        if kind == "json_invalid":
            return _http_error(request, HTTPException(HTTPStatus.BAD_REQUEST))
        if not place and kind in ("missing", "model_attributes_type") and "json" not in request.headers.get("content-type", ""):
            return Problem(415, "unsupported-media-type", "send the need as a JSON object, with Content-Type: application/json")
        said.append(_said(kind, one["msg"], place))
    return Problem(*_refused(said))


def _said(kind: str, words: str, place: Sequence[object]) -> str:
    return f"{'.'.join(str(part)[:60] for part in place) or 'the body'}: {PLAIN.get(kind, words)}"


def _refused(said: Sequence[str]) -> tuple[int, str, str]:
    return HTTPStatus.UNPROCESSABLE_ENTITY, "bad-request", "; ".join(said[:MOST_SAID])


def _http_error(_: Request, error: Exception) -> Problem:
    if not isinstance(error, HTTPException):
        raise error
    mends = {
        HTTPStatus.BAD_REQUEST: "the body cannot be read as JSON: check its quotes, commas and encoding (UTF-8)",
        HTTPStatus.NOT_FOUND: "there is nothing at this address: /openapi.json lists what there is",
        HTTPStatus.METHOD_NOT_ALLOWED: "this address does not take that method: see the header Allow, and /openapi.json",
    }
    status = HTTPStatus(error.status_code)
    code = status.name.lower().replace("_", "-")
    return Problem(status, code, mends.get(status, str(error.detail)), error.headers)


def unexpected(method: str, error: Exception) -> Problem:
    """Log an error that nobody foresaw and return what to answer.

    The error's own words stay out of the log, as does the address: either may hold a need.
    """
    _log(method, error)
    return Problem(*UNEXPECTED)


def _log(doing: str, error: Exception) -> None:
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s failed with %s (its words are not logged: they may quote a need)\n%s", doing, type(error).__name__, where)
