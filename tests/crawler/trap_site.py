"""A web site with planted traps around some sixty real pages, as a function from an address to what it shows."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import md5
from itertools import count
from urllib.parse import parse_qsl, quote, unquote, urlsplit

SYLLABLES = (
    *("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo", "tra", "ster", "cal", "mon", "pre"),
    *("gra", "spo", "lin", "dor", "ven", "tis", "rap", "col"),
)
COLOURS = ("rosso", "verde", "blu", "giallo", "nero")
SIZES = ("piccolo", "medio", "grande", "enorme")
MATERIALS = ("acciaio", "ottone", "ghisa", "plastica")
RANGES = ("fino-a-100", "fino-a-500", "oltre-500")
FACETS = {"colore": COLOURS, "misura": SIZES, "materiale": MATERIALS, "prezzo": RANGES}
MONTHS = (
    *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"),
    *("luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
)
COMPANY = ("azienda", "servizi", "contatti", "brevetti", "squadra", "azienda/sede", "azienda/storia", "supporto")
PRODUCTS = tuple(f"vx-{100 + 20 * n}" for n in range(18))
TOPICS = ("tenuta", "giunti", "pressa", "forno", "laser", "getti", "stampi", "leghe", "rulli", "pompe", "filtri", "ugelli")
POSTS = tuple(f"articolo-{number}-su-{topic}" for number in ("primo", "altro") for topic in TOPICS[:9])
POSTS_PER_PAGE = 6
MOST_NEWS = 6
FIRST_DAY = date(2026, 11, 1)


@dataclass(frozen=True)
class Shown:
    """What an address shows: its lines, its links as written, and the trap that made it ("" for a real page)."""

    lines: tuple[str, ...]
    links: tuple[str, ...]
    trap: str = ""


@dataclass
class TrapSite:
    """The site; every answer draws new session numbers, as a server would."""

    serial: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def real(self) -> frozenset[str]:
        """The paths and queries of the real pages."""
        company = (f"/{name}" for name in COMPANY)
        products = (f"/prodotti/{name}" for name in PRODUCTS)
        posts = (f"/blog/{name}" for name in POSTS)
        news = (f"/news.php?id={number}" for number in range(1, MOST_NEWS + 1))
        english = (f"/en/{name}" for name in COMPANY[:5])
        lists = ("/", "/prodotti/", "/blog/", "/blog/page/2", "/blog/page/3", "/news.php", "/catalogo", "/mappa")
        return frozenset((*lists, *company, *products, *posts, *news, *english))

    def show(self, target: str) -> Shown | None:
        """Answer a request for a path with its query; None where nothing is there."""
        parts = urlsplit(target)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        for made in (self._real, self._calendar, self._facets, self._loops, self._endless, self._floods):
            if shown := made(path, query):
                return shown
        return None

    def _real(self, path: str, query: dict[str, str]) -> Shown | None:
        idle = {"da", "replytocom", "PHPSESSID", "sid", "print", "add-to-cart", "sort", "utm_source", "utm_medium"}
        trap = next((name for name in query if name in idle), "")
        bare = path.partition(";")[0]
        if bare.startswith("/(S("):
            bare, trap = "/" + bare.split("/", 2)[2], "session"
        if ";" in path:
            trap = "session"
        asked = {name: value for name, value in query.items() if name not in idle}
        page = bare + (f"?id={asked['id']}" if set(asked) == {"id"} else "")
        if page not in self.real - {"/mappa", "/blog/page/2", "/blog/page/3"} or (asked and set(asked) != {"id"}):
            return None
        name = page.rpartition("/")[2]
        return Shown((*self._words(page), "Azienda Prova srl, Varese"), (*self._menu(page), *self._more(page, name)), trap)

    def _words(self, page: str) -> tuple[str, ...]:
        """The text of a real page: its own words, or for a product its own figures and one sentence."""
        drawn = _drawn(page)
        if page.startswith("/prodotti/v"):
            name = page[len("/prodotti/") :].upper()
            rows = (
                f"{what} {drawn.randrange(10, 900)} {unit}"
                for what, unit in (("Portata", "l/min"), ("Pressione", "bar"), ("Peso", "kg"))
            )
            return (f"Valvola {name}", f"Impiego: {_sentence(drawn, 6)}", *rows)
        if page == "/catalogo":
            return ("Catalogo", *(f"Valvola {name.upper()}" for name in PRODUCTS))
        if page in {"/blog/", "/news.php"}:
            return (f"Elenco {page}", "Gli ultimi sei")
        return (page.strip("/").title() or "Benvenuti", *(_sentence(drawn, 12) for _ in range(5)))

    def _menu(self, page: str) -> Iterator[str]:
        """Links on every page: the company, some with a session or an idle parameter that changes with each answer."""
        yield from ("/", "/prodotti/", "/blog/", "/news.php", "/catalogo", "/calendario/", "/archivio-1.html", "/mappa")
        for name in COMPANY:
            yield f"/{name}"
            yield f"/{name}?da=pagina-{next(self.serial)}"
        drawn = md5(str(next(self.serial)).encode(), usedforsecurity=False).hexdigest()
        yield f"/azienda;jsessionid={drawn.upper()}"
        yield f"/servizi?PHPSESSID={drawn[:26]}"
        yield f"/brevetti?sid={drawn}"
        yield f"/(S({drawn[:24]}))/contatti"
        yield f"/squadra?utm_source=sito&utm_medium={quote(page)}"
        yield f"/offerta/{drawn[:8]}-{drawn[8:12]}-{drawn[12:16]}-{drawn[16:20]}-{drawn[20:]}"
        yield from (f"/en/{name}" for name in COMPANY[:5])

    def _more(self, page: str, name: str) -> Iterator[str]:
        """Links of one page."""
        if page == "/prodotti/":
            yield from (f"/prodotti/{product}" for product in PRODUCTS)
            yield from ("/prodotti/?sort=prezzo", "/prodotti/?sort=nome-desc", "/prodotti/?orderby=date&order=asc")
        elif page.startswith("/prodotti/"):
            yield from (
                f"{page}?print=1",
                f"{page}?add-to-cart={name}",
                f"/confronta?primo={name}&secondo={PRODUCTS[7]}",
            )
            yield from (f"/confronta?primo={name}&secondo={other}" for other in PRODUCTS[:8])
        elif page == "/blog/":
            yield from (f"/blog/{post}" for post in POSTS[:POSTS_PER_PAGE])
            yield "/blog/page/2"
        elif page == "/news.php":
            yield from (f"/news.php?id={number}" for number in range(1, MOST_NEWS + 1))
        elif page.startswith("/blog/"):
            yield from (f"{page}?replytocom={number}#respond" for number in range(1, 9))
        elif page == "/catalogo":
            yield from (f"/catalogo?{facet}={value}" for facet, values in FACETS.items() for value in values)
            yield from (f"/scelta/{value}/" for value in (*COLOURS, *SIZES, *MATERIALS))
            yield "/cerca?q=valvole&start=10"
        elif page == "/azienda/sede":
            yield from ("sede/contatti/mappa/", "sede/squadra/")
        elif page == "/supporto":
            yield from ("supporto/guide/", "supporto/moduli/", "supporto/domande/")

    def _calendar(self, path: str, query: dict[str, str]) -> Shown | None:
        segments = [segment for segment in path.split("/") if segment]
        if segments[:1] != ["calendario"]:
            return None
        shown = query.get("data", "-".join(segments[1:])) or FIRST_DAY.isoformat()
        year, month = (int(part) for part in shown.split("-")[:2])
        day = date(year, month, 15)
        near = [day + timedelta(days=31 * step) for step in (-1, 1)]
        lines = (
            "Calendario",
            f"{MONTHS[month - 1].title()} {year}",
            *map(str, range(1, 31)),
            f"Nessun evento in {MONTHS[month - 1]} {year}",
        )
        links = (
            *(f"/calendario/{one:%Y/%m}" for one in near),
            *(f"/calendario/{day:%Y/%m}/{number:02}" for number in range(1, 29)),
            *(f"/calendario/?data={one:%Y-%m-%d}&vista=agenda" for one in near),
        )
        return Shown(lines, links, "calendar")

    def _facets(self, path: str, query: dict[str, str]) -> Shown | None:
        if path == "/catalogo" and query and set(query) <= {*FACETS, "sort"}:
            chosen = {facet: value for facet, value in query.items() if facet in FACETS}
            written = "&".join(f"{facet}={value}" for facet, value in query.items())
            links = [
                f"/catalogo?{written}&{facet}={value}"
                for facet, values in FACETS.items()
                if facet not in chosen
                for value in values
            ]
            named = ", ".join(f"{facet} {value}" for facet, value in chosen.items())
            return Shown((f"Catalogo: {named}", f"Prodotti trovati con {named}", *_some(written)), tuple(links), "facets")
        if path.startswith("/scelta/"):
            chosen_words = [segment for segment in path.split("/")[2:] if segment]
            links = [f"{path}{value}/" for value in (*COLOURS, *SIZES, *MATERIALS) if value not in chosen_words]
            return Shown((f"Scelta: {' '.join(chosen_words)}", *_some(path)), tuple(links), "facets in the path")
        if path == "/confronta":
            both = sorted({query.get("primo", ""), query.get("secondo", "")} & set(PRODUCTS))
            return Shown(("Confronto", *(line for one in both for line in self._words(f"/prodotti/{one}"))), (), "comparisons")
        return None

    def _loops(self, path: str, query: dict[str, str]) -> Shown | None:
        if query:
            return None
        if path.startswith("/azienda/sede/"):
            return Shown(self._words("/azienda/sede"), ("contatti/mappa/", "squadra/", "../mappa/"), "repeating segments")
        if path.startswith("/supporto/"):
            return Shown(self._words("/supporto"), ("guide/", "moduli/", "domande/"), "relative links in a loop")
        return None

    def _endless(self, path: str, query: dict[str, str]) -> Shown | None:
        if path.startswith("/blog/page/"):
            number = int(path.rpartition("/")[2])
            here = POSTS[POSTS_PER_PAGE * (number - 1) : POSTS_PER_PAGE * number]
            lines = (
                f"Articoli, pagina {number}",
                *(" ".join(name.split("-")) for name in here),
                f"Pagina {number} di {number + 1}",
            )
            links = (*(f"/blog/{name}" for name in here), f"/blog/page/{number + 1}")
            return Shown(lines if here else (*lines, "Nessun articolo"), links, "" if here else "next pages")
        if path.startswith("/archivio-"):
            number = int(path[len("/archivio-") : -len(".html")])
            lines = (
                f"Archivio {number}",
                "Documenti dell'azienda in ordine di tempo",
                f"Documenti da {number * 10} a {number * 10 + 9}",
            )
            return Shown(lines, (f"/archivio-{number + 1}.html",), "counting files")
        if path == "/cerca":
            start = int(query.get("start", 0))
            lines = ("Ricerca", f"Risultati da {start} a {start + 9} per {query.get('q')}", *_some(str(start)))
            return Shown(lines, (f"/cerca?q={query.get('q')}&start={start + 10}",), "offsets")
        return None

    def _floods(self, path: str, query: dict[str, str]) -> Shown | None:
        if path == "/mappa" and not query:
            dead = _drawn("dead")
            links = tuple(f"/vecchio-sito/{_word(dead)}-{_word(dead)}.html" for _ in range(300))
            return Shown(("Mappa del sito", "Tutte le pagine, anche quelle del vecchio sito"), links)
        if path.startswith("/vecchio-sito/"):
            return Shown(("Pagina non trovata", f"Spiacenti, {path} non esiste in questo sito"), ("/",), "soft 404")
        if path.startswith("/offerta/"):
            return Shown(
                ("Offerta del giorno", "Chiedete il nostro prezzo migliore per questa settimana"), (), "random numbers"
            )
        return None


def _drawn(seed: str) -> random.Random:
    """The same numbers for the same seed."""
    return random.Random(seed)  # noqa: S311  # nothing secret


def _some(seed: str) -> tuple[str, ...]:
    """Some of the products by name, as a list shows them."""
    return tuple(f"Valvola {name.upper()}" for name in _drawn(seed).sample(PRODUCTS, 6))


def _word(drawn: random.Random) -> str:
    return "".join(drawn.choices(SYLLABLES, k=drawn.randint(2, 4)))


def _sentence(drawn: random.Random, words: int) -> str:
    return " ".join(_word(drawn) for _ in range(words)).capitalize()
