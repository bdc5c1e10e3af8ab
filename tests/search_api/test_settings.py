"""The service's settings: environment, options, defaults, and what is said of values that cannot be used."""

import pytest

from crawler.errors import SettingsError
from search_api.settings import service_settings


def test_the_defaults_serve_this_computer_only() -> None:
    settings = service_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.names == ("127.0.0.1", "localhost", "[::1]")


def test_the_environment_sets_and_an_option_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOUT_API_PORT", "8123")
    monkeypatch.setenv("SCOUT_API_NAMES", '["scout.example"]')
    monkeypatch.setenv("SCOUT_API_MAX_BODY_BYTES", "2048")
    assert (service_settings().port, service_settings().names) == (8123, ("scout.example",))
    assert service_settings(port=9000, host=None).port == 9000
    assert service_settings(host=None).max_body_bytes == 2048


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SCOUT_API_PORT", "eight"),
        ("SCOUT_API_PORT", "0"),
        ("SCOUT_API_PORT", "65536"),
        ("SCOUT_API_HOST", ""),
        ("SCOUT_API_MAX_BODY_BYTES", "12"),
        ("SCOUT_API_NAMES", "scout.example"),
        ("SCOUT_API_NAMES", "[1, 2]"),
        ("SCOUT_API_NAMES", "{"),
    ],
)
def test_a_bad_value_is_told_with_its_variable_on_one_line(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        service_settings()
    assert str(refused.value).startswith(f"{name}: ")
    assert len(str(refused.value).splitlines()) == 1


def test_a_bad_option_is_told_by_the_options_name() -> None:
    with pytest.raises(SettingsError, match=r"^--port: "):
        service_settings(port=0)
    with pytest.raises(SettingsError, match=r"^--host: "):
        service_settings(host="")
