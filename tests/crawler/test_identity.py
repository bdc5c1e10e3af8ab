import random
from datetime import UTC, datetime

import pytest

from crawler.identity.identity import Presence, Reason, follows, is_parked, moved, near_duplicates, parking_host, same_company
from crawler.records import Block, Page

WORDS = (
    *(
        "valvole",
        "pompe",
        "sensori",
        "forno",
        "getti",
        "stampi",
        "leghe",
        "rulli",
        "controllo",
        "misura",
        "acciaio",
        "processo",
    ),
    *("calore", "pressione", "laser", "visione", "scarto", "impianto", "linea", "macchina", "prova", "collaudo", "energia"),
    *("consumo", "filtro", "ugello", "banco", "nastro", "robot", "pinza", "telecamera", "modello", "dati", "rete"),
)


def text(seed: str, words: int = 200) -> str:
    drawn = random.Random(seed)  # noqa: S311  # the same text for the same seed
    return " ".join(drawn.choices(WORDS, k=words))


def page(url: str, *paragraphs: str, heading: str = "Che cosa facciamo", title: str = "", startup: str = "s") -> Page:
    blocks = tuple(Block(heading if at == 0 else "", paragraph) for at, paragraph in enumerate(paragraphs))
    return Page(url, startup, title, "it", blocks, datetime(2026, 11, 23, tzinfo=UTC))


# Near-duplicate pages -------------------------------------------------------------------------------------------------

BASE = text("base")
SHEET = "Corpo in ottone, tenuta in gomma, per acqua e aria compressa in impianti di ogni tipo. " + text("sheet", 120)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (page("http://a.it/1", BASE), page("http://a.it/2", BASE)),
        (page("http://a.it/1", BASE), page("http://a.it/1?stampa=1", BASE, "Stampa questa pagina")),
        (page("http://a.it/1", BASE, "Copyright 2024"), page("http://a.it/vecchia", BASE, "Copyright 2026")),
        (page("http://a.it/1", BASE.upper()), page("http://a.it/2", BASE)),
        (
            page("http://a.it/1", BASE, title="Noi | A"),
            page("http://b.it/1", BASE.replace("valvole", "Valvole", 1), title="Noi - B"),
        ),
        (page("http://a.it/1", BASE + " fine"), page("http://a.it/2", "Inizio: " + BASE)),
    ],
    ids=["copy", "print view", "another year", "letter case", "another site's title", "a word more"],
)
def test_pages_that_say_the_same_are_near_duplicates(first: Page, second: Page) -> None:
    found = near_duplicates([first, page("http://a.it/x", text("x")), second])
    assert [(one.first.url, one.second.url) for one in found] == [(first.url, second.url)]
    assert found[0].similarity >= 0.85


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (page("http://a.it/1", BASE), page("http://a.it/2", text("other"))),
        (
            page("http://a.it/dn50", SHEET + " DN 50", heading="Valvola"),
            page("http://a.it/dn65", SHEET + " DN 65", heading="Valvola"),
        ),
        (page("http://a.it/vx1", SHEET, heading="Valvola VX1"), page("http://a.it/vx2", SHEET, heading="Valvola VX2")),
        (
            page("http://a.it/roma", SHEET, heading="Operatori a Roma"),
            page("http://a.it/lecce", SHEET, heading="Operatori a Lecce"),
        ),
        (page("http://a.it/1", BASE), page("http://a.it/2", BASE[: len(BASE) // 2], text("half", 100))),
        (page("http://a.it/1", "Contatti: Varese"), page("http://a.it/2", "Contatti: Varese")),
    ],
    ids=["another text", "another size", "another model", "another city", "half of it", "too little to tell"],
)
def test_pages_of_one_template_on_two_things_are_not(first: Page, second: Page) -> None:
    assert near_duplicates([first, second]) == ()


# One company ----------------------------------------------------------------------------------------------------------

PAGES = {
    "acme": [page(f"http://acme.it/{n}", text(f"acme{n}"), "Acme di Varese", heading=f"Tema {n}") for n in range(4)],
    "acme-com": [page(f"http://acme.com/{n}", text(f"acme{n}"), "Acme di Varese", heading=f"Tema {n}") for n in range(4)],
    "nova": [page(f"http://nova.eu/{n}", text(f"acme{n}"), "Acme di Varese", heading=f"Tema {n}") for n in range(4)],
    "part": [page(f"http://part.it/{n}", text(f"acme{n}" if n < 1 else f"part{n}"), heading=f"Tema {n}") for n in range(4)],
    "reseller": [page(f"http://rivende.it/{n}", text(f"acme{n}"), heading=f"Tema {n}") for n in range(4)],
    "template-1": [page("http://uno.it/", "Lorem ipsum dolor sit amet " + text("lorem"))],
    "template-2": [page("http://due.it/", "Lorem ipsum dolor sit amet " + text("lorem"))],
    "legal-1": [page("http://tre.it/privacy", text("privacy", 900), heading="Privacy"), page("http://tre.it/", text("tre"))],
    "legal-2": [
        page("http://quattro.it/privacy", text("privacy", 900), heading="Privacy"),
        page("http://quattro.it/", text("quattro")),
    ],
}


def of(key: str, name: str = "", url: str = "", led_to: str = "", vat: str = "", *, parked: bool = False) -> Presence:
    return Presence(key, name or key.title(), url or f"http://{key}.it/", led_to, vat, parked)


MERGED = {
    "same VAT number": (Reason.VAT, of("a", vat="00743110157"), of("b", vat="IT 00743110157")),
    "same VAT number, foreign": (Reason.VAT, of("a", vat="DE123456789"), of("b", vat="DE 123456789")),
    "redirect to the other's site": (Reason.REDIRECT, of("a", led_to="https://www.b.it/it/home"), of("b")),
    "redirect into the other's folder": (
        Reason.REDIRECT,
        of("a", led_to="http://poli.it/spin-off/b/"),
        of("b", url="http://poli.it/spin-off/b"),
    ),
    "redirect, bought by another company": (
        Reason.REDIRECT,
        of("a", led_to="http://b.it/", vat="00743110157"),
        of("b", vat="02382350276"),
    ),
    "same address, one name with its legal form": (
        Reason.ADDRESS,
        of("a", "Enerva", "http://www.enerva.it/"),
        of("b", "ENERVA S.r.l.", "https://enerva.it/index.html"),
    ),
    "same address, a name and its abbreviation": (
        Reason.ADDRESS,
        of("a", "ADSS", "http://adss.ai/"),
        of("b", "Advanced Digital Safety Systems srl", "http://www.adss.ai"),
    ),
    "mirrored under another ending": (Reason.MIRROR, of("acme", "Acme"), of("acme-com", "Acme Srl", "http://acme.com/")),
    "mirrored under a new name": (Reason.MIRROR, of("acme", "Acme"), of("nova", "Nova Sistemi", "http://nova.eu/")),
}
APART = {
    "the same name": (of("a", "Vision", "http://vision.it/"), of("b", "Vision", "http://vision.com/")),
    "the same name, other VAT numbers": (of("a", "Vision", vat="00743110157"), of("b", "Vision", vat="02382350276")),
    "a wrong VAT number": (of("a", vat="12345678901"), of("b", vat="12345678901")),
    "a VAT number of zeros": (of("a", vat="00000000000"), of("b", vat="00000000000")),
    "no VAT number": (of("a"), of("b")),
    "two folders of one host": (of("a", "Foo", "http://poli.it/spin-off/foo"), of("b", "Foo", "http://poli.it/spin-off/foo2")),
    "one address, other names": (of("a", "Materys", "http://poli.it/"), of("b", "Solugen", "http://poli.it/")),
    "one address and name, other VAT numbers": (
        of("a", "Enerva", "http://enerva.it/", vat="00743110157"),
        of("b", "Enerva Due", "http://enerva.it/", vat="02382350276"),
    ),
    "a redirect to a network": (of("a", led_to="https://www.facebook.com/acme"), of("b", url="https://www.facebook.com/")),
    "a redirect to a seller of domains": (
        of("a", led_to="https://www.hugedomains.com/domain_profile.cfm?d=a"),
        of("b", url="https://www.hugedomains.com/"),
    ),
    "a parked domain": (of("a", led_to="http://b.it/", parked=True), of("b")),
    "one page of four in common": (of("acme", "Acme"), of("part", "Acme Parti", "http://part.it/")),
    "the same text, neither names the other": (
        of("acme-x", "Bravo", "http://x.it/"),
        of("reseller", "Rivende", "http://rivende.it/"),
    ),
    "the same pages, other VAT numbers": (of("acme", "Acme", vat="00743110157"), of("acme-com", "Acme", vat="02382350276")),
    "a template's text": (of("template-1", "Uno"), of("template-2", "Uno Due")),
    "the same privacy notice": (of("legal-1", "Quattro"), of("legal-2", "Quattro")),
}


def pages_of(key: str) -> list[Page]:
    return PAGES["acme"] if key == "acme-x" else PAGES.get(key, [])


@pytest.mark.parametrize(("reason", "one", "other"), MERGED.values(), ids=MERGED)
def test_what_is_one_company_is_linked_with_its_reason(reason: Reason, one: Presence, other: Presence) -> None:
    for order in ((one, other), (other, one)):
        (link,) = same_company(order, pages_of)
        assert (link.startup_id, link.same_as, link.reason) == (*sorted((one.startup_id, other.startup_id)), reason)
        assert link.detail


@pytest.mark.parametrize(("one", "other"), APART.values(), ids=APART)
def test_what_may_be_two_companies_stays_apart(one: Presence, other: Presence) -> None:
    pages = pages_of if one.startup_id != "acme-x" else lambda key: [replaced(page) for page in pages_of(key)]
    assert same_company((one, other), pages) == ()


def replaced(one: Page) -> Page:
    """The page without the company's name."""
    return Page(one.url, one.startup_id, one.title, one.language, one.blocks[:1], one.fetched_at)


def test_what_many_share_is_nobodys_own() -> None:
    incubator = [of(f"s{n}", f"Startup {n}", vat="00743110157", led_to="http://incubatore.it/") for n in range(5)]
    assert same_company([*incubator, of("incubatore", "Incubatore")]) == ()


def test_two_reasons_are_two_links() -> None:
    links = same_company([of("a", led_to="http://b.it/", vat="00743110157"), of("b", vat="00743110157")])
    assert [link.reason for link in links] == [Reason.REDIRECT, Reason.VAT]


# Moved ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seed", "led_to", "renamed"),
    [
        ("http://acme.it/", "https://www.acme.com/it/", False),
        ("http://acme-srl.it/", "https://acme.ai/", False),
        ("http://pathlight.com/", "https://echo.ai/", True),
        ("http://acme.it/", "https://acme.webflow.io/", False),
    ],
)
def test_a_site_that_leads_to_another_domain_has_moved(seed: str, led_to: str, *, renamed: bool) -> None:
    move = moved(seed, led_to)
    assert move is not None
    assert move.renamed is renamed
    assert move.new in move.detail


@pytest.mark.parametrize(
    ("seed", "led_to"),
    [
        ("http://acme.it/", "https://www.acme.it/it/home"),
        ("http://acme.it/", ""),
        ("http://acme.it/", "https://shop.acme.it/"),
        ("http://acme.it/", "https://www.linkedin.com/company/acme"),
        ("http://acme.it/", "https://www.hugedomains.com/domain_profile.cfm?d=acme.it"),
        ("http://acme.it/", "https://sedo.com/search/details/?domain=acme.it"),
        ("http://acme.it/", "https://www.wix.com/"),
        ("http://acme.it/", "javascript:alert(1)"),
    ],
)
def test_other_spellings_networks_and_sellers_are_no_move(seed: str, led_to: str) -> None:
    assert moved(seed, led_to) is None


@pytest.mark.parametrize(
    ("seed", "led_to", "followed"),
    [
        ("http://acme.it/", "https://newname.com/", True),
        ("http://acme.it/", "https://app.acme.it/", True),
        ("http://acme.it/", "https://sedo.com/", False),
        ("http://acme.incubator.it/", "https://incubator.it/", False),
        ("http://wix.com/", "https://acme.wix.com/", False),
        ("http://acme.it/", "", False),
    ],
)
def test_a_site_is_read_where_it_went_unless_that_belongs_to_others(seed: str, led_to: str, *, followed: bool) -> None:
    assert follows(seed, led_to) is followed


# Parked ---------------------------------------------------------------------------------------------------------------

PARKED = {
    "en sale": ("acme.com", "This domain is for sale! Buy now for 2,500 USD or make an offer."),
    "en named": ("acme.com is for sale", "The domain name acme.com is available for purchase. Contact the owner."),
    "en may be": ("acme.com", "The domain acme.com may be for sale. Click here to inquire about this domain."),
    "en buy": ("HugeDomains", "Buy this domain. Instant delivery, 30-day money back guarantee."),
    "en parked": ("acme.com", "This web page is parked free, courtesy of GoDaddy.com. Get this domain"),
    "en expired": ("Expired", "This domain has expired. If you are the owner, renew your domain now."),
    "en adverts": ("acme.com", "Related searches: Industrial Robots, Steel Prices, Cheap Flights"),
    "it sale": ("acme.it", "Il dominio acme.it è in vendita. Richiedi un preventivo."),
    "it buy": ("Dominio in vendita", "Acquista questo dominio oggi stesso"),
    "it registered": ("acme.it", "Il dominio è stato registrato con successo da un nostro cliente."),
    "it expired": ("acme.it", "Questo dominio è scaduto. Per rinnovarlo accedi al pannello di controllo."),
    "de sale": ("acme.de", "Diese Domain steht zum Verkauf! Jetzt Angebot abgeben."),
    "de new": ("acme.de", "Hier entsteht eine neue Internetpräsenz"),
    "fr sale": ("acme.fr", "Ce nom de domaine est à vendre. Faites une offre."),
    "fr reserved": ("acme.fr", "Ce domaine est réservé par un client."),
    "es sale": ("acme.es", "Este dominio está en venta. Haga su oferta."),
    "pt sale": ("acme.pt", "Este domínio está à venda."),
    "nl sale": ("acme.nl", "Deze domeinnaam is te koop. Doe een bod."),
    "pl sale": ("acme.pl", "Ta domena jest na sprzedaż"),
    "apache": (
        "Apache2 Ubuntu Default Page: It works",
        "This is the default welcome page used to test the correct operation. " * 20,
    ),
    "nginx": ("Welcome to nginx!", "If you see this page, the nginx web server is successfully installed and working."),
    "index": ("Index of /", "Name Last modified Size Description cgi-bin/ 2021-01-01"),
    "suspended": ("Account Suspended", "This account has been suspended. Contact your hosting provider for more information."),
    "github": ("Site not found", "There isn't a GitHub Pages site here."),
}
OWN = {
    "a startup": ("Acme", text("acme", 150)),
    "a small page": ("Acme", "Acme progetta valvole per l'industria. Via Roma 1, Varese."),
    "soon": ("Acme", "Il nostro nuovo sito è in costruzione. Torna presto a trovarci!"),
    "coming soon": ("Acme Robotics", "Coming soon. We are building grippers for foundries."),
    "a trader of domains": (
        "DomBroker",
        "We are brokers. Ask us whether a domain is for sale: this domain is for sale or not. " + text("d", 90),
    ),
    "an article": ("How to buy a domain", "A guide. You found that this domain is for sale: what now? " + text("guide", 300)),
    "a firm in a long page": (
        "Acme",
        text("long", 120) + " This domain is for sale for our customers' old brand. " + text("tail", 120),
    ),
    "chemistry": (
        "Domain walls",
        "We study magnetic domains. The domain is parked at the edge of the crystal " + text("phys", 200),
    ),
    "machines for sale": ("Macchine", "Macchine utensili usate in vendita: torni, frese, presse. Questo tornio è in vendita."),
    "related": ("Acme", "Ricerche correlate " + text("related", 120)),
}


@pytest.mark.parametrize(("title", "words"), PARKED.values(), ids=PARKED)
def test_a_domain_without_a_company_is_known_by_what_it_says(title: str, words: str) -> None:
    assert is_parked(page("http://acme.com/", words, heading="", title=title))


@pytest.mark.parametrize(("title", "words"), OWN.values(), ids=OWN)
def test_a_companys_own_page_is_not_parked(title: str, words: str) -> None:
    assert is_parked(page("http://acme.com/", words, heading="", title=title)) is None


def test_a_seed_that_leads_to_a_seller_of_domains_is_parked() -> None:
    there = page("https://www.hugedomains.com/domain_profile.cfm?d=acme", "Acme")
    assert is_parked(there)
    assert is_parked(page("http://acme.it/", text("a")), led_to="http://ww38.acme.it/")
    assert parking_host("https://sedo.com/x")
    assert not parking_host("https://dan-engineering.com/")
    assert not parking_host("https://park-smart.it/")
