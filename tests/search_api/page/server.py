"""A stand-in for the service: the page's real files behind the real guard, canned answers chosen by a word in the need."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

import search_api
from search_api.security import Guard
from search_api.wire.paging import token_of
from search_api.wire.requests import SearchIn
from search_api.wire.responses import MatchOut, SearchOut, SimilarAnswerOut
from search_api.wire.service import ProblemOut, StatusOut
from search_api.wire.startups import EvidenceOut, StartupOut
from tests.search_api.page import parts, reading

STATIC = Path(search_api.__file__).parent / "static"
READ = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
SNAPSHOT = "20261104-060000-ab12"
BUILT = datetime(2026, 11, 4, 6, 0, tzinfo=UTC)
PAYLOAD = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
LONG_WORD = "Donaudampfschifffahrt" * 480
EMOJI = "🔥🏭 Il forno 🧑‍🔧 si regola da solo e risparmia gas 🎉"
"""Code points 2 to 11 are the words ` Il forno`; counted in UTF-16 units they would be others."""


def evidence(text: str, marked: str = "", **fields: object) -> EvidenceOut:
    """Return a passage in which `marked` is marked."""
    at = text.find(marked)
    known: dict[str, object] = {
        "text": text,
        "marks": ((at, at + len(marked)),) if marked else (),
        "heading": "Technology",
        "url": "https://www.example.com/technology",
        "title": "How it works",
        "language": "en",
        "fetched_at": READ,
        "source": "site",
        "page_number": None,
    }
    return EvidenceOut.model_validate(known | fields)


def match(
    rank: int, confidence: Literal["strong", "possible", "weak"], startup: StartupOut, *passages: EvidenceOut
) -> MatchOut:
    """Return a match at `rank`."""
    chance = {"strong": 0.7, "possible": 0.3, "weak": 0.05}[confidence]
    return MatchOut(rank=rank, score=1 / rank, probability=chance, confidence=confidence, startup=startup, evidence=passages)


def startup(name: str, **fields: object) -> StartupOut:
    """Return a startup, Italian and young unless `fields` says otherwise."""
    known: dict[str, object] = {
        "id": name.lower(),
        "name": name,
        "homepage": f"https://{name.lower().replace(' ', '-')}.example/",
        "country": "IT",
        "source": "knowledge-share",
        "tags": ("Smart Manufacturing", "Artificial Intelligence"),
        "trl": 7,
        "founded": 2019,
        "parent_organisations": ("Politecnico di Milano",),
    }
    return StartupOut.model_validate(known | fields)


def usual_matches() -> list[MatchOut]:
    """Return sixty matches: a few as real ones look, the others short."""
    vision = evidence(
        "Our inspection cell takes four images of every casting as it leaves the die, under light from four sides. A "
        "network that was trained on a few hundred good parts finds cold shuts, misruns and surface porosity down to "
        "0.2 mm, and tells the die-casting machine in the same cycle, so that scrap is stopped before it is machined. "
        "The operator sees where the defect is and how sure the system is; nothing is sent outside the plant. The first "
        "six cells have run for two years in foundries of Lombardy and Piedmont, on aluminium housings and brackets of "
        "up to eight kilograms.",
        "finds cold shuts, misruns and surface porosity down to 0.2 mm",
    )
    scrap = evidence(
        "In una fonderia di alluminio gli scarti di pressofusione sono passati dal 6,1 al 3,4 per cento in quattro mesi.",
        "gli scarti di pressofusione sono passati dal 6,1 al 3,4 per cento",
        language="it",
        title="Applicazioni",
        heading="Fonderie",
        url="https://www.example.com/it/applicazioni",
    )
    sheet = evidence(
        "The cell takes 0.8 s per casting.",
        "casting",
        title="Technical data",
        heading="",
        url="https://www.example.com/data.pdf",
        page_number=3,
    )
    profile = evidence(
        "Machine vision for foundries: detects defects in castings and links them to the process parameters that cause them.",
        "detects defects in castings",
        source="knowledge-share",
        title="Fondivista",
        heading="",
        url=None,
    )
    tags = ("Machine Vision", "Foundry", "Industry 4.0", "Quality", "Edge AI", "Aluminium", "KS @ Confindustria Varese", "B2B")
    heads = [
        match(1, "strong", startup("Fondivista", tags=tags, trl=8), vision, scrap, profile),
        match(
            2,
            "strong",
            startup("Porosense", tags=tags[:7], country="DE", source="yc", founded=2016, parent_organisations=()),
            scrap,
            sheet,
        ),
        match(3, "possible", startup("Città del Getto", trl=None, founded=None, tags=()), profile),
    ]
    tails = [match(rank, "weak", startup(f"Startup {rank}", country="US", trl=rank % 9 + 1), profile) for rank in range(4, 61)]
    return heads + tails


def hostile_matches() -> list[MatchOut]:
    """Return matches whose every text tries to be markup, a script address, or to break the layout."""
    nasty = startup(
        PAYLOAD,
        homepage="javascript:alert(3)",
        country="<b>",
        source=PAYLOAD,
        tags=(PAYLOAD, LONG_WORD, "\u202egnisrever"),
        parent_organisations=(PAYLOAD,),
    )
    wide = startup(LONG_WORD, homepage="https://user:secret@example.com/", parent_organisations=(LONG_WORD,))
    return [
        match(
            1,
            "strong",
            nasty,
            evidence(PAYLOAD, "<script>alert(2)</script>", title=PAYLOAD, heading=PAYLOAD, url="javascript:alert(4)"),
            evidence(PAYLOAD, "img", title=PAYLOAD, url="data:text/html,<script>alert(5)</script>", language='it" onload="'),
            evidence(
                "\u202eesrever ni txet\u202e",
                "esrever",
                url='https://example.com/?q="><script>alert(6)</script>',
                source=PAYLOAD,
            ),
        ),
        match(2, "weak", wide, evidence(LONG_WORD, LONG_WORD[60:2000], title=LONG_WORD)),
        match(
            3,
            "weak",
            startup("Marks", id="a/b? è"),
            evidence("abc 🔥", "").model_copy(update={"marks": ((-5, 2), (3, 900), (4, 2), (1, 3))}),
        ),
    ]


FACETS = {
    "country": {"IT": 352, "US": 3177, "DE": 46},
    "source": {"yc": 4663, "knowledge-share": 350},
    "tag": {"Foundry": 12, "Qualità": 9} | {f"tag {n}": 500 - n for n in range(60)},
    "trl": {"4": 20, "5": 31, "6": 44, "7": 80, "8": 35, "9": 90},
    "founded": {str(year): (year - 1990) * 3 for year in range(1995, 2027)},
    "class": {"vision": 31, "casting": 14, "metrology": 9},
    "region": {"Lombardia": 40, "Piemonte": 22},
    "language": {"en": 300, "it": 51},
    "fetched": {"2026-04": 30, "2026-10": 20, "2026-11": 5},
    "own_site": {"true": 48, "false": 7},
}


EXCLUDED = ("cromo esavalente", "hexavalent chromium", "laser", PAYLOAD)
"""What the stand-in takes for exclusions, wherever it stands in a need."""


PARTS = (("senza batteria", "what", "met"), ("ATEX", "certification", "not stated"), ("oltre 600 °C", "figure", "contradicted"))
"""The parts of the need that holds `grid`, with what the first match says of them."""


def covered(first: MatchOut) -> MatchOut:
    """Return a match that says something of each of `PARTS`."""
    told = {
        "met": evidence("It works without a battery.", "without a battery"),
        "contradicted": evidence("Up to 400 °C.", "400 °C"),
    }
    coverage = [{"status": status, "evidence": told.get(status)} for _, _, status in PARTS]
    return MatchOut.model_validate(first.model_dump() | {"coverage": coverage})


AMBIGUOUS = {
    "stampo": (
        ("mould", "attrezzo per iniezione", "tool for injection"),
        ("stamping die", "attrezzo per lamiera", "sheet metal tool"),
    ),
    "rete": (("network", "informatica", "computing"), ("grid", "energia", "energy"), ("mesh", "tessuto di fili", "wire cloth")),
    "getto": (("casting", "pezzo colato", "cast part"), ("jet", "", "")),
    "fumi": (("fumes", "esalazioni", "vapours"), ("flue gas", "gas caldi", "hot gas")),
    "carica": (("charge", "nel forno", "in the furnace"), ("filler", "nella plastica", "in plastic")),
    "markup": ((PAYLOAD, PAYLOAD, PAYLOAD), (LONG_WORD, LONG_WORD, LONG_WORD)),
}
"""Words that the stand-in takes for ambiguous, with their senses, the likeliest first."""


def senses_of(question: SearchIn) -> list[dict[str, object]]:
    """Return the ambiguous words of a need as the service tells them."""
    found: list[dict[str, object]] = []
    for text, senses in AMBIGUOUS.items():
        told = [
            {"english": english, "meaning_it": italian, "meaning_en": meant, "choice": f"{text}={english}"}
            for english, italian, meant in senses
        ]
        chosen = [sense for sense in told if sense["choice"] in question.senses]
        taken = (chosen or told)[0]
        if text in question.need:
            others = [sense for sense in told if sense != taken]
            found.append({"text": text, "start": 0, "end": 1, "taken": taken, "others": others, "chosen": bool(chosen)})
    return found


def answer_to(question: SearchIn) -> SearchOut:
    """Return the canned answer that a word in the need asks for."""
    matches, verdict, facets = usual_matches(), "fits", FACETS
    if "hostile" in question.need:
        matches, facets = hostile_matches(), FACETS | {"tag": {PAYLOAD: 2, LONG_WORD: 1}}
    elif "emoji" in question.need:
        matches = [
            match(
                1, "possible", startup("Forno"), evidence(EMOJI, " Il forno", language="it", title="How it works: Technology")
            )
        ]
        verdict = "unsure"
    elif "clauses" in question.need:
        passages = [evidence(text, marks=marks, clause=clause) for text, marks, clause in reading.CASES]
        matches = [match(1, "possible", startup("Clausola"), *passages)]
    elif "grid" in question.need:
        matches = [covered(matches[0]), *matches[1:]]
    elif "nothing" in question.need:
        matches = [one.model_copy(update={"confidence": "weak", "probability": 0.05}) for one in matches[:4]]
        verdict = "nothing"
    elif question.filters.tag == ("Qualità",):
        matches, verdict = [], "nothing"
    offset = question.place().offset
    shown = matches[offset : offset + question.limit]
    end = offset + len(shown)
    if question.diverse:
        shown = [one.model_copy(update={"plain_rank": one.rank + (one.rank > 1)}) for one in shown]
    return SearchOut.model_validate(
        {
            "need": question.need,
            "language": "en",
            "took_ms": 41.7,
            "snapshot": SNAPSHOT,
            "verdict": verdict,
            "matches": shown,
            "total": len(matches),
            "next": token_of(question.to_need(), SNAPSHOT, end) if end < len(matches) else None,
            "facets": facets,
            "exclusions": [
                {"text": text, "start": 0, "end": 1, "applied": text not in question.ignore_exclusions}
                for text in EXCLUDED
                if text in question.need or (text == PAYLOAD and "hostile" in question.need)
            ],
            "senses": senses_of(question),
            "read_as": None if question.as_typed else reading.wording_of(question.need, PAYLOAD),
            "missing": [{"text": text, "start": 0, "end": 1} for text in ("stampo", PAYLOAD) if verdict == "nothing"],
            "requirements": [
                {"text": text, "kind": kind, "start": 0, "end": 1} for text, kind, _ in PARTS if "grid" in question.need
            ],
        }
    )


def problem(status: int, code: str, detail: str) -> JSONResponse:
    """Return an error as the service sends it."""
    body = ProblemOut(type="about:blank", title="Error", status=status, detail=detail, code=code)
    return JSONResponse(body.model_dump(), status, media_type="application/problem+json")


def similar_to(startup_id: str) -> Response | SimilarAnswerOut:
    """Return the canned answer to who is like a startup."""
    given = [one.startup for one in (*usual_matches(), *hostile_matches()) if one.startup.id == startup_id]
    if not given:
        return problem(404, "unknown-startup", "there is no startup of that id")
    matches = [one.model_dump(exclude={"confidence", "probability"}) for one in usual_matches()[:3]]
    return SimilarAnswerOut.model_validate(
        {"startup": given[0], "took_ms": 9.5, "snapshot": SNAPSHOT, "matches": matches, "facets": FACETS}
    )


def trouble_with(question: SearchIn) -> Response | None:
    """Return the error that a word in the need asks for."""
    if "refused" in question.need:
        return problem(422, "bad-need", "the need <b>holds</b> no word: describe it in a sentence")
    if any(choice.partition("=")[0] not in question.need for choice in question.senses):
        return problem(422, "bad-sense", "the need has no such ambiguous word")
    if "renewed" in question.need and question.page:
        return problem(409, "snapshot-changed", "the snapshot answers no longer")
    return HTMLResponse("<h1>Internal Server Error</h1>", 500) if "crash" in question.need else None


def make_app(*, ready: bool = True) -> FastAPI:
    """Return the stand-in; without `ready` it has no snapshot yet."""
    app = FastAPI()

    app.add_middleware(Guard, max_body_bytes=1_000_000, names=("127.0.0.1",))

    @app.get("/")
    def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @app.get("/api/status", response_model=StatusOut)
    def status() -> Response | StatusOut:
        if not ready:
            return problem(503, "no-snapshot", "no snapshot yet: run `scout index`")
        return StatusOut(
            version="0.1.0",
            snapshot=SNAPSHOT,
            built_at=BUILT,
            model="all-MiniLM-L6-v2",
            dimension=384,
            startups=5272,
            passages=11840,
            languages={"en": 11000, "it": 840},
            oldest_page=READ.replace(month=5),
            newest_page=READ,
        )

    @app.post("/api/search", response_model=SearchOut)
    def search(question: SearchIn) -> Response | SearchOut:
        if not ready:
            return problem(503, "no-snapshot", "no snapshot yet: run `scout index`")
        wrong = trouble_with(question)
        if wrong is not None:
            return wrong
        if "slow" in question.need:
            time.sleep(0.6)
        return answer_to(question)

    app.get("/api/startups/{startup_id:path}/similar", response_model=SimilarAnswerOut)(similar_to)
    parts.add(app, [one.startup for one in usual_matches()], FACETS, SNAPSHOT)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve `app` on a free port of the loopback; yields the origin, and is gone at the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
