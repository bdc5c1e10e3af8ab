"""What the service says of itself, and its errors."""

from pydantic import AwareDatetime, Field

from search_api.wire.shape import Out


class StatusOut(Out):
    """What the service answers from."""

    version: str
    snapshot: str
    built_at: AwareDatetime
    model: str
    dimension: int
    startups: int
    passages: int
    languages: dict[str, int] = Field(description="passages per language")
    oldest_page: AwareDatetime | None
    newest_page: AwareDatetime | None


class HealthOut(Out):
    """Whether the service is well."""

    status: str


class ProblemOut(Out):
    """An error, as application/problem+json (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
