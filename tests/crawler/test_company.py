import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.company.company import CompanyRecord, merge_companies, read_company
from crawler.company.founding import founding_year
from crawler.company.identifiers import is_italian_vat, vat_numbers
from crawler.company.legal_forms import any_form, form_of, holds_form, key_of, names_with_form, without_form
from crawler.company.naming import labels_of
from crawler.company.places import addresses
from crawler.page.markup import parse_json_ld, read_markup, typed

URL = "https://www.acme-robotics.it/"


def page(body: str, title: str = "", head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


# VAT numbers


@pytest.mark.parametrize(
    ("digits", "good"),
    [
        ("07123450673", True),
        ("02987650211", True),
        ("07123450674", False),
        ("00000000000", False),
        ("0712345067", False),
        ("0712345067a", False),
        ("٠٧١٢٣٤٥٠٦٧٣", False),
    ],
)
def test_the_check_digit_of_a_partita_iva_is_checked(digits: str, *, good: bool) -> None:
    assert is_italian_vat(digits) is good


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("P.IVA 07123450673", "07123450673"),
        ("P. IVA: IT07123450673", "07123450673"),
        ("P.Iva 071 2345 0673", "07123450673"),
        ("Partita IVA n. 07123450673", "07123450673"),
        ("PI 07123450673", "07123450673"),
        ("P.I. e C.F. 07123450673", "07123450673"),
        ("C.F./P.IVA/Reg. Imprese di Varese 07123450673", "07123450673"),
        ("Cod. Fisc. e Partita IVA\n07123450673", "07123450673"),
        ("VAT No. IT 07123450673 - REA VA 123456", "07123450673"),
        ("C.O.E./VAT SM12345 Tutti i diritti", "SM12345"),
        ("USt-IdNr.: DE 136695976", "DE136695976"),
        ("UID: ATU12345678", "ATU12345678"),
        ("N° TVA FR40303265045", "FR40303265045"),
        ("VAT registration number GB 980 7806 84", "GB980780684"),
        ("BTW NL004495445B01", "NL004495445B01"),
        ("NIF ESB12345678", "ESB12345678"),
    ],
)
def test_a_vat_number_is_found_beside_its_label(text: str, number: str) -> None:
    assert [found.number for found in vat_numbers(text)] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "P.IVA 07123450674",
        "Tel. 07123450673",
        "codice articolo 07123450673",
        "P.IVA in corso di attribuzione",
        "VAT 22 %",
        "prezzi IVA esclusa 1200",
        "P.IVA 071234950673",
    ],
)
def test_what_is_no_vat_number_is_not_taken_for_one(text: str) -> None:
    assert not list(vat_numbers(text))


# Addresses


@pytest.mark.parametrize(
    ("text", "city", "country"),
    [
        ("Via Roma 12, 21100 Varese (VA)", "Varese", "IT"),
        ("Via Roma 12 - 21052 Busto Arsizio VA", "Busto Arsizio", "IT"),
        ("Sede legale: Via G. Mazzini, 3\n20831 SEREGNO (MB) - Italy", "SEREGNO", "IT"),
        ("Loc. Pian del Lago 5 \u2013 I-53035 Monteriggioni (SI)", "Monteriggioni", "IT"),
        ("Via Verdi 2/A, Gallarate (VA) 21013", "Gallarate", "IT"),
        ("Via Verdi 2 Majano 33030", "Majano", "IT"),
        ("Viale dei Mille 4, Torino", "Torino", "IT"),
        ("Frazione Piano 3 - 29099 Borgo d'Alba-Piacenza (Italia)", "Borgo d'Alba", "IT"),
        ("Strada del Monte 42, 47891 Dogana (RSM)", "Dogana", "SM"),
        ("Werkstraße 5, 73430 Aalen", "Aalen", "DE"),
        ("Industriestr. 12\nD-86199 Augsburg", "Augsburg", "DE"),
        ("Hauptstrasse 1, CH-8005 Zürich", "Zürich", "CH"),
        ("12 rue de la Paix, 75002 Paris", "Paris", "FR"),
        ("A-4020 Linz, Austria", "Linz", "AT"),
        ("1 Science Park Road, Cambridge CB4 0EY", "Cambridge", "GB"),
        ("77 W Sample St, Chicago, IL 60699", "Chicago", "US"),
        ("Boulder, Colorado 80399 USA", "Boulder", "US"),
        ("12 Sample Dr. Suite 9, Mississauga, ON L5A 1A1 Canada", "Mississauga", "CA"),
        ("Plot 12, Kothrud Pune, 411099", "Pune", "IN"),
        ("Block 9, Karachi, 75999, Pakistan", "Karachi", "PK"),
        ("ul. Prosta 51, 00-838 Warszawa, Poland", "Warszawa", "PL"),
        ("Calle Mayor 3, 28013 Madrid, España", "Madrid", "ES"),
    ],
)
def test_an_address_is_read_in_the_form_of_its_country(text: str, city: str, country: str) -> None:
    found = max(addresses(text, lambda _: True), key=lambda address: address.weight)
    assert (found.city, found.country) == (city, country)


def test_the_parts_of_an_italian_address_are_told_apart() -> None:
    record = read_company(page("<footer>Sede legale: Via G. Mazzini, 3 - 21052 Busto Arsizio (VA)</footer>"), URL)
    assert (record.street, record.postal_code, record.city, record.region, record.country) == (
        "Via G. Mazzini, 3", "21052", "Busto Arsizio", "Lombardia", "IT"
    )  # fmt: skip


@pytest.mark.parametrize("between", range(0, 30, 5))
def test_other_brackets_before_an_address_cost_it_no_postal_code(between: int) -> None:
    text = f"(UE) {'x' * between} lavora con noi da anni, in via Roma 12, Busto Arsizio (VA) 21052"
    assert [(one.city, one.postal_code) for one in addresses(text, lambda _: False)] == [("Busto Arsizio", "21052")]


def test_the_registered_office_comes_before_other_seats() -> None:
    body = "<p>Sede operativa: Via Roma 1, 24121 Bergamo (BG)</p><p>Sede legale: Via Verdi 2, 72021 Francavilla (BR)</p>"
    assert read_company(page(body), URL).city == "Francavilla"


def test_a_court_or_a_customer_in_prose_is_no_address() -> None:
    body = """<p>Per ogni controversia è competente il Tribunale di Milano (MI).</p><p>Abbiamo lavorato con clienti a Parigi,
      Francia e poi ancora per molte altre imprese in tutta Europa, dal nord al sud del continente, per anni.</p>"""
    assert read_company(page(body), "https://acme.com/").city == ""


# The country is told by evidence that adds up


@pytest.mark.parametrize(
    ("body", "url", "country"),
    [
        ("<p>Tel. +39 0332 123456</p>", "https://acme.it/", "IT"),
        ("<p>Benvenuti</p>", "https://acme.it/", ""),
        ("<p>Call +39 0332 123456</p>", "https://acme.com/", ""),
        ("<p>Welcome</p>", "https://acme.io/", ""),
        ("<footer>P.IVA 07123450673</footer>", "https://acme.io/", "IT"),
        ("<footer>Registro Imprese di Varese, REA VA-123456</footer>", "https://acme.it/", "IT"),
        ("<footer>Based in the UK</footer>", "https://acme.uk/", "GB"),
        ("<p>KOVOTEK, s.r.o. is a company in southern Slovakia</p>", "https://kovotek.in/", "SK"),
        ("<footer>Based in South Korea</footer>", "https://acme.kr/", "KR"),
        ("<footer>Based in South Africa</footer>", "https://acme.za/", "ZA"),
        ("<p>Acme GmbH</p><p>+49 7361 12345</p>", "https://acme.de/", "DE"),
        ("<footer>© Acme s.r.o.</footer><p>Our office: Andheri, Mumbai, Maharashtra 400053</p>", "https://acme.com/", ""),
    ],
)
def test_the_country_needs_more_than_one_hint(body: str, url: str, country: str) -> None:
    assert read_company(page(body), url).country == country


# Names


@pytest.mark.parametrize(
    ("name", "stem", "form"),
    [
        ("Acme S.r.l.", "Acme", "S.r.l."),
        ("ACME SRL", "ACME", "S.r.l."),
        ("Acme s.r.l.s.", "Acme", "S.r.l.s."),
        ("Acme S.p.A.", "Acme", "S.p.A."),
        ("Acme Spa", "Acme", "S.p.A."),
        ("Rossi & C. s.n.c.", "Rossi & C.", "S.n.c."),
        ("Acme GmbH & Co. KG", "Acme", "GmbH & Co. KG"),
        ("Acme GmbH", "Acme", "GmbH"),
        ("Acme Pvt. Ltd.", "Acme", "Pvt. Ltd."),
        ("Acme, Inc.", "Acme", "Inc."),
        ("Acme LLC", "Acme", "LLC"),
        ("KOVOTEK, s.r.o.", "KOVOTEK", "s.r.o."),
        ("Acme Sp. z o.o.", "Acme", "Sp. z o.o."),
        ("Acme B.V.", "Acme", "B.V."),
        ("Acme Robotics", "Acme Robotics", ""),
        ("Spa Wellness", "Spa Wellness", ""),
    ],
)
def test_the_legal_form_is_told_from_the_name(name: str, stem: str, form: str) -> None:
    assert (without_form(name), form_of(name)) == (stem, form)


@given(
    st.lists(st.sampled_from(["Acme", "S.r.l.", "srl", "GmbH", "&", "-", ",", "(", "Inc", "spa", " ", "\n", "x"]), max_size=8)
)
def test_a_text_holds_a_form_where_one_is_found(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert holds_form(text) == (any_form().search(text) is not None)


def test_spellings_of_a_name_share_a_key() -> None:
    assert len({key_of(name) for name in ("T.G.M. Impianti S.n.c.", "TGM Impianti", "tgm impianti snc")}) == 1


def test_only_the_capitalised_words_before_the_form_are_the_name() -> None:
    text = "Un prodotto distribuito dalla società Alfa Ambiente S.r.l. e dal gruppo Zeta SpA"
    assert [name for name, _, _ in names_with_form(text)] == ["Alfa Ambiente S.r.l.", "Zeta SpA"]


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("https://www.acme-robotics.it/", "acmerobotics"),
        ("https://acme.co.uk/about", "acme"),
        ("https://acme.com.pk/", "acme"),
        ("https://user.github.io/Acme/index.html", "acme"),
        ("https://acmesrl.it/", "acme"),
        ("https://1.2.3.4/", "3"),
        ("nonsense", ""),
    ],
)
def test_the_address_calls_the_site_a_name(url: str, label: str) -> None:
    assert label in labels_of(url) or not labels_of(url)


@pytest.mark.parametrize(
    ("body", "title", "name"),
    [
        ("<footer>© 2024 Acme Robotics S.r.l. - Tutti i diritti riservati</footer>", "Home", "Acme Robotics S.r.l."),
        ("<footer>Copyright 2014-2024 Acme Robotics Srl | P.IVA 07123450673</footer>", "Home", "Acme Robotics Srl"),
        ("<footer>Acme Robotics © 2026</footer>", "Servizi | Acme Robotics", "Acme Robotics"),
        ("<footer>© 2020, 2026 Acme GmbH</footer>", "Start", "Acme GmbH"),
        ("<footer>© 2024 Fair Holding LLC.</footer><h1>Acme Robotics</h1>", "Acme Robotics - Robots", "Fair Holding LLC"),
        ("<p>Ragione Sociale: Officine Zeta S.r.l.</p>", "Acme Robotics", "Officine Zeta S.r.l."),
        ("<footer>© 2024 Acme Robotics. Powered by Webbing Studio Srl</footer>", "Acme Robotics", "Acme Robotics"),
        ("<p>© 2020 All Rights Reserved by Template Inc.</p><h1>Acme Robotics</h1>", "Acme Robotics", "Acme Robotics"),
        ("<p>We sell what Other Firm S.p.A. makes</p><h1>Acme Robotics</h1>", "Acme Robotics", "Acme Robotics"),
        ("<p>testo</p>", "Home page", ""),
    ],
)  # fmt: skip
def test_the_company_is_named_by_what_speaks_for_its_page(body: str, title: str, name: str) -> None:
    assert read_company(page(body, title), URL).name == name


def test_a_saved_page_without_an_address_is_named_with_the_help_of_its_mail_addresses() -> None:
    body = "<h1>Acme Robotics</h1><p>mario@libero.it, info@acme-robotics.it</p>"
    assert read_company(page(body, "Bracci | Acme Robotics"), "http://localhost/").name == "Acme Robotics"


def test_the_brand_of_a_site_is_kept_beside_its_company() -> None:
    record = read_company(
        page("<footer>© 2024 Fair Holding LLC.</footer><h1>Acme Robotics</h1>", "Acme Robotics - Robots"), URL
    )
    assert (record.legal_name, record.legal_form, record.brand) == ("Fair Holding LLC", "LLC", "Acme Robotics")


# The year of foundation


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Acme nasce nel 1987 da tre soci di Erba.", 1987),
        ("L'azienda è stata fondata a Varese nel 1971.", 1971),
        ("Fondati nel 2011 a Lecco.", 2011),
        ("Società costituita nell'anno 2015", 2015),
        ("Nel 1998 nasce Acme, oggi leader.", 1998),
        ("Founded in 2014, Acme builds robots.", 2014),
        ("Our company was established in Milan in 2001.", 2001),
        ("Year of foundation: 1967", 1967),
        ("Founded\n2016", 2016),
        ("Est. 1952", 1952),
        ("Dal 1961, la Acme costruisce presse", 1961),
        ("Since 1998", 1998),
        ("Un percorso iniziato nel 2012 in un garage", 2012),
        ("Die Firma wurde 1990 gegründet", 1990),
        ("© 2014 \u2013 2025 Acme S.r.l.", None),
        ("Dal 1988 la divisione stampi lavora per terzi", None),
        ("Nel 2008 nasce la collaborazione con una grande azienda", None),
        ("Certificata dal 2001 secondo la norma ISO 9001:2015", None),
        ("Pubblicato il 11/04/2016", None),
        ("Roadmap 2026-2027", None),
        ("The festival was founded in 1955 and we were there", None),
        ("Fondata nel 2999", None),
    ],
)
def test_the_year_of_foundation_is_told_from_other_years(text: str, year: int | None) -> None:
    found = founding_year(text.split("\n"), (), ("Acme",))
    assert (found[0] if found else None) == year


def test_an_article_tells_of_others_foundation_unless_it_names_the_company() -> None:
    assert founding_year(["La startup è nata nel 2007 a Boston."], (), ("Acme",), of_others=True) is None
    assert founding_year(["Acme è nata nel 2007 a Boston."], (), ("Acme",), of_others=True) == (2007, 3.0)


# What markup declares

ORGANISATION = {
    "@type": "Organization",
    "name": "Acme Robotics",
    "legalName": "Acme Robotics S.r.l.",
    "vatID": "IT07123450673",
    "foundingDate": "2014-05-01",
    "logo": {"@type": "ImageObject", "url": "/logo.svg"},
    "sameAs": ["https://www.linkedin.com/company/acme", "https://www.linkedin.com/in/mario-rossi", "https://example.org/"],
    "email": "info@acme.it",
    "description": "Robot per la fonderia.",
    "address": {
        "@type": "PostalAddress", "streetAddress": "Via Roma 1", "addressLocality": "Varese (VA)",
        "postalCode": "21100", "addressCountry": {"@type": "Country", "name": "Italia"},
    },
}  # fmt: skip


@pytest.mark.parametrize(
    "declared",
    [
        ORGANISATION,
        [ORGANISATION],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "x"}, ORGANISATION]},
        {"@type": "WebPage", "publisher": ORGANISATION},
        {"@type": "Product", "name": "Robot 9", "manufacturer": ORGANISATION},
        ORGANISATION | {"@type": ["LocalBusiness", "http://schema.org/Organization"]},
    ],
)
def test_a_company_declared_in_json_ld_is_read_wherever_it_stands(declared: object) -> None:
    head = f'<script type="application/ld+json">{json.dumps(declared)}</script>'
    record = read_company(page("<p>testo</p>", "Robot", head), URL)
    assert (record.name, record.legal_form, record.vat_number, record.founded) == (
        "Acme Robotics S.r.l.",
        "S.r.l.",
        "07123450673",
        2014,
    )
    assert (record.street, record.postal_code, record.city, record.region, record.country) == (
        "Via Roma 1",
        "21100",
        "Varese",
        "Lombardia",
        "IT",
    )
    assert (record.description, record.logo) == ("Robot per la fonderia.", "https://www.acme-robotics.it/logo.svg")
    assert record.social == ("https://www.linkedin.com/company/acme",)
    assert set(record.sources) >= {"name", "city", "country", "vat_number"}
    assert set(record.sources.values()) == {URL}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('<!-- {"a": 1} -->', [{"a": 1}]),
        ('// <![CDATA[\n{"a": 1}\n// ]]>', [{"a": 1}]),
        ('{"a": 1,}', [{"a": 1}]),
        ('[{"a": 1},]', [[{"a": 1}]]),
        ('{"a": "line\nbreak"}', [{"a": "line\nbreak"}]),
        ('{"a": 1};', [{"a": 1}]),
        ('{"a": 1}{"b": 2}', [{"a": 1}, {"b": 2}]),
        ('{"a": 1} trailing words', [{"a": 1}]),
        ('{"a": ', []),
        ("", []),
        ("[" * 100_000, []),
    ],
)
def test_broken_json_ld_is_read_as_far_as_it_goes(text: str, values: list[object]) -> None:
    assert parse_json_ld(text) == values


def test_microdata_and_rdfa_are_read_like_json_ld() -> None:
    microdata = """<div itemscope itemtype="https://schema.org/Organization"><span itemprop="name">Acme Robotics S.r.l.</span>
      <div itemprop="address" itemscope itemtype="https://schema.org/PostalAddress">
      <span itemprop="addressLocality">Gallarate</span>
      <span itemprop="postalCode">21013</span><meta itemprop="addressCountry" content="IT"></div></div>"""
    rdfa = microdata.replace("itemprop", "property").replace("itemscope itemtype", "typeof").replace("https://schema.org/", "")
    for markup in (microdata, rdfa):
        record = read_company(page(markup), URL)
        assert (record.name, record.city, record.postal_code, record.country) == (
            "Acme Robotics S.r.l.",
            "Gallarate",
            "21013",
            "IT",
        )


def test_opengraph_names_and_describes_the_site() -> None:
    head = """<meta property="og:site_name" content="Acme Robotics | Varese">
      <meta property="og:description" content="Robot &lt;b&gt;veloci&lt;/b&gt;">"""
    record = read_company(page("<p>x</p>", "Home", head), URL)
    assert (record.name, record.description) == ("Acme Robotics", "Robot veloci")


def test_only_role_addresses_enter_the_record() -> None:
    body = (
        '<a href="mailto:mario.rossi@acme.it">Mario</a> <a href="mailto:Sales@acme.it?subject=x">Sales</a> anna.bianchi@acme.it'
    )
    assert read_company(page(body), URL).emails == ("sales@acme.it",)


def test_personal_data_do_not_enter_the_description() -> None:
    head = '<meta name="description" content="Scrivi a mario.rossi@acme.it o +39 0332 123456">'
    assert read_company(page("", "", head), URL).description == "Scrivi a o"


def test_hidden_text_says_nothing() -> None:
    body = """<div style="display: none">P.IVA 07123450673</div><p hidden>Via Roma 1, 21100 Varese (VA)</p>
      <script>"P.IVA 07123450673"</script>"""
    record = read_company(page(body), URL)
    assert (record.vat_number, record.city) == ("", "")


# The record of a site


def test_the_record_survives_json() -> None:
    record = read_company(
        page("<footer>© Acme Robotics S.r.l., P.IVA 07123450673, Via Roma 1, 21100 Varese (VA)</footer>"), URL
    )
    assert CompanyRecord.from_json(json.loads(json.dumps(record.as_json()))) == record
    assert "founded" not in record.as_json()


def test_pages_vote_and_each_fact_keeps_its_page() -> None:
    usual = "<footer>Acme Robotics S.r.l., Via Roma 1, 21100 Varese (VA), P.IVA 07123450673</footer>"
    records = [read_company(page(usual, f"Pagina {number} | Acme Robotics"), f"{URL}{number}") for number in range(3)]
    records.append(read_company(page("<p>Acme nasce nel 2014.</p>", "Chi siamo | Acme Robotics"), f"{URL}chi-siamo"))
    records.append(
        read_company(page("<p>Cliente: Zeta, Via Verdi 3, 20100 Milano (MI)</p>", "Caso | Acme Robotics"), f"{URL}caso")
    )
    site = merge_companies(records)
    assert (site.name, site.city, site.street, site.founded, site.vat_number) == (
        "Acme Robotics S.r.l.", "Varese", "Via Roma 1", 2014, "07123450673"
    )  # fmt: skip
    assert site.sources["founded"] == f"{URL}chi-siamo"
    assert site.sources["city"].startswith(URL)


def test_no_pages_make_an_empty_record() -> None:
    assert merge_companies([]) == CompanyRecord()
    assert merge_companies([CompanyRecord()]).as_json() == {}


# Whatever comes


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["Organization", "Acme Srl", "IT", "21100"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["@type", "@graph", "name", "address", "addressLocality", "logo", "sameAs", "vatID", "foundingDate"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=200, deadline=2_000)
@given(JSON)
def test_any_json_ld_is_taken(declared: object) -> None:
    head = f'<script type="application/ld+json">{json.dumps(declared)}</script>'
    json.dumps(read_company(page("", "", head), URL).as_json())


@settings(max_examples=200, deadline=2_000)
@given(st.text(max_size=200), st.text(max_size=60))
def test_any_script_and_any_address_are_taken(script: str, url: str) -> None:
    read_company(
        f'<title>{url}</title><script type="application/ld+json">{script}</script><p itemscope itemprop="{url}">{script}', url
    )


PIECES = st.sampled_from(
    ["<p>", "</p>", "<footer>", "<div itemscope>", "<b itemprop=name>", "<title>", "Acme S.r.l.", "©", "2014", "P.IVA",
     "07123450673", "Via Roma 1,", "21100", "Varese (VA)", " - ", "\n", ",", "nasce nel", "dal", "Chicago, IL", "A" * 40,
     "Aa " * 30, "1 " * 30, "<!--", "\0",
     "\ud800", "&#0;", "<svg>", "@"]
)  # fmt: skip


@settings(max_examples=300, deadline=2_000)
@given(st.lists(PIECES, max_size=60))
def test_any_markup_is_taken(pieces: list[str]) -> None:
    json.dumps(read_company("".join(pieces), URL).as_json())


@pytest.mark.parametrize(
    "body",
    [
        "A" * 200_000,
        "Aa " * 70_000,
        "Aa Bb, " * 30_000,
        "Aa-Bb " * 40_000,
        "1 2 " * 60_000,
        "0332 " * 50_000,
        "© " * 60_000,
        "P.IVA " * 40_000,
        "nasce nel " * 30_000,
        "dal 1998 " * 30_000,
        "Via " * 60_000,
        "a@" * 80_000,
        "a.b-" * 60_000 + "@",
        "S.r.l. " * 40_000,
        "(VA) " * 40_000,
        "<div>" * 50_000,
        "<p>21100 Varese" * 20_000,
        "<div itemscope><b itemprop=name>" * 10_000,
        "x<br>1998<br>" * 20_000,
    ],
    ids=lambda body: body[:12],
)
def test_no_page_takes_two_seconds(body: str) -> None:
    start = time.process_time()
    read_company(page(body), URL)
    assert time.process_time() - start < 2


def test_types_are_found_at_any_depth() -> None:
    nested: dict[str, object] = {"@type": "Organization", "name": "x"}
    for _ in range(60):
        nested = {"@type": "Thing", "about": [nested]}
    assert len(list(typed((nested,), frozenset({"organization"})))) == 1
    assert read_markup("").items == ()
