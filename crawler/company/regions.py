"""The region that a startup is in, where its site or a directory says so and the gazetteer knows it."""

from crawler.company.company import CompanyRecord
from crawler.gazetteer.tables import capitals, provinces, regions, states
from crawler.records import Startup

ITALY = "IT"


def region_of(startup: Startup, company: CompanyRecord | None) -> str | None:
    """Return the region of Italy, or the state or province elsewhere, by its usual name; None where none is told for sure.

    An address counts where its country is not another than the startup's; Italian regions are also told by a tag, as the
    register of companies gives them.

    Args:
        startup: with its country and tags, as far as they are known.
        company: what its site says of it.
    """
    if company is not None and company.country and startup.country in {None, company.country}:
        if company.country == ITALY:
            found = _italian(company)
        else:
            country, name = states().get(company.region, ("", ""))
            found = name if country == company.country else None
        if found:
            return found
    tagged = {regions()[tag.lower()] for tag in startup.tags if tag.lower() in regions()} if startup.country == ITALY else set()
    return tagged.pop() if len(tagged) == 1 else None


def _italian(company: CompanyRecord) -> str | None:
    if told := regions().get(company.region.strip().lower()):
        return told
    province = provinces().get(company.region.strip().upper()) or capitals().get(company.city.strip().lower())
    return province.region if province else None
