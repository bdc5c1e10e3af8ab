"""The record of a company: what one page says of it, and what the pages of its site come to."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from crawler.company.facts import MOST_LINKS, read_facts
from crawler.company.legal_forms import key_of
from crawler.company.naming import is_short_for
from crawler.page.markup import read_markup
from crawler.page.parsing import Element

TOGETHER = (
    ("name", "legal_name", "legal_form"),
    ("city", "street", "region", "postal_code"),
    ("country",),
    ("founded",),
    ("vat_number",),
    ("brand",),
    ("description",),
    ("logo",),
)
"""Fields that are voted on by their first: the parts of one address stay together."""
SHARE = 0.25
"""Of the votes for an abbreviation, those that its name in full must have to stand in its place."""
FEW = 0.25
"""Share of the commonest link's pages that a link must stand on to be the site's: others are customers' links."""
FORM_COUNTS = 10.0


@dataclass(frozen=True, slots=True)
class CompanyRecord:
    """What is known of a company. Texts are empty and numbers None where no page says."""

    name: str = ""
    """As the page writes it, with the legal form where it is written with one."""
    legal_name: str = ""
    legal_form: str = ""
    brand: str = ""
    """What the site calls itself where that is not the company's name."""
    description: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2."""
    founded: int | None = None
    vat_number: str = ""
    """An Italian one as its eleven digits, others with the country's letters."""
    logo: str = ""
    social: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    """Role addresses only."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """By field, the address of the page that says so."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """By field, how much speaks for its value: what `merge_companies` votes with."""

    def as_json(self) -> dict[str, Any]:
        """Return the facts that are known, their sources and weights, for JSON."""
        made = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in made.items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "CompanyRecord":
        """Return the record that `as_json` gave; fields it does not know are left out."""
        known = {one.name for one in fields(cls)}
        made: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in stored.items() if name in known
        }
        return cls(**made)


def read_company(page: str | Element, url: str) -> CompanyRecord:
    """Return what one page says of the company behind it; never raises over what is in it.

    A fact is given only where the page itself says it: the facts of a whole site are told by `merge_companies`.

    Args:
        page: decoded or parsed.
        url: its address, which is also a witness: of the name, and weakly of the country.
    """
    facts = read_facts(read_markup(page), url)
    values = {name: value for name, (value, _) in facts.items()}
    weights = {name: round(weight, 2) for name, (_, weight) in facts.items()}
    return CompanyRecord.from_json(values | {"sources": dict.fromkeys(values, url), "weights": weights})


def merge_companies(records: Sequence[CompanyRecord]) -> CompanyRecord:
    """Return the record of a site out of those of its pages: for each fact the value that most speaks for."""
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    weights: dict[str, float] = {}
    for group in TOGETHER:
        for name, value, weight, source in _elected(records, group):
            values[name], weights[name], sources[name] = value, round(weight, 2), source
    for name in ("social", "emails"):
        counts = Counter(one for record in records for one in getattr(record, name))
        usual = [one for one, count in counts.most_common(MOST_LINKS) if count >= FEW * max(counts.values())]
        if usual:
            values[name] = tuple(usual)
            sources[name] = next(record.sources.get(name, "") for record in records if usual[0] in getattr(record, name))
    return CompanyRecord(**values | {"sources": sources, "weights": weights})


def _elected(records: Sequence[CompanyRecord], group: tuple[str, ...]) -> Iterator[tuple[str, Any, float, str]]:
    """Yield field, value, votes and source of a group, as the likeliest value of its first field has them."""
    first = group[0]
    votes: dict[Any, float] = defaultdict(float)
    for record in records:
        if value := getattr(record, first):
            votes[_same(first, value)] += record.weights.get(first, 1.0)
    if not votes:
        return
    best = max(votes, key=lambda value: votes[value])
    if first == "name":
        names = {_same(first, record.name): record.name for record in records if record.name}
        in_full = (key for key, name in names.items() if votes[key] >= SHARE * votes[best] and is_short_for(best, name))
        best = next(in_full, best)
    holders = [record for record in records if getattr(record, first) and _same(first, getattr(record, first)) == best]
    for name in group:
        spoken: dict[Any, float] = defaultdict(float)
        for record in holders:
            if value := getattr(record, name):
                # Among spellings of a name those with the legal form say more.
                spoken[value] += record.weights.get(name, 1.0) + (FORM_COUNTS if name == "name" and record.legal_form else 0.0)
        if spoken:
            value = max(spoken, key=lambda value: spoken[value])
            saying = [record for record in holders if getattr(record, name) == value]
            source = max(saying, key=lambda record: record.weights.get(name, 1.0))
            yield name, value, votes[best], source.sources.get(name, "")


def _same(name: str, value: Any) -> Any:  # noqa: ANN401  # a fact's value
    """Return what equal values share."""
    return key_of(value) if name in {"name", "brand"} else value.casefold() if isinstance(value, str) else value
