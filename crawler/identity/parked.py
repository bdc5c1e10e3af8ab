"""Domains without a company behind them: for sale, expired, parked with advertisements, or a host's placeholder."""

import re
from urllib.parse import urlsplit

from crawler.records import Page

LONGEST = 1_500
"""Letters of a page beyond which the words of a seller are one sentence among others."""
FEW = 350
"""Letters of a page that says little else."""
SELLERS = re.compile(
    r"(^|\.)(sedo|dan|afternic|hugedomains|bodis|parkingcrew|parklogic|above|undeveloped|squadhelp|atom|brandbucket|namejet"
    r"|snapnames|domainmarket|buydomains|uniregistry|voodoo|sedoparking|parking-page|domainnamesales|dovendi|catchtiger|epik"
    r"|efty|spaceship|perfectdomain|internettraffic|skenzo|cashparking|smartname|fabulous|nicsell|elitedomains)"
    r"\.(com|net|org|de|it|io|eu|shop|domains|gg|cloud)$"
    r"|^(forsale|park(ing)?|parked|ww\d+)\..+\..+"
)
"""Hosts that sell or park the domains of others."""


def _any_of(*phrases: str) -> re.Pattern[str]:
    """Return what finds any of these phrases; `NAMED` stands for a domain's name that may follow."""
    return re.compile("(?i)(?:" + "|".join(phrases).replace("NAMED", r"(?: [\w-]+(?:\.[\w-]+)*\.\w{2,})?") + ")")


FOR_SALE = _any_of(
    r"\b(?:this|the) (?:premium )?(?:domain|web address)(?: name)?NAMED (?:is|(?:may|might|could) be) (?:available )?for sale",
    r"\b(?:buy|purchase|acquire|own|get) (?:this|the) domain\b",
    r"\b[\w-]+\.\w{2,} is (?:available )?for sale\b",
    r"\bdomain(?: name)? for sale",
    r"\bmake (?:an|your) offer (?:on|for) (?:this|the) domain",
    r"\binterested in (?:buying )?this domain",
    r"\b(?:questo|il) dominioNAMED (?:è|e'|potrebbe essere) (?:disponibile )?in vendita",
    r"\bdominio in vendita",
    r"\bacquista(?:re)? (?:questo|il) dominio",
    r"\bfai un'offerta per (?:questo|il) dominio",
    r"\b(?:diese )?domainNAMED (?:steht|ist|könnte)[\w ]{0,20} (?:zum verkauf|zu verkaufen|zu erwerben)",
    r"\bdomain (?:zu verkaufen|kaufen)",
    r"\bce (?:nom de )?domaineNAMED est (?:peut-être )?(?:à vendre|en vente)",
    r"\b(?:nom de )?domaine à vendre",
    r"\beste dominioNAMED (?:está|podría estar) (?:a la|en) venta",
    r"\bdominio en venta",
    r"\bcomprar este dominio",
    r"\beste domínioNAMED (?:está|pode estar) à venda",
    r"\bdeze domeinnaamNAMED is te koop",
    r"\bdomeinnaam te koop",
    r"\bta domenaNAMED jest na sprzedaż",
)
PARKED = _any_of(
    r"this domain (?:name )?NAMED ?(?:is|has been) (?:parked|reserved|registered (?:by|for|with|at))",
    r"(?:parked|courtesy) page (?:by|of|for)",
    r"parked free",
    r"(?:domain(?: name)? parked|parked domain)\b",
    r"free parking, courtesy of",
    r"this (?:web ?page|page) is parked",
    r"domain(?: name)?NAMED (?:has )?(?:recently )?expired",
    r"renew (?:this|your) domain",
    r"(?:il|questo) dominioNAMED (?:è|e') (?:stato )?(?:registrato|parcheggiato|riservato|scaduto)",
    r"dominio (?:parcheggiato|scaduto|registrato (?:da|con|su))",
    r"domainNAMED (?:ist|wurde) (?:geparkt|registriert|reserviert|abgelaufen)",
    r"hier entsteht eine neue internetpräsenz",
    r"ce (?:nom de )?domaineNAMED (?:est|a été) (?:parqué|réservé|enregistré|expiré)",
    r"dominioNAMED (?:está |ha )?(?:aparcado|estacionado|caducado|expirado)",
    r"deze domeinnaamNAMED is (?:geregistreerd|gereserveerd|geparkeerd)",
)
PLACEHOLDER = _any_of(
    r"apache2? (?:\w+ )?default page",
    r"apache http server test page",
    r"test page for the (?:apache|nginx)",
    r"welcome to nginx",
    r"iis windows server",
    r"internet information services",
    r"default (?:web ?site|parallels plesk|plesk) page",
    r"web server's default page",
    r"this is the default (?:web ?page|server page|page|welcome page)",
    r"default page of the (?:server|domain)",
    r"index of /(?:\s|$)",
    r"\bit works!",
    r"(?:account|website|site) (?:has been )?suspended",
    r"sito (?:web )?sospeso",
    r"spazio web (?:sospeso|non attivo)",
    r"there isn't a github pages site here",
    r"domain not (?:configured|connected|found)",
    r"future home of something quite cool",
    r"spazio web (?:ospitato|attivato|registrato) (?:su|da|con) \w+",
)
TRADE = re.compile(
    r"(?i)\b(?:brokers?|brokerage|portfolio of domains|our domains|marketplace|selling domains|blog|guide|how to)\b"
)
"""Words of those whose business, or article, is about domains."""
ADVERTS = _any_of(
    r"related (?:searches|links)", r"ricerche correlate", r"sponsored listings", r"verwandte suchbegriffe",
    r"recherches (?:associées|apparentées)", r"búsquedas relacionadas",
)  # fmt: skip


def parking_host(url: str) -> bool:
    """Tell whether an address, such as one that a seed redirects to, is a market or parking place of domains."""
    return SELLERS.search(urlsplit(url).hostname or "") is not None


def is_parked(page: Page, led_to: str = "") -> str | None:
    """Return why a home page stands for no company, or None where it seems to be a company's own.

    Told by what sellers and hosts write, in eight languages, on pages that say little else: a company that trades in domains,
    or an article about one, is not taken for parked; nor is a company that announces its new site itself.

    Args:
        page: the home page.
        led_to: the address that the seed led to, where that is another one.
    """
    if parking_host(led_to or page.url):
        return f"leads to {urlsplit(led_to or page.url).hostname}, where domains are sold or parked"
    text = f"{page.title}\n{page.text}"
    letters = sum(map(str.isalpha, text))
    head = page.title + "\n" + page.text[:300]
    for pattern, why in ((FOR_SALE, "for sale"), (PARKED, "parked or expired"), (PLACEHOLDER, "a host's placeholder")):
        match = pattern.search(text if letters <= FEW else head)
        if match is None or letters > LONGEST:
            continue
        if letters > FEW and TRADE.search(text) and pattern is not PLACEHOLDER:
            continue
        return f"{why}: it says {' '.join(match[0].split())!r}"
    if letters <= FEW and ADVERTS.search(text):
        return "parked: it shows advertisements alone"
    return None
