"""The crawler's settings: made once at the edge, frozen, passed down."""

from typing import Annotated, TypeVar, get_origin

import pydantic_settings
from pydantic import Field, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from crawler.errors import SettingsError

Settings = TypeVar("Settings", bound=BaseSettings)


class CrawlSettings(BaseSettings):
    """What a crawl may do; each field is read from the environment as SCOUT_CRAWL_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="SCOUT_CRAWL_", frozen=True, extra="forbid")

    contact_url: Annotated[str, StringConstraints(pattern=r"^(https?://\S+|mailto:\S+@\S+)$")] = (
        "https://example.org/startup-scout-crawler"
    )
    """Where a webmaster learns who crawls; part of the user agent. Set it before crawling the real web."""
    delay: Annotated[float, Field(ge=0.0, le=3600.0)] = 1.0
    """Seconds between two requests to one host, at least; a longer Crawl-delay of the site wins."""
    autothrottle: bool = True
    """Lengthens the delay for hosts that answer slowly."""
    max_pages: Annotated[int, Field(ge=1)] = 100
    """Pages fetched per site."""
    max_depth: Annotated[int, Field(ge=0)] = 6
    """Links followed from the seed, at most."""
    max_page_bytes: Annotated[int, Field(ge=1024)] = 5_000_000
    """Bytes of a page, decompressed; a larger one is recorded as too-large."""
    max_documents: Annotated[int, Field(ge=0)] = 10
    """PDF documents fetched per site, within `max_pages`."""
    max_document_bytes: Annotated[int, Field(ge=1024)] = 25_000_000
    """Bytes of a PDF document."""
    timeout: Annotated[float, Field(gt=0)] = 30.0
    """Seconds for one request."""
    concurrency: Annotated[int, Field(ge=1)] = 64
    """Requests under way at once, over all hosts; one host has never more than one."""
    loopback: bool = False
    """Opens `localhost` and `*.localhost` (RFC 6761) for the demo and for tests, and leaves proxies aside for them."""

    @property
    def user_agent(self) -> str:
        """The identifying user agent, with the contact address."""
        return f"StartupScout/0.1 (+{self.contact_url})"


def read_settings(kind: type[Settings], **overrides: object) -> Settings:
    """Read settings of one kind from the environment; `overrides` (options of the command line) that are not None win.

    Raises:
        SettingsError: a value cannot be used; the message names the variable, or the option that stands for it.
    """
    given = {field: value for field, value in overrides.items() if value is not None}
    prefix = kind.model_config["env_prefix"]
    try:
        return kind(**given)  # type: ignore[arg-type]  # pydantic validates what it is given
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        name = f"--{field}" if field in given else f"{prefix}{field.upper()}"
        raise SettingsError(f"{name}: {first['msg']} (got {str(first['input'])[:80]!r})") from error
    except pydantic_settings.SettingsError as error:
        lists = [
            f"{prefix}{field.upper()}" for field, info in kind.model_fields.items() if get_origin(info.annotation) is tuple
        ]
        raise SettingsError(f'{" or ".join(lists)}: must be a JSON list such as ["scout.example", "127.0.0.1"]') from error


def crawl_settings(**overrides: object) -> CrawlSettings:
    """Read the crawler's settings, see `read_settings`."""
    return read_settings(CrawlSettings, **overrides)
