"""What one page says of its maker, fact by fact, each with how much speaks for it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawler.company.founding import founding_year
from crawler.company.identifiers import VatNumber, says_partita_iva, vat_number, vat_numbers
from crawler.company.legal_forms import form_countries, form_of, key_of
from crawler.company.naming import Named, is_short_for, name_candidates
from crawler.company.places import Address, addresses, based_in
from crawler.company.witness import Witness
from crawler.gazetteer.tables import calling_codes, country_code, country_domains, provinces
from crawler.page.markup import Item, Markup, text_of, texts_of, tidy
from crawler.page.privacy import role_addresses, without_personal_data

SOCIAL = re.compile(
    r"^https?://(?:[a-z]{2,3}\.)?(?:www\.|m\.)?(?:linkedin\.com/(?:company|school|showcase)/"
    r"|facebook\.com/(?!sharer|share|dialog|plugins|tr\b)|instagram\.com/|twitter\.com/(?!share|intent|home)"
    r"|x\.com/(?!share|intent|home)|youtube\.com/(?:c/|channel/|user/|@)|github\.com/(?=[^/\s]+/?$)|vimeo\.com/|tiktok\.com/@"
    r"|xing\.com/compan|crunchbase\.com/organization/)[^\s?#]{2,}",
    re.IGNORECASE,
)
"""Pages of companies; those of persons and buttons to share a page are left out."""
ITALIAN_REGISTER = re.compile(
    r"r(?<=\br)\.?e\.?a\.?\b[^\n]{0,25}\d{4}|registro (?:delle )?imprese|c(?<=\bc)\.?c\.?i\.?a\.?a\b|capitale sociale"
)
"""In lower case."""
PHONE = re.compile(r"(?:\+|0(?<=\b0)0)\s?\(?([1-9]\d{0,2})\)?[\s./()-]*\d(?:[\s./()-]{0,2}\d){5,}")
TAG = re.compile(r"<!--.*?-->|<[^<>]{1,200}>", re.DOTALL)
YEAR = re.compile(r"1[89]\d\d|20\d\d")
ARTICLE = re.compile(
    r"/(?:blog|news|posts?|articol[oi]|articles?|notizie|event[is]?|eventi|press|stampa)/.*[^/]|/20\d\d/", re.IGNORECASE
)
"""Pages that tell of others as often as of the company."""
IN_BRACKETS = re.compile(r"\(([A-Z]{2})\)\s*$")
FOREIGN_FORM = 0.3
"""What evidence for a country counts where the company's legal form does not exist there: an office abroad."""
ENOUGH_FOR_COUNTRY = 1.5
ENOUGH_FOR_CITY = 1.9
ENOUGH_FOR_NAME = 2.5
SURE_ENTITY = 2.5
DECLARED = 4.0
HIGHEST = 12.0
SHORTEST_BEGINNING = 3
"""Letters of a name that another one may begin with and be the same."""
LONGEST_NAME, LONGEST_CITY, LONGEST_DESCRIPTION = 80, 60, 1_000
MOST_PHONES, MOST_LINKS = 20, 20

Facts = dict[str, tuple[Any, float]]
"""Field of a company record to value and weight."""


def read_facts(page: Markup, url: str) -> Facts:
    """Return what a page says."""
    witness = Witness.of(page, url)
    facts = _names(witness)
    numbers = [*_declared_numbers(witness), *vat_numbers(witness.text)]
    if numbers:
        facts["vat_number"] = (numbers[0].number, 3.0 if numbers[0].labelled else 1.0)
    address = _address(witness)
    if address:
        parts = {"city": address.city, "street": address.street, "region": address.region, "postal_code": address.postal_code}
        facts |= {name: (value, min(address.weight, HIGHEST)) for name, value in parts.items() if value}
    form = facts["legal_form"][0] if "legal_form" in facts else ""
    facts |= _country(witness, numbers, address, form)
    facts |= _founded(witness, [facts[name][0] for name in ("name", "brand") if name in facts])
    return facts | _extras(witness)


def _names(witness: Witness) -> Facts:
    candidates = name_candidates(witness.page, witness.url)
    _add_declared_names(witness, candidates)
    if not candidates:
        return {}
    best = max(candidates, key=lambda key: candidates[key].score)
    key = _entity(candidates, best)
    one = candidates[key]
    weight = min(one.score + one.entity, HIGHEST)
    if weight < ENOUGH_FOR_NAME:
        return {}
    with_form = [name for name in one.spellings if form_of(name)]
    name = max(with_form or one.spellings, key=lambda name: (one.spellings[name], not name.isupper(), name))
    facts: Facts = {"name": (name, weight)}
    if with_form:
        facts |= {"legal_name": (name, weight), "legal_form": (one.forms.most_common(1)[0][0], weight)}
    brand = candidates[best]
    if best != key and brand.score >= ENOUGH_FOR_NAME:
        facts["brand"] = (brand.spellings.most_common(1)[0][0], min(brand.score, HIGHEST))
    return facts


def _add_declared_names(witness: Witness, candidates: dict[str, Named]) -> None:
    for position, item in enumerate(witness.organisations):
        for prop, score in (("name", 4.0), ("legalName", 5.0)):
            name = text_of(item.get(prop))
            if len(key_of(name)) > 1 and len(name) <= LONGEST_NAME:
                one = candidates.setdefault(key_of(name), Named())
                one.score += score if position == 0 else 1.0
                one.entity += 3.0 if prop == "legalName" and position == 0 else 0.0
                one.spellings[name] += 2
                if form := form_of(name):
                    one.forms[form] += 2


def _entity(candidates: Mapping[str, Named], best: str) -> str:
    """Return the key of the company behind a page that mostly goes by its `best` name."""
    entities = {
        key: one for key, one in candidates.items() if one.entity >= SURE_ENTITY and (one.forms or one.entity > SURE_ENTITY)
    }
    if entities:
        return max(entities, key=lambda key: (entities[key].entity + entities[key].score / 3, key))
    for key, one in candidates.items():
        if key == best or one.score < candidates[best].score / 3:
            continue
        # The same company in full: one name begins with the other, or abbreviates it.
        begins = min(len(key), len(best)) >= SHORTEST_BEGINNING and (key.startswith(best) or best.startswith(key))
        if (one.forms and begins) or (one.entity and any(is_short_for(best, name) for name in one.spellings)):
            return key
    return best


def _declared_numbers(witness: Witness) -> Iterator[VatNumber]:
    for item in witness.organisations:
        for prop in ("vatID", "taxID"):
            if found := vat_number(text_of(item.get(prop))):
                yield found


def _address(witness: Witness) -> Address | None:
    votes: dict[str, float] = defaultdict(float)
    best: dict[str, Address] = {}
    for address in (*_declared_addresses(witness), *addresses(witness.text, witness.in_footer)):
        key = address.city.casefold()
        seen = best.get(key)
        votes[key] = max(votes[key], address.weight) + (0.2 if seen else 0.0)
        if seen is None or (address.weight, len(address.street)) > (seen.weight, len(seen.street)):
            best[key] = address
    if not votes:
        return None
    key = max(votes, key=lambda key: votes[key])
    return best[key] if votes[key] >= ENOUGH_FOR_CITY else None


def _postal(item: Item) -> Mapping[str, Any]:
    declared = item.get("address")
    declared = declared[0] if isinstance(declared, list) and declared else declared
    return declared if isinstance(declared, Mapping) else {}


def _declared_addresses(witness: Witness) -> Iterator[Address]:
    for item in witness.organisations:
        postal = _postal(item)
        city, region = text_of(postal.get("addressLocality")), text_of(postal.get("addressRegion"))
        code = IN_BRACKETS.search(city)
        city = re.sub(r"\s*(?:\([A-Z]{2}\)|,.*)\s*$", "", city)
        province = provinces().get(code[1] if code else region)
        country = country_code(text_of(postal.get("addressCountry"))) or ("IT" if province else "")
        if country == "IT" and province:
            region = province.region
        if city and len(city) <= LONGEST_CITY:
            street, postal_code = text_of(postal.get("streetAddress")), text_of(postal.get("postalCode"))
            yield Address(city, country, street, region, postal_code, DECLARED)


def _country(witness: Witness, numbers: list[VatNumber], address: Address | None, form: str) -> Facts:
    """Return the country that most speaks for. No single hint tells it: domains are bought abroad, phones answer abroad."""
    votes: dict[str, float] = defaultdict(float)
    for code, weight in _hints(witness, numbers):
        votes[code] += weight
    if address and address.country:
        votes[address.country] += min(address.weight, DECLARED)
    if form:
        countries = form_countries(form)
        for code in votes.keys() - countries:
            votes[code] *= FOREIGN_FORM
        for code in countries:
            votes[code] += 0.5
    best = max(votes, key=lambda code: votes[code], default="")
    return {"country": (best, min(votes[best], HIGHEST))} if best and votes[best] >= ENOUGH_FOR_COUNTRY else {}


def _hints(witness: Witness, numbers: list[VatNumber]) -> Iterator[tuple[str, float]]:
    declared = (country_code(text_of(_postal(item).get("addressCountry"))) for item in witness.organisations)
    yield from ((code, 3.0) for code in set(declared) - {""})
    for number in numbers[:2]:
        yield number.country, 3.0 if number.labelled else 1.0
    if says_partita_iva(witness.text):
        yield "IT", 1.5
    if ITALIAN_REGISTER.search(witness.text.lower()):
        yield "IT", 1.0
    based: dict[str, float] = {}
    for code, weight in based_in(witness.text, witness.in_footer):
        based[code] = max(based.get(code, 0.0), weight)
    yield from based.items()
    called = [link for link in witness.page.links if link.lower().startswith("tel:")]
    phones = [match[1] for match in PHONE.finditer("\n".join((witness.text, *called)))][:MOST_PHONES]
    known = {calling_codes().get(phone[:length]) for phone in phones for length in (1, 2, 3)} - {None}
    yield from ((code, 0.75) for code in known if code)
    domain = (urlsplit(witness.url).hostname or "").rpartition(".")[2]
    if domain in country_domains():
        yield country_domains()[domain], 0.75


def _founded(witness: Witness, names: list[str]) -> Facts:
    for item in witness.organisations:
        if match := YEAR.match(text_of(item.get("foundingDate"))):
            return {"founded": (int(match[0]), 5.0)}
    page = witness.page
    called = [*names, *(name.split()[0] for name in names[:1])]
    heads = (page.title, page.meta.get("description", ""), *page.headings)
    article = bool(ARTICLE.search(urlsplit(witness.url).path))
    found = founding_year((line.text for line in page.lines), heads, called, of_others=article)
    return {"founded": found} if found else {}


def _extras(witness: Witness) -> Facts:
    page, organisations = witness.page, witness.organisations
    facts: Facts = {}
    declared = next((text for item in organisations if (text := text_of(item.get("description")))), "")
    description = declared or page.meta.get("description", "") or page.meta.get("og:description", "")
    description = tidy(without_personal_data(TAG.sub(" ", description)))[:LONGEST_DESCRIPTION]
    if description:
        front = urlsplit(witness.url).path.count("/") <= 1
        facts["description"] = (description, (DECLARED if declared else 1.0) * (5.0 if front else 1.0))
    logo = next((text for item in organisations if (text := text_of(item.get("logo"), "url", "contentUrl"))), "")
    logo = logo or next((source for source, _ in page.logos if source and not source.startswith("data:")), "")
    if logo and (address := _absolute(witness.url, logo)):
        facts["logo"] = (address, 2.0)
    links = [*page.links, *(link for item in organisations for link in texts_of(item.get("sameAs")))]
    social = dict.fromkeys(match[0].rstrip("/") for link in links if (match := SOCIAL.match(link)))
    if social:
        facts["social"] = (tuple(social)[:MOST_LINKS], 1.0)
    mails = [link[len("mailto:") :].partition("?")[0] for link in page.links if link.lower().startswith("mailto:")]
    declared_mails = [text_of(item.get("email")) for item in organisations]
    lines = (line.text for line in page.lines if "@" in line.text)
    emails = dict.fromkeys(role_addresses("\n".join((*mails, *declared_mails, *lines))))
    if emails:
        facts["emails"] = (tuple(emails)[:MOST_LINKS], 1.0)
    return facts


def _absolute(url: str, link: str) -> str:
    try:
        return urljoin(url, link)
    except ValueError:
        return ""
