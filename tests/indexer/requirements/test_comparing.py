"""Whether one figure meets another, by what both bound."""

import pytest

from indexer.requirements.comparing import Relation, relation
from indexer.requirements.quantities import find

MET, UNMET, OPEN = Relation.MET, Relation.UNMET, Relation.OPEN


@pytest.mark.parametrize(
    ("need", "offer", "found"),
    [
        ("oltre 600 gradi", "up to 1200 °C", MET),
        ("oltre 600 gradi", "up to 150 °C", UNMET),
        ("oltre 600 gradi", "over 400 °C", OPEN),
        ("oltre 600 gradi", "less than 900 °C", OPEN),
        ("temperatura 120 °C", "up to 250 °F", MET),
        ("fino a 16 bar", "up to 2.5 MPa", MET),
        ("fino a 16 bar", "max 6 bar", UNMET),
        ("spessore da 2 a 20 mm", "thickness from 0.5 to 25 mm", MET),
        ("spessore da 2 a 20 mm", "thickness from 0.1 to 1.5 mm", UNMET),
        ("spessore da 2 a 20 mm", "thickness from 5 to 25 mm", OPEN),
        ("spessore da 2 a 20 mm", "thickness 5 mm", OPEN),
        ("spessore massimo 30 mm", "thickness of 1 inch", MET),
        ("spessore massimo 30 mm", "thickness of 2 inches", UNMET),
        ("precisione ± 2 µm", "accuracy ±0.5 µm", MET),
        ("precisione ± 2 µm", "accuracy ±50 µm", UNMET),
        ("precisione migliore di 0,05 mm", "accuracy of 20 µm", MET),
        ("meno di 65 dB", "58 dB", MET),
        ("meno di 65 dB", "over 80 dB", UNMET),
        ("meno di 65 dB", "up to 80 dB", UNMET),
        ("meno di 50 mm", "up to 80 mm", OPEN),
        ("48 V", "48 V", MET),
        ("48 V", "24 V", OPEN),
        ("48 V", "from 12 to 24 V", UNMET),
        ("48 V", "up to 60 V", MET),
        ("150 hp", "110 kW", MET),
        ("-253 °C", "down to -269 °C", MET),
        ("-253 °C", "from -60 to 120 °C", UNMET),
        ("-253 °C", "up to 120 °C", OPEN),
        ("almeno 20 kg", "payload of 25 kg", MET),
    ],
)
def test_a_figure_meets_another_or_not(need: str, offer: str, found: Relation) -> None:
    assert relation(find(need, "it")[0], find(offer, "en")[0]) is found
