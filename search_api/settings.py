"""The service's settings: made once at the edge, frozen, passed down."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from crawler.settings import read_settings


class ServiceSettings(BaseSettings):
    """How the service listens; each field is read from the environment as SCOUT_API_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="SCOUT_API_", frozen=True, extra="forbid")

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Address to listen on. The service has no accounts: open it to a network only behind a proxy that has."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """Port to listen on."""
    names: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    """Host names that requests may name, as a JSON list; others are refused, which keeps foreign pages from reading answers."""
    max_body_bytes: Annotated[int, Field(ge=1024)] = 262_144
    """Bytes of a request's body, at most."""


def service_settings(**overrides: object) -> ServiceSettings:
    """Read the service's settings, see `read_settings`."""
    return read_settings(ServiceSettings, **overrides)
