"""The service's settings: made once at the edge, frozen, passed down."""

from typing import Annotated

import pydantic_settings
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from crawler.errors import SettingsError


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
    """Read the service's settings from the environment; `overrides` that are not None win.

    Raises:
        SettingsError: a value cannot be used; the message names the variable, or the option that stands for it.
    """
    try:
        return ServiceSettings(**{k: v for k, v in overrides.items() if v is not None})  # type: ignore[arg-type]  # pydantic validates
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        name = f"--{field}" if overrides.get(field) is not None else f"SCOUT_API_{field.upper()}"
        raise SettingsError(f"{name}: {first['msg']} (got {str(first['input'])[:80]!r})") from error
    except pydantic_settings.SettingsError as error:
        raise SettingsError('SCOUT_API_NAMES: must be a JSON list such as ["scout.example", "127.0.0.1"]') from error
