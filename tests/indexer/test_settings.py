"""Settings come from SCOUT_INDEX_*, and a wrong one is told by its name."""

import pytest

from crawler.errors import SettingsError
from indexer.settings import index_settings


def test_settings_have_defaults_and_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert index_settings().model_dump() == {
        "model": "",
        "query_prompt": None,
        "passage_prompt": None,
        "glossary": None,
        "passage_words": 60,
        "keep_snapshots": 3,
    }
    monkeypatch.setenv("SCOUT_INDEX_PASSAGE_WORDS", "80")
    monkeypatch.setenv("SCOUT_INDEX_MODEL", "/some/where")
    assert (index_settings().passage_words, index_settings().model) == (80, "/some/where")
    assert index_settings(passage_words=20).passage_words == 20


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PASSAGE_WORDS", "many"),
        ("PASSAGE_WORDS", "9"),
        ("PASSAGE_WORDS", "401"),
        ("KEEP_SNAPSHOTS", "0"),
        ("KEEP_SNAPSHOTS", ""),
    ],
)
def test_a_wrong_value_is_told_by_the_name_of_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"SCOUT_INDEX_{name}", value)
    with pytest.raises(SettingsError, match=f"SCOUT_INDEX_{name}"):
        index_settings()
