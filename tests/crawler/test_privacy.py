import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.page.privacy import role_addresses, without_personal_data


@pytest.mark.parametrize(
    "personal",
    [
        "mario.rossi@acme.it",
        "m.rossi@acme.it",
        "Rossi@Acme.it",
        "anna.bianchi+lavoro@gmail.com",
        "giulia_verdi88@libero.it",
        "mario.rossi (at) acme.it",
        "mario.rossi[at]acme[dot]it",
        "mario.rossi chiocciola acme punto it",
        "mario punto rossi chiocciola acme punto it",
        "Mario Chiocciola acme.it",
        "mario at gmail dot com",
        "mario.rossi at gmail.com",
        "mario AT acme DOT it",
        "j.müller@firma.de",
    ],
)
def test_an_address_of_a_person_is_removed(personal: str) -> None:
    assert without_personal_data(f"Scrivi a {personal} per sapere di più.") == "Scrivi a per sapere di più."


@pytest.mark.parametrize(
    "role",
    [
        "info@acme.it",
        "sales@acme.com",
        "commerciale@acme.it",
        "ufficio.tecnico@acme.it",
        "info-italia@acme.it",
        "sales2@acme.com",
        "export.sales@acme.com",
        "acme@acme.it",
        "acme@pec.acme.it",
        "segreteria@acme.it",
        "hr@acme.it",
        "privacy@acme.eu",
        "service.china@acme.com",
        "acme.amministrazione@provider.it",
        "bergamo@acme.it",
        "Emailinfo@acme.it",
        "info chiocciola acme punto it",
        "info at acme dot it",
    ],
)
def test_a_role_address_stays(role: str) -> None:
    text = f"Scrivi a {role} per sapere di più."
    assert without_personal_data(text) == text


@pytest.mark.parametrize(
    "phone",
    [
        "+39 0332 123456",
        "+39 335 1234567",
        "+39.335.1234567",
        "+393351234567",
        "(+39) 0332 123456",
        "0039 0332 123456",
        "0332 123456",
        "0332/123456",
        "0332-123456",
        "02 1234 5678",
        "035 123 4560",
        "(0332) 123456",
        "335 1234567",
        "335 12 34 567",
        "333 1234 567",
        "333-1234-567",
        "wa.me/393331234567",
        "https://wa.me/39333123456?text=ciao",
        "https://api.whatsapp.com/send?phone=+393331234567",
        "335-1234567",
        "3351234567",
        "800 123456",
        "+44 20 7946 0958",
        "+44 (0)20 7946 0958",
        "020 7946 0958",
        "+49 (0) 7361 123-45",
        "07361 / 123456",
        "+33 1 23 45 67 89",
        "01 23 45 67 89",
        "+1 415 555 2671",
        "(415) 555-2671",
        "415-555-2671",
        "415.555.0140",
        "+91 98765 43210",
        "+86 21 5555 0199",
        "+421 41 555 1234",
    ],
)
def test_a_phone_number_is_removed(phone: str) -> None:
    assert without_personal_data(f"Scrivici oppure {phone} ogni giorno") == "Scrivici oppure ogni giorno"


@pytest.mark.parametrize(
    "line",
    [
        "Tel. 123456",
        "Telefono: 0332.123456",
        "Cell: 335 1234567",
        "Phone 555 0199 22",
        "Fax 0332123457",
        "T: 0332 123456",
        "☎ 0332 1234",
        "Telefono0332 123456",
        "Contatti +39 335 1234567info@acme.it",
    ],
)
def test_what_stands_behind_a_label_is_removed(line: str) -> None:
    assert not any(map(str.isdigit, without_personal_data(line)))


@pytest.mark.parametrize(
    "text",
    [
        "P.IVA 07123450673",
        "Partita IVA 07123450673 e C.F. 07123450673",
        "VAT no. IT 07123450673",
        "USt-IdNr. DE 123456789",
        "REA MI 1234567",
        "ISO 9001:2015 e ISO 45001",
        "UNI EN 10204 3.1, DIN 912, ASTM A351",
        "Codice articolo 0332-123456",
        "P/N 335 1234567",
        "art. 4812-335-12",
        "SN 0332123456",
        "dimensioni 1200 x 800 x 600 mm",
        "1200x800x600",
        "tolleranza 0,005 mm su 350 000 pezzi",
        "€ 2.417.903,00",
        "prezzo 1.250.000 euro",
        "da 100.000 a 250.000 pezzi",
        "nel 1993, 2004 e 2019",
        "dal 1993-2019",
        "2014 \u2013 2025",
        "08/03/2016",
        "NOV 03\u201307 2022",
        "X0332-123456B",
        "12.05.2024 - 14.05.2024",
        "10.2023 - 02.2024",
        "21/03/2016 - 5 min",
        "45.8206, 8.8250",
        "10 000 000 cicli",
        "IBAN IT60 X054 2811 1010 0000 0123 456",
        "ISBN 978-3-16-148410-0",
        "doi 10.1016/j.cirp.2010.03.004",
        "0000-0001-2345-6789",
        "lega EN AC-46000, 1.4301, 42CrMo4",
        "acciaio 1.2343 a 1150 °C",
        "21100 Varese (VA)",
        "24/7, 365 giorni",
        "0,5-1,5 bar",
        "3200 giri/min a 380-400 V",
        "brevetto n. 102020000012345",
        "EP 1234567 B1 e US 9,876,543",
        "300-400-500 kg",
        "fino a +150 °C, -40 +85",
        "M12x1.75-6g",
        "333 1234 56 78 90 12",
        "350 x 1200 x 800 e 350 1200 800 mm",
        "cod. ABC DEF 12 A 34 B 567 C",
        "scala a chiocciola. Acciaio inox",
        "see us at acme.it or at booth.12",
    ],
)
def test_numbers_that_call_nobody_stay(text: str) -> None:
    assert without_personal_data(text) == text


def test_a_personal_tax_code_is_removed_and_a_companys_stays() -> None:
    assert without_personal_data("C.F. RSSMRA80A01L682X, P.IVA 07123450673") == "C.F. , P.IVA 07123450673"


@pytest.mark.parametrize("code", ["RSS MRA 85T10 A562S", "rssmra 85t10 a562s", "RSSMRA 85 T 10 A 562 S", "RSSMRA85T10A56NH"])
def test_a_personal_tax_code_is_removed_however_it_is_spaced(code: str) -> None:
    assert without_personal_data(f"C.F. {code} e P.IVA 07123450673") == "C.F. e P.IVA 07123450673"


def test_what_the_next_line_begins_with_makes_no_quantity_of_a_phone_number() -> None:
    assert without_personal_data("Scrivi o chiama 0332 123456\nA Varese") == "Scrivi o chiama\nA Varese"


@pytest.mark.parametrize(
    "two",
    ["335 1234567 / 335 7654321", "335 1234567 335 7654321", "+39 0332 123456 - 0332 654321", "0332 123456 (335 1234567)"],
)
def test_two_phone_numbers_in_a_row_are_two(two: str) -> None:
    assert not any(map(str.isdigit, without_personal_data(f"Scrivici oppure {two} ogni giorno")))


@pytest.mark.parametrize("behind", ["(2 linee)", "21100 Varese", "- 21100 Varese", "2024"])
def test_a_number_behind_a_phone_number_does_not_hide_it(behind: str) -> None:
    assert without_personal_data(f"Ufficio, 0332 123456 {behind}") == f"Ufficio, {behind}"


def test_lines_stay_lines() -> None:
    text = "Contatti\nTel. +39 0332 123456\nmario.rossi@acme.it\ninfo@acme.it"
    assert without_personal_data(text) == "Contatti\nTel.\n\ninfo@acme.it"


def test_role_addresses_are_listed_in_lower_case() -> None:
    assert list(role_addresses("Info@Acme.it, mario.rossi@acme.it, sales@acme.it")) == ["info@acme.it", "sales@acme.it"]


@given(st.text(alphabet=st.sampled_from("0123456789 +-./()@abct\n,€mit"), max_size=300))
def test_no_line_is_lost_and_nothing_is_left_for_a_second_time(text: str) -> None:
    made = without_personal_data(text)
    assert made.count("\n") == text.count("\n")
    assert len(made) <= len(text)
    assert without_personal_data(made) == made


PIECES = [
    "a.rossi",
    "@",
    "acme.it",
    "+39 335 1234567",
    "(",
    ")",
    "RSSMRA85T10A562S",
    " at ",
    "gmail.com",
    " punto ",
    "wa.me/",
    "1",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_what_comes_to_light_when_others_go_goes_too(pieces: list[str]) -> None:
    made = without_personal_data("".join(pieces))
    assert without_personal_data(made) == made


@given(st.text(max_size=300))
def test_any_text_is_taken(text: str) -> None:
    assert len(without_personal_data(text)) <= len(text)
