"""The Italian register: provinces, codes, dates, amounts, names."""

import pytest

from crawler.directories.ateco import DIVISIONS, ateco_code, division
from crawler.directories.entries import Entry
from crawler.directories.fields import decimal
from crawler.directories.registro_imprese import RegistroImprese, short_name
from tests.crawler.directories.samples import REGISTRO_OFFICIAL, REGISTRO_TABLE, document, read, read_case

FORM = REGISTRO_TABLE


def one(**changes: str) -> tuple[Entry, list[str]]:
    entries, problems = read_case(FORM, [{**FORM.records[1], **changes}])
    return entries[0], [problem.reason for problem in problems]


@pytest.mark.parametrize(
    ("province", "region", "told"),
    [
        ("MI", "LOMBARDIA", "Lombardia"),
        ("NA", "CAMPANIA", "Campania"),
        ("NAN", "CAMPANIA", "Campania"),
        ("nan", "", "Campania"),
        ("FO", "EMILIA-ROMAGNA", "Emilia-Romagna"),
        ("PS", "MARCHE", "Marche"),
        ("PU", "", "Marche"),
        ("BZ", "TRENTINO-ALTO ADIGE", "Trentino-Alto Adige"),
        ("AO", "VALLE D'AOSTA", "Valle d'Aosta"),
        ("SU", "", "Sardegna"),
        ("BT", "PUGLIA", "Puglia"),
    ],
)
def test_provinces_lie_in_their_regions(province: str, region: str, told: str) -> None:
    entry, problems = one(Provincia=province, Regione=region)
    assert (entry.startup.tags[0], problems) == (told, [])


def test_a_province_that_is_none_or_lies_elsewhere_is_told() -> None:
    entry, problems = one(Provincia="XX", Regione="MOLISE")
    assert (entry.startup.tags[0], problems) == ("Molise", ["province 'XX' is none of Italy's: left open"])
    entry, problems = one(Provincia="BG", Regione="LAZIO")
    assert entry.startup.tags[0] == "Lombardia"
    assert problems == ["province BG lies in Lombardia, and the record says 'LAZIO': the province counts"]
    entry, problems = one(Provincia="NAN", Regione="LAZIO")
    assert (entry.startup.tags[0], len(problems)) == ("Lazio", 1)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("621000", "62.10.00"),
        ("62.10", "62.10"),
        ("62,1", "62.1"),
        ("J 62.01", "62.01"),
        ("471", "47.1"),
        ("0113", "01.13"),
        ("44", ""),
        ("1", ""),
        ("software", ""),
        ("62.10.00.99", ""),
    ],
)
def test_ateco_codes_have_one_spelling(given: str, code: str) -> None:
    assert ateco_code(given) == code
    assert bool(division(code)) == bool(code)


def test_every_division_of_ateco_has_a_name() -> None:
    assert len(DIVISIONS) == 88
    assert all(name[0].islower() and len(name) > 5 for name in DIVISIONS.values())
    assert one(AtecoCode="44")[1] == ["ateco must be a code such as 62.10.00, this is '44': left open"]


@pytest.mark.parametrize(
    ("dates", "founded"),
    [
        (("31/12/2023", "", "01/02/2020"), 2020),
        (("31/12/2023", "2019-05-06", "1.2.2020"), 2019),
        (("2023-12-31 00:00:00", "", ""), 2023),
        (("", "", ""), None),
    ],
)
def test_the_first_of_the_dates_is_when_a_company_began(dates: tuple[str, str, str], founded: int | None) -> None:
    listed, began, registered = dates
    entry, problems = one(Data_Iscrizione_StartUp=listed, Data_Inizio_Attivita=began, Data_Registro_Imprese=registered)
    assert (entry.startup.founded, problems) == (founded, [])


@pytest.mark.parametrize("day", ["31/02/2020", "2020", "12/31/2020", "yesterday", "99/99/9999"])
def test_a_date_that_is_none_is_told(day: str) -> None:
    entry, problems = one(Data_Registro_Imprese=day)
    assert entry.startup.founded == 2023
    assert problems == [f"Data_Registro_Imprese must be a date such as 31/12/2024, this is {day!r}: left open"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,5", 1234.5),
        ("12.500,00", 12500),
        ("0,75", 0.75),
        ("1234.5", 1234.5),
        ("1.234", 1234),
        ("-3,0", -3),
        ("1.23.4", None),
        ("0-4", None),
    ],
)
def test_numbers_have_decimal_commas(text: str, number: float | None) -> None:
    assert decimal(text) == number


@pytest.mark.parametrize(
    ("legal", "short"),
    [
        ("forgia lieve societa' a responsabilita' limitata semplificata", "Forgia Lieve"),
        ("FORGIA S.R.L.", "Forgia"),
        ("Forgia srl", "Forgia"),
        ("Forgia Società Benefit S.R.L.", "Forgia"),
        ("forgia s.b.s.r.l.", "Forgia"),
        ("forgia s.p.a. in liquidazione", "Forgia"),
        ("forgia srl start-up costituita a norma dell'art. 4", "Forgia"),
        ("forgia - societa' a responsabilita' limitata in sigla f.", "Forgia"),
        ("M & N Motors Srls", "M & N Motors"),
        ("societa' s.r.l.", "Societa'"),
    ],
)
def test_names_lose_their_legal_form(legal: str, short: str) -> None:
    assert short_name(legal) == short


def test_a_tax_code_of_a_person_does_not_become_an_id() -> None:
    record = {**REGISTRO_OFFICIAL.records[0], "codice fiscale ": "RSSMRA80A01F205X"}
    (entry,), _ = read_case(REGISTRO_OFFICIAL, [record])
    assert "RSSMRA" not in str(entry.line())


def test_homonyms_of_one_town_are_kept_apart_by_their_day() -> None:
    again = {**FORM.records[1], "Data_Registro_Imprese": "01/12/2023"}
    entries, problems = read_case(FORM, [FORM.records[1], again])
    assert len({entry.startup.id for entry in entries}) == 2
    assert problems == []


def test_a_line_of_the_official_list_that_is_cut_is_reported() -> None:
    whole = REGISTRO_OFFICIAL.encode(REGISTRO_OFFICIAL.records)
    entries, problems = read(RegistroImprese(), document(whole + b"PEZZO DI RIGA|SRL\r\n" + whole.split(b"\r\n")[1]))
    assert len(entries) == 1
    assert [(problem.line, problem.kept) for problem in problems[1:]] == [(3, False), (4, False)]
