"""Registro Imprese's list of innovative startups: CSV with Italian columns, or the same as an Excel sheet.

Two forms are read: the official one (`codice fiscale`, `pv`, `ateco 2007`, `sito internet`, ...; bars or semicolons between
cells, Latin-1) and the table that analysts make of it (`Denominazione`, `nome`, `Provincia`, `AtecoCode`, ...). The list
describes nobody: what it says of a startup are facts, written out as sentences in Italian.
"""

import hashlib
import re
from collections.abc import Iterator

from crawler.directories.ateco import ateco_code, division
from crawler.directories.entries import Document, Entry
from crawler.directories.fields import Fields, decimal
from crawler.directories.forms import csv_list, is_sheet, sheet_list
from crawler.directories.shapes import Shape, entry_of, read_records
from crawler.directories.wording import key_of
from crawler.gazetteer.tables import Province, provinces
from crawler.seeds import Problem

# `nome` is cut out of the legal name by machine, and one in fifty is damaged ("M & N Otors").
NOT_READ = frozenset({
    "nome", "region_key", "sector_key", "prevalenza_femminile", "prevalenza_giovanile", "prevalenza_straniera",
    "tipo_societa", "year", "regione_mappata", "nat_giuridica", "natura_giuridica", "sezione_attivita",
    "data_dichiarazione",
})  # fmt: skip
SHAPE = Shape(
    fields={
        "legal_name": ("denominazione",),
        "tax_code": ("codice_fiscale", "partita_iva"),
        "province": ("provincia", "pv", "prov"),
        "town": ("comune",),
        "region": ("regione",),
        "ateco": ("ateco_code", "ateco_2025", "ateco_2007", "ateco", "codice_ateco"),
        "activity": ("attivita",),
        "sector": ("settore",),
        "site": ("sito_internet", "sito_web", "sito"),
        "registered": ("data_registro_imprese", "data_iscrizione_al_registro_imprese", "data_iscriz_al_registro_imprese"),
        "listed": (
            "data_iscrizione_start_up",
            "data_iscrizione_startup",
            "data_iscrizione_alla_sezione_delle_startup",
            "data_iscriz_alla_sezione_delle_startup",
        ),
        "began": ("data_inizio_attivita", "data_inizio_dell_esercizio_effettivo_dell_attivita"),
        "status": ("status", "stato"),
        "high_tech": ("alto_valore_tecnologico",),
        "research": ("spese_rn_d", "spese_in_ricerca_e_sviluppo"),
        "staff": ("forza_lavoro_titoli", "forza_lavoro_con_titoli"),
        "patents": ("possesso_brevetti", "possesso_di_brevetti"),
        "social": ("vocazione_sociale",),
        "production": ("valore_di_produzione", "classe_val_prod", "classe_di_produzione_ultimo_anno"),
        "employees": ("addetti", "classe_addetti", "classe_di_addetti_ultimo_anno"),
        "capital": ("valore_di_capitale", "classe_cap_sociale", "classe_di_capitale_ultimo_anno", "capitale_sociale"),
    },
    needed=frozenset({"legal_name", "province", "town"}),
    ignored=NOT_READ,
)
CRITERIA = {
    "high_tech": "ad alto valore tecnologico in ambito energetico",
    "research": "sostiene spese in ricerca e sviluppo",
    "staff": "impiega personale con titoli di dottorato, di ricerca o di laurea magistrale",
    "patents": "possiede brevetti o software registrato",
    "social": "a vocazione sociale",
}
"""What the law asks one of (DL 179/2012, art. 25), as the list's columns have it."""
NO_WORD = frozenset({"", "no", "no data", "nan", "n.d.", "nd", "-", "nc", "null"})
OLD_CODES = {"FO": "FC", "PS": "PU"}
"""Car plates of before 1999, which the register still writes."""
LOST_NAPLES = frozenset({"NAN", "NAN."})
"""What is left of Naples: tables made with pandas read its `NA` as a missing value."""
LEGAL_FORM = re.compile(
    r"(?:[\s,-]|\.(?=soc))+(?:in\s+sigla\b|start[ -]?up\s+costituita|(?:in\s+)?societ(?:a|à)'?(?:\s|$)|a\s+r?esponsabilit"
    r"|impresa\s+sociale\b|s\.?\s?b\.?\s?s?\.?\s?r\.?\s?l\.?|s\.?\s?r\.?\s?l\.?|s\.?\s?p\.?\s?a\.?(?:\s|$)"
    r"|s\.?\s?c\.?\s?a?\.?\s?r\.?\s?l\.?|soc\.|spin-?\s?off\b).*$",
    re.IGNORECASE | re.DOTALL,
)
SMALL_WORDS = re.compile(
    r"\b(Di|Del|Della|Dello|Dei|Degli|Delle|Da|In|Su|Sul|Sulla|Con|E|Al|Alla|A|Nel|Nell|D|Dell|All|Sull)\b(?!$)"
)
PERSONAL_CODE = re.compile(r"[A-Z]{6}\w{10}", re.IGNORECASE)


class RegistroImprese:
    """The startups in the special section of the Italian companies' register."""

    name = "registro-imprese"
    title = "Registro Imprese: its list of innovative startups, as CSV or .xlsx"
    start: str | None = None

    def entries(self, document: Document) -> Iterator[Entry | Problem]:
        """Yield the entry of each startup, see `Directory`."""
        rows = sheet_list(document, SHAPE) if is_sheet(document) else csv_list(document, SHAPE)
        yield from read_records(document, rows, SHAPE, lambda fields: self._entry(fields, document))

    def more(self, document: Document) -> tuple[str, ...]:
        """Return no address: the list is in one part."""
        del document
        return ()

    def _entry(self, fields: Fields, document: Document) -> Entry:
        legal_name, town = fields.needed("legal_name"), _in_small(fields.needed("town"))
        name = short_name(legal_name)
        province = _province(fields)
        region = province.region if province else _in_small(_stated(fields, "region"))
        dates = [day for field in ("registered", "listed", "began") if (day := fields.day(field))]
        code, sector, status = _ateco(fields), _stated(fields, "sector").capitalize(), _stated(fields, "status").lower()
        tags = [region, sector, f"Ateco {code[:2]}" if code else "", "" if status in {"", "attiva"} else status]
        where = f"{town} ({province.code})" if province else town
        said = [
            f"{name} ({legal_name}) è una startup innovativa con sede a {', '.join(filter(None, (where, region)))}.",
            _activity(fields, code, sector),
            *_facts(fields, status),
        ]
        return entry_of(
            fields,
            document,
            source=self.name,
            prefix="ri",
            record_id=_record_id(fields, legal_name, town),
            text="\n".join(filter(None, said)),
            name=name,
            site=fields.address("site"),
            country="IT",
            tags=tuple(filter(None, tags)),
            # A company that moves to another province is registered anew there: the first of its dates is its own.
            founded=min(dates).year if dates else None,
        )


def short_name(legal_name: str) -> str:
    """Return a company's name without its legal form and the notes that the register adds to it."""
    short = LEGAL_FORM.sub("", f"{legal_name} ").strip(" ,-") or legal_name
    return short.title() if short in (short.lower(), short.upper()) else short


def _province(fields: Fields) -> Province | None:
    code = fields.line("province").upper()
    region = _stated(fields, "region")
    if code in LOST_NAPLES and key_of(region) in {"", "campania"}:
        code = "NA"
    province = provinces().get(OLD_CODES.get(code, code))
    if province is None:
        if code:
            fields.warnings.append(f"province {code[:40]!r} is none of Italy's: left open")
    elif region and key_of(region).partition("_")[0] != key_of(province.region).partition("_")[0]:
        fields.warnings.append(
            f"province {code} lies in {province.region}, and the record says {region[:40]!r}: the province counts"
        )
    return province


def _ateco(fields: Fields) -> str:
    text = _stated(fields, "ateco")
    code = ateco_code(text)
    if text and not code:
        fields.warnings.append(f"ateco must be a code such as 62.10.00, this is {text[:40]!r}: left open")
    return code


def _activity(fields: Fields, code: str, sector: str) -> str:
    activity = fields.line("activity") or division(code)
    parts = [f"Settore: {sector}." if sector else ""]
    if activity:
        parts.append(f"Attività{f' (Ateco {code})' if code else ''}: {activity}.")
    return " ".join(filter(None, parts))


def _facts(fields: Fields, status: str) -> Iterator[str]:
    met = [
        words
        for field, words in CRITERIA.items()
        if _stated(fields, field).lower() in {"si", "sì", "s", "x", "yes", "true", "1"}
    ]
    if met:
        yield f"Requisiti: {'; '.join(met)}."
    for label, field in (("Addetti", "employees"), ("Valore della produzione", "production"), ("Capitale", "capital")):
        if stated := _stated(fields, field):
            amount = decimal(stated)
            euros = f"{amount:,.0f} euro".replace(",", ".") if amount is not None and field != "employees" else stated
            yield f"{label}: {euros}."
    if status and status != "attiva":
        yield f"Stato: {status}."


def _stated(fields: Fields, name: str) -> str:
    text = fields.line(name)
    return "" if text.lower() in NO_WORD else text


def _record_id(fields: Fields, legal_name: str, town: str) -> str:
    """Return the company's tax code; where the list leaves it out, a key of name, town and date of registration."""
    tax_code = fields.line("tax_code").replace(" ", "")
    if tax_code and not PERSONAL_CODE.fullmatch(tax_code):
        return tax_code
    what = "\n".join((key_of(legal_name), key_of(town), tax_code or fields.line("registered")))
    return hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()[:16]


def _in_small(name: str) -> str:
    """Return a place's name as it is written: `TORRE DEL GRECO` is Torre del Greco."""
    if name not in (name.upper(), name.lower()):
        return name
    titled = SMALL_WORDS.sub(lambda found: found[0].lower() if found.start() else found[0], name.title())
    return re.sub(r"([dlDL])'(\w)", lambda found: f"{found[1]}'{found[2].upper()}", titled)
