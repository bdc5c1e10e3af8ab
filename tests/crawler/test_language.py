import subprocess
import sys
from pathlib import Path

import pytest

from crawler.page.language import detect, languages_of
from crawler.records import Block


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
    code = "import sys, crawler.page.language; sys.exit('py3langid' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0


ITALIAN = (
    "La nostra azienda progetta e realizza impianti per la pressofusione di leghe leggere, controllando ogni singolo pezzo."
)
ENGLISH = "The vision system inspects every casting on the line and tells porosity from shadows before the part is machined."
NAMES = "ACME Robotics · Zeta Systems · Alfa AB · Beta S.p.A. · Delta AG · ABC · Fanomat · Kappa Robot Group · Omega AG · Teta"


def test_a_block_in_another_language_than_its_page_is_marked() -> None:
    language, blocks = languages_of([Block("Chi siamo", ITALIAN), Block("Datasheet", ENGLISH), Block("", ITALIAN)])
    assert (language, [block.language for block in blocks]) == ("it", ["", "en", ""])
    assert [block.text for block in blocks] == [ITALIAN, ENGLISH, ITALIAN]


def test_one_long_list_of_names_does_not_make_the_page_another_language() -> None:
    language, blocks = languages_of([Block("", NAMES * 20), Block("", ITALIAN)])
    assert (language, [block.language for block in blocks]) == ("it", ["", ""])


@pytest.mark.parametrize("text", ["Contact us", "Machine vision", NAMES, "M12 x 1.75 A4-70 DIN 912", ""])
def test_a_block_that_says_too_little_is_in_its_pages_language(text: str) -> None:
    assert [block.language for block in languages_of([Block("", ITALIAN), Block("", text)])[1]] == ["", ""]


def test_a_page_without_blocks_has_no_language() -> None:
    assert languages_of([]) == ("und", ())


def test_what_a_blocks_number_says_stays() -> None:
    assert languages_of([Block("", ITALIAN, number=3)])[1][0].number == 3
