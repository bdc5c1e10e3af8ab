"""A small list per directory, in the form that the directory gives it, and what is to be read from it."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from openpyxl import Workbook

from crawler.directories.entries import Directory, Document, Entry, Provenance
from crawler.directories.knowledge_share import KnowledgeShare
from crawler.directories.portfolio import Portfolio
from crawler.directories.registro_imprese import RegistroImprese
from crawler.directories.table import Table
from crawler.directories.yc import YCombinator
from crawler.records import Startup
from crawler.seeds import Problem

READ_AT = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
Record = Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """A directory in one of its forms."""

    label: str
    directory: Directory
    encode: Callable[[Sequence[Record]], bytes]
    records: tuple[Record, ...]
    expected: tuple[Entry, ...]
    name: str
    """What the form calls the startup's name."""
    site: str = ""
    text: str = ""
    url: str = ""
    """Where the document is from."""

    def document(self, records: Sequence[Record]) -> Document:
        return document(self.encode(records), self.url)


def document(body: bytes | str, url: str = "") -> Document:
    raw = body.encode() if isinstance(body, str) else body
    return Document(raw, url or "list", READ_AT, url)


def read(directory: Directory, given: Document) -> tuple[list[Entry], list[Problem]]:
    """Return the entries of a document, and what is said of its records."""
    items = list(directory.entries(given))
    entries = [item for item in items if isinstance(item, Entry)]
    return entries, [item for item in items if isinstance(item, Problem)]


def read_case(case: "Case", records: Sequence[Record]) -> tuple[list[Entry], list[Problem]]:
    """Return the same of a case's records, without what its form has said of it every time."""
    entries, problems = read(case.directory, case.document(records))
    return entries, [problem for problem in problems if not problem.reason.startswith("not in UTF-8")]


def as_csv(records: Sequence[Record], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    columns = list(dict.fromkeys(key for record in records for key in record))
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows([{key: "" if value is None else value for key, value in record.items()} for record in records])
    return file.getvalue().encode(encoding, "replace")


def as_json(records: Sequence[Record]) -> bytes:
    return json.dumps(list(records)).encode()


def as_lines(records: Sequence[Record]) -> bytes:
    return "\n".join(map(json.dumps, records)).encode()


def as_sheet(records: Sequence[Record]) -> bytes:
    book = Workbook()
    sheet = book.active
    columns = list(dict.fromkeys(key for record in records for key in record))
    sheet.append(columns)
    for record in records:
        sheet.append([record.get(column) for column in columns])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_page(records: Sequence[Record]) -> bytes:
    cards = "".join(
        f'<li class="card"><h3>{escape(str(record.get("name") or ""))}</h3><p>{escape(str(record.get("text") or ""))}</p>'
        f'<a href="{escape(str(record.get("site") or ""))}">Visit website</a></li>'
        for record in records
    )
    return f'<!doctype html><nav><a href="/about">About</a></nav><ul>{cards}</ul>'.encode("utf-8", "replace")


def entry(startup: Startup, text: str, record_id: str, record_url: str | None = None) -> Entry:
    return Entry(startup, text, Provenance(startup.source or "", record_id, record_url, READ_AT))


YC_CSV = Case(
    "yc as CSV",
    YCombinator(),
    as_csv,
    (
        {
            "company_id": "41",
            "company_name": "Heatwave Forge",
            "short_description": "Sensors for induction furnaces",
            "long_description": "We tell foundries when a crucible wears.\r\n\r\nBefore it leaks.",
            "batch": "W24",
            "status": "Active",
            "tags": "['manufacturing', 'hard-tech']",
            "location": "Detroit",
            "country": "US",
            "year_founded": "2023.0",
            "num_founders": "1",
            "founders_names": "['Nobody Atall']",
            "team_size": "3.0",
            "website": "https://heatwave.example/",
            "cb_url": "",
            "linkedin_url": "",
        },
        {
            "company_id": "42",
            "company_name": "Silent Press",
            "short_description": "",
            "long_description": "",
            "batch": "S19",
            "status": "Inactive",
            "tags": "[]",
            "location": "London, United Kingdom",
            "country": "GB",
            "year_founded": "",
            "num_founders": "2",
            "founders_names": "[]",
            "team_size": "",
            "website": "http://silentpress.example",
            "cb_url": "",
            "linkedin_url": "",
        },
    ),
    (
        entry(
            Startup(
                "yc-41",
                "Heatwave Forge",
                "https://heatwave.example/",
                country="US",
                source="yc",
                tags=("manufacturing", "hard-tech"),
                founded=2023,
            ),
            "Sensors for induction furnaces\n\nWe tell foundries when a crucible wears.\n\nBefore it leaks.",
            "41",
        ),
        entry(
            Startup("yc-42", "Silent Press", "http://silentpress.example", country="GB", source="yc", tags=("inactive",)),
            "Silent Press. Y Combinator S19. Inactive. London, United Kingdom",
            "42",
        ),
    ),
    name="company_name",
    site="website",
    text="long_description",
)

YC_JSON = Case(
    "yc as JSON",
    YCombinator(),
    as_json,
    (
        {
            "id": 51,
            "name": "Granular",
            "slug": "granular",
            "website": "https://granular.example",
            "all_locations": "Torino, Italy; San Francisco, CA, USA",
            "long_description": "Powder flow, measured.",
            "one_liner": "Powder metrology",
            "team_size": 4,
            "tags": ["Manufacturing", "Advanced Materials"],
            "isHiring": False,
            "batch": "Winter 2025",
            "status": "Active",
            "industries": ["Industrials"],
            "regions": ["Italy", "Europe"],
            "url": "https://www.ycombinator.com/companies/granular",
        },
        {
            "id": 52,
            "name": "Bellows",
            "website": "bellows.example",
            "all_locations": "Austin, TX, USA",
            "long_description": None,
            "one_liner": "Quiet compressors",
            "tags": [],
            "batch": "Summer 2024",
            "status": "Acquired",
            "regions": [],
            "url": "https://www.ycombinator.com/companies/bellows",
        },
    ),
    (
        entry(
            Startup(
                "yc-51",
                "Granular",
                "https://granular.example",
                country="IT",
                source="yc",
                tags=("Manufacturing", "Advanced Materials"),
            ),
            "Powder metrology\n\nPowder flow, measured.",
            "51",
            "https://www.ycombinator.com/companies/granular",
        ),
        entry(
            Startup("yc-52", "Bellows", "http://bellows.example", country="US", source="yc", tags=("acquired",)),
            "Quiet compressors",
            "52",
            "https://www.ycombinator.com/companies/bellows",
        ),
    ),
    name="name",
    site="website",
    text="long_description",
)

KNOWLEDGE_SHARE = Case(
    "knowledge-share",
    KnowledgeShare(),
    as_json,
    (
        {
            "id": 61,
            "title": "Laminare",
            "payoff": "Rolling, without waste",
            "abstract": "A spin-off on rolling mills.",
            "description": '<p data-block-key="a1"><b>Laminare</b> models strip &amp; roll.</p>'
            "<ul><li>Online</li><li>Offline</li></ul>",
            "enablingTechnologies": "<p>Finite elements</p>",
            "mainApplications": "",
            "competitiveAdvantages": "",
            "competitiveScenario": "",
            "targetCustomers": "<p>Steel works</p>",
            "revenueModel": "",
            "businessTraction": "",
            "fundingStage": {"label": "Seed", "value": "seed"},
            "fundingStageDescription": "words",
            "lookingFor": [{"label": "Industrial partner", "value": "industrial partner"}],
            "owners": [{"id": 1, "name": "Università di Prova", "organizationType": "research_body"}],
            "status": {"label": "Incorporated", "value": "formed"},
            "categories": [{"id": 5, "group": 1, "name": "Metallurgy", "slug": "metallurgy"}],
            "tags": [{"id": 9, "name": "Simulation", "slug": "simulation"}, {"id": 5, "name": "Metallurgy", "slug": "m"}],
            "trl": {"label": "6 - Demonstration", "value": 6},
            "initiative": None,
            "meta": {"htmlUrl": "https://www.knowledge-share.eu/en/startup/laminare/"},
        },
        {"id": 62, "title": "Fonde", "abstract": "Casting in sand.", "trl": {"label": "3", "value": 3}, "owners": []},
    ),
    (
        entry(
            Startup(
                "ks-61",
                "Laminare",
                country="IT",
                source="knowledge-share",
                tags=("Metallurgy", "Simulation"),
                trl=6,
                parent_organisations=("Università di Prova",),
            ),
            "Rolling, without waste\n\nA spin-off on rolling mills.\n\nLaminare models strip & roll.\n\n- Online\n- Offline\n\n"
            "Finite elements\n\nSteel works\n\nFunding stage: Seed\n\nLooking for: Industrial partner",
            "61",
            "https://www.knowledge-share.eu/en/startup/laminare/",
        ),
        entry(Startup("ks-62", "Fonde", country="IT", source="knowledge-share", trl=3), "Casting in sand.", "62"),
    ),
    name="title",
    text="description",
)

REGISTRO_TABLE = Case(
    "registro-imprese as analysts have it",
    RegistroImprese(),
    as_csv,
    (
        {
            "RegionKey": "4",
            "Data_Iscrizione_StartUp": "03/05/2021",
            "Data_Inizio_Attivita": "",
            "Data_Registro_Imprese": "01/02/2020",
            "Denominazione": "forgia lieve societa' a responsabilita' limitata",
            "nome": "Forgi Lieve",
            "Provincia": "NAN",
            "Comune": "CASTELLO DI CISTERNA",
            "Regione": "CAMPANIA",
            "AtecoCode": "255000",
            "Settore": "INDUSTRIA/ARTIGIANATO",
            "SpeseRnD": "SI",
            "PossessoBrevetti": "no data",
            "Status": "in liquidazione",
            "valore di produzione": "0-100.000 euro",
            "addetti": "0-4",
            "valore di capitale": "Da 1 a 2,5mln euro",
        },
        {
            "RegionKey": "5",
            "Data_Iscrizione_StartUp": "31/12/2023",
            "Data_Inizio_Attivita": "30/11/2023",
            "Data_Registro_Imprese": "30/11/2023",
            "Denominazione": "TORNIO S.R.L.",
            "nome": "Tornio",
            "Provincia": "FO",
            "Comune": "CESENA",
            "Regione": "EMILIA-ROMAGNA",
            "AtecoCode": "NC",
            "Settore": "",
            "SpeseRnD": "no data",
            "PossessoBrevetti": "SI",
            "Status": "attiva",
            "valore di produzione": "",
            "addetti": "",
            "valore di capitale": "",
        },
    ),
    (
        entry(
            Startup(
                "ri-eb47deb3f564d162",
                "Forgia Lieve",
                country="IT",
                source="registro-imprese",
                tags=("Campania", "Industria/artigianato", "Ateco 25", "in liquidazione"),
                founded=2020,
            ),
            "Forgia Lieve (forgia lieve societa' a responsabilita' limitata) è una startup innovativa con sede a "
            "Castello di Cisterna (NA), Campania.\n"
            "Settore: Industria/artigianato. Attività (Ateco 25.50.00): fabbricazione di prodotti in metallo, esclusi "
            "macchinari e attrezzature.\n"
            "Requisiti: sostiene spese in ricerca e sviluppo.\nAddetti: 0-4.\nValore della produzione: 0-100.000 euro.\n"
            "Capitale: Da 1 a 2,5mln euro.\nStato: in liquidazione.",
            "eb47deb3f564d162",
        ),
        entry(
            Startup(
                "ri-b4db345f0c3519b9", "Tornio", country="IT", source="registro-imprese", tags=("Emilia-Romagna",), founded=2023
            ),
            "Tornio (TORNIO S.R.L.) è una startup innovativa con sede a Cesena (FC), Emilia-Romagna.\n"
            "Requisiti: possiede brevetti o software registrato.",
            "b4db345f0c3519b9",
        ),
    ),
    name="Denominazione",
)

REGISTRO_OFFICIAL = Case(
    "registro-imprese as the register has it",
    RegistroImprese(),
    lambda records: as_csv(records, "|", "latin-1"),
    (
        {
            "denominazione": "SOCIETÀ FUCINA S.R.L.",
            "nat.giuridica": "SOCIETA' A RESPONSABILITA' LIMITATA",
            "codice fiscale ": "01234567890",
            "pv": "VA",
            "comune": "GALLARATE",
            "data iscrizione alla sezione delle startup": "12/03/2019",
            "data iscrizione al Registro Imprese": "01/03/2019",
            "data inizio dell'esercizio effettivo dell'attività": "",
            "ateco 2007": "28.41.00",
            "settore": "INDUSTRIA/ARTIGIANATO",
            "attività": "C 28 FABBRICAZIONE DI MACCHINARI",
            "sito internet": "www.fucina.example",
            "capitale sociale": "12.500,00",
            "spese in ricerca e sviluppo": "SI",
        },
    ),
    (
        entry(
            Startup(
                "ri-01234567890",
                "Società Fucina",
                "http://www.fucina.example",
                country="IT",
                source="registro-imprese",
                tags=("Lombardia", "Industria/artigianato", "Ateco 28"),
                founded=2019,
            ),
            "Società Fucina (SOCIETÀ FUCINA S.R.L.) è una startup innovativa con sede a Gallarate (VA), Lombardia.\n"
            "Settore: Industria/artigianato. Attività (Ateco 28.41.00): C 28 FABBRICAZIONE DI MACCHINARI.\n"
            "Requisiti: sostiene spese in ricerca e sviluppo.\nCapitale: 12.500 euro.",
            "01234567890",
        ),
    ),
    name="denominazione",
    site="sito internet",
)

ROWS: tuple[Record, ...] = (
    {
        "Nome": "Crogiolo",
        "Sito web": "https://crogiolo.example/it/",
        "Descrizione": "Misura l'usura dei crogioli.",
        "Paese": "Italia",
        "Tag": "fonderia; sensori",
        "TRL": "7",
        "Anno": "2021",
    },
    {"Nome": "Solo Testo", "Sito web": "", "Descrizione": "Nessun sito.", "Paese": "", "Tag": "", "TRL": "", "Anno": ""},
)
ROW_ENTRIES = (
    entry(
        Startup(
            "amici-crogiolo-example-it",
            "Crogiolo",
            "https://crogiolo.example/it/",
            country="IT",
            source="amici",
            tags=("fonderia", "sensori"),
            trl=7,
            founded=2021,
        ),
        "Misura l'usura dei crogioli.",
        "crogiolo-example-it",
    ),
    entry(Startup("amici-solo-testo", "Solo Testo", source="amici"), "Nessun sito.", "solo-testo"),
)


def _table(label: str, encode: Callable[[Sequence[Record]], bytes]) -> Case:
    return Case(label, Table("amici"), encode, ROWS, ROW_ENTRIES, name="Nome", site="Sito web", text="Descrizione")


PORTFOLIO = Case(
    "portfolio",
    Portfolio("li.card"),
    as_page,
    (
        {"name": "Fonderia 5", "text": "Castings without porosity.", "site": "https://fonderia5.example/en"},
        {"name": "Zinco", "text": "", "site": "http://www.zinco.example/"},
    ),
    (
        entry(
            Startup("hub-example-fonderia5-example-en", "Fonderia 5", "https://fonderia5.example/en", source="hub.example"),
            "Fonderia 5\nCastings without porosity.",
            "fonderia5-example-en",
            "https://www.hub.example/portfolio",
        ),
        entry(
            Startup("hub-example-zinco-example", "Zinco", "http://www.zinco.example/", source="hub.example"),
            "",
            "zinco-example",
            "https://www.hub.example/portfolio",
        ),
    ),
    name="name",
    site="site",
    text="text",
    url="https://www.hub.example/portfolio",
)

CASES = (
    YC_CSV,
    YC_JSON,
    KNOWLEDGE_SHARE,
    REGISTRO_TABLE,
    REGISTRO_OFFICIAL,
    _table("table as CSV", as_csv),
    _table("table as Excel in western Europe writes CSV", lambda records: as_csv(records, ";", "cp1252")),
    _table("table as JSON lines", as_lines),
    _table("table as JSON", as_json),
    _table("table as a sheet", as_sheet),
    PORTFOLIO,
)
