import subprocess
import sys
from pathlib import Path

import pytest

from crawler.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Riduciamo gli scarti della pressofusione con la visione artificiale.", "it"),
        ("Contatti e informazioni utili", "it"),
        ("We reduce scrap in die casting with machine vision.", "en"),
        ("Wir bauen Maschinen für die Industrie.", "de"),
        ("Nous concevons des machines pour la fonderie.", "fr"),
    ],
)
def test_languages_are_told(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "ciao", "+39 0332 123456 · 21100", "\ud800" * 40, "\0" * 40, "12 34 " * 100])
def test_a_text_that_says_too_little_is_undetermined(text: str) -> None:
    assert detect(text) == "und"


def test_the_model_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, crawler.language; sys.exit('py3langid' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0
