"""The region of a startup is told where it is known for sure, and left open elsewhere."""

import pytest

from crawler.company.company import CompanyRecord
from crawler.company.regions import region_of
from crawler.gazetteer.tables import provinces, regions
from crawler.records import Startup


@pytest.mark.parametrize(
    ("country", "record", "region"),
    [
        ("IT", CompanyRecord(country="IT", city="Busto Arsizio", region="Lombardia"), "Lombardia"),
        (None, CompanyRecord(country="IT", region="Lombardy"), "Lombardia"),
        ("IT", CompanyRecord(country="IT", city="Gallarate", region="VA"), "Lombardia"),
        ("IT", CompanyRecord(country="IT", city="torino"), "Piemonte"),
        ("IT", CompanyRecord(country="IT", city="Bolzano", region="Südtirol"), "Trentino-Alto Adige"),
        ("US", CompanyRecord(country="US", city="Palo Alto", region="CA"), "California"),
        ("US", CompanyRecord(country="US", region="California"), "California"),
        ("IT", CompanyRecord(country="IT", city="Gallarate"), None),
        ("US", CompanyRecord(country="IT", region="Lombardia"), None),
        ("IT", CompanyRecord(region="Lombardia"), None),
        ("US", CompanyRecord(country="US", region="Lombardia"), None),
        ("DE", CompanyRecord(country="DE", city="München", region="Bayern"), None),
        ("IT", None, None),
    ],
)
def test_an_address_tells_the_region_where_it_is_in_the_startups_country(
    country: str | None, record: CompanyRecord | None, region: str | None
) -> None:
    assert region_of(Startup("s", "S", country=country), record) == region


@pytest.mark.parametrize(
    ("country", "tags", "region"),
    [
        ("IT", ("Lombardia", "Servizi", "Ateco 62"), "Lombardia"),
        ("IT", ("Software",), None),
        ("IT", ("Lombardia", "Veneto"), None),
        ("US", ("Umbria",), None),
        (None, ("Umbria",), None),
    ],
)
def test_a_tag_tells_an_italian_region_as_the_register_of_companies_does(
    country: str | None, tags: tuple[str, ...], region: str | None
) -> None:
    assert region_of(Startup("s", "S", country=country, tags=tags), None) == region


def test_the_sites_own_address_goes_before_a_tag() -> None:
    startup = Startup("s", "S", country="IT", tags=("Veneto",))
    assert region_of(startup, CompanyRecord(country="IT", city="Varese")) == "Lombardia"


def test_the_regions_are_those_of_the_provinces_by_several_names() -> None:
    assert {*regions().values()} == {province.region for province in provinces().values()}
    assert len({*regions().values()}) == 20
    assert regions()["tuscany"] == regions()["toscana"] == "Toscana"
