"""Figures are found with their bounds, read by the separators of their language, and put into one unit."""

# ruff: noqa: RUF001  # minus signs and dashes as they are typed
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.requirements.quantities import Bound, find
from indexer.requirements.tables import units
from tests.indexer.conftest import steady


@pytest.mark.parametrize(
    ("language", "text", "said", "bound", "low", "high"),
    [
        ("it", "forni oltre 600 gradi", "oltre 600 gradi", Bound.AT_LEAST, 873.15, 873.15),
        ("en", "withstands up to 1,200 °C", "up to 1,200 °C", Bound.UP_TO, 1473.15, 1473.15),
        ("it", "fino a 1.200 °C", "fino a 1.200 °C", Bound.UP_TO, 1473.15, 1473.15),
        ("en", "stable at 1000°F", "1000°F", Bound.POINT, 810.928, 810.928),
        ("it", "spessore da 2 a 20 mm", "da 2 a 20 mm", Bound.RANGE, 0.002, 0.02),
        ("it", "fori 15–45 µm", "15–45 µm", Bound.RANGE, 15e-6, 45e-6),
        ("en", "parts between 5 mm and 8 cm", "between 5 mm and 8 cm", Bound.RANGE, 0.005, 0.08),
        ("en", "from −40 to 200 °C", "from −40 to 200 °C", Bound.RANGE, 233.15, 473.15),
        ("it", "da -60 a +250 °C", "da -60 a +250 °C", Bound.RANGE, 213.15, 523.15),
        ("en", "an accuracy of ±0.5 µm", "±0.5 µm", Bound.TOLERANCE, 0.5e-6, 0.5e-6),
        ("it", "tolleranza +/- 0,05 mm", "+/- 0,05 mm", Bound.TOLERANCE, 5e-5, 5e-5),
        ("it", "meno di 2,5 kg", "meno di 2,5 kg", Bound.AT_MOST, 2.5, 2.5),
        ("en", "<10 kg", "<10 kg", Bound.AT_MOST, 10, 10),
        ("it", "pressione massima 16 bar", "massima 16 bar", Bound.LIMIT, 1.6e6, 1.6e6),
        ("en", "300 psi", "300 psi", Bound.POINT, 2068427.2, 2068427.2),
        ("it", "potenza 15 CV", "15 CV", Bound.POINT, 11032.48, 11032.48),
        ("en", "150 hp", "150 hp", Bound.POINT, 111854.98, 111854.98),
        ("en", "thinner than 1/2 inch", "1/2 inch", Bound.POINT, 0.0127, 0.0127),
        ("it", "portata 5.000 m³/h", "5.000 m³/h", Bound.POINT, 1.38889, 1.38889),
        ("it", "12 000 m3/h", "12 000 m3/h", Bound.POINT, 3.33333, 3.33333),
        ("en", "a speed of 120 m/min", "120 m/min", Bound.POINT, 2.0, 2.0),
        ("it", "fino a 12.000 giri/min", "fino a 12.000 giri/min", Bound.UP_TO, 12000, 12000),
        ("it", "900 pezzi all'ora", "900 pezzi all'ora", Bound.POINT, 900, 900),
        ("en", "1 MW or more", "1 MW or more", Bound.AT_LEAST, 1e6, 1e6),
        ("it", "pH 2-12", "pH 2-12", Bound.RANGE, 2, 12),
        ("en", "a 250-kW drive", "250-kW", Bound.POINT, 250000, 250000),
    ],
)
def test_a_figure_is_read_with_its_bound_and_unit(  # noqa: PLR0917  # the columns of the table
    language: str, text: str, said: str, bound: Bound, low: float, high: float
) -> None:
    (found,) = find(text, language)
    assert text[found.start : found.end] == said
    assert found.bound is bound
    assert found.low == pytest.approx(low, rel=1e-4)
    assert found.high == pytest.approx(high, rel=1e-4)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "3 degrees of freedom"),
        ("en", "a 360 degree view of the plant"),
        ("en", "raised $20MM and serves 450MM profiles"),
        ("en", "200 in the plant, 1500 in Italy"),
        ("it", "certificata ISO 9001 nel 2012"),
        ("en", "an H13 die, AISI 316L and 4K video"),
        ("it", "tre forni e 40 persone"),
    ],
)
def test_what_is_no_quantity_is_not_taken_for_one(language: str, text: str) -> None:
    assert find(text, language) == ()


@pytest.mark.parametrize(
    ("language", "text", "measure"),
    [
        ("en", "a payload of 25 kg", "payload"),
        ("en", "the robot weighs 33 kg", "weight"),
        ("it", "robot con sbraccio di 1700 mm", "reach"),
        ("en", "battery life over 5 years", "battery life"),
        ("it", "45 minuti di volo", "flight"),
        ("en", "±4 % of the value", "accuracy"),
        ("it", "lunghi 300 mm, spessore 2 mm", "stretch"),
        ("en", "1500 mm", None),
    ],
)
def test_what_is_measured_is_told_by_the_words_around(language: str, text: str, measure: str | None) -> None:
    found = find(text, language)[0]
    assert (found.measure and found.measure.name) == measure


def test_a_separator_that_the_other_language_reads_differently_is_doubtful() -> None:
    assert find("up to 1.200 °C", "en")[0].doubtful
    assert find("fino a 1,200 °C", "it")[0].doubtful
    assert not find("up to 1,200 °C", "en")[0].doubtful


def test_the_units_of_a_dimension_agree() -> None:
    known = units()

    def same(one: tuple[float, str], other: tuple[float, str]) -> bool:
        a, b = (value * known[form].factor + known[form].offset for value, form in (one, other))
        return known[one[1]].dimension == known[other[1]].dimension and a == pytest.approx(b, rel=1e-6)

    assert same((1, "in"), (25.4, "mm"))
    assert same((1, "bar"), (0.1, "MPa"))
    assert same((1, "psi"), (6.894757293168, "kPa"))
    assert same((1, "CV"), (0.73549875, "kW"))
    assert same((1, "hp"), (0.7456998715822702, "kW"))
    assert same((212, "°F"), (100, "°C"))
    assert same((273.15, "K"), (0, "gradi"))
    assert same((60, "m/min"), (1, "m/s"))
    assert same((1, "t/h"), (1000, "kg/h"))
    assert same((1, "lb"), (0.45359237, "kg"))
    assert same((1000, "l/h"), (1, "m³/h"))


@steady
@given(
    st.lists(
        st.sampled_from(
            ["oltre", "da", "a", "tra", "e", "12", "1.200,5", "3/4", "1/0", "-", "±", "mm", "°C", "€", "pH", "\n", "9" * 40]
        )
        | st.text(max_size=6),
        max_size=16,
    ),
    st.sampled_from(["it", "en"]),
)
def test_whatever_is_written_figures_lie_in_order_within_it(words: list[str], language: str) -> None:
    text = " ".join(words)
    found = find(text, language)
    assert all(0 <= one.start < one.end <= len(text) and one.low <= one.high for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    "piece", ["1 ", "12.345.678 ", "da 1 a ", "oltre 5 mm ", "± ", "1/2 in ", "senza ", "ISO 9001 ", "a", "('"]
)
def test_long_texts_are_read_in_no_time(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    taken = []
    for _ in range(4):  # the machine may be busy
        began = time.process_time()
        find(text, "it")
        taken.append(time.process_time() - began)
    assert min(taken) < 0.1


@pytest.mark.parametrize("text", ["1,000.000.000 kg", "1.234.567,890.1 kg", "3/0 kg"])
@pytest.mark.parametrize("language", ["it", "en"])
def test_figures_that_no_language_writes_are_doubtful(text: str, language: str) -> None:
    assert all(one.doubtful for one in find(text, language))


@pytest.mark.parametrize("text", ["10 m\u0131nutes", "10 litr\u0131", "5 minute\u017f"])
def test_letters_that_only_look_like_those_of_a_unit_are_none(text: str) -> None:
    assert find(text, "en") == ()
