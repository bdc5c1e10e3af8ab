"""What the stand-in answers to the parts of the page that are loaded later: classes, startups without a need, why."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import FastAPI, Query, Response
from fastapi.responses import JSONResponse

from indexer.classes.scheme import packaged_classes
from search_api.wire.browsing import ClassesOut, ClassOut, ListedOut, ListingOut, MemberOut
from search_api.wire.requests import BrowseQuery, NeedIn
from search_api.wire.service import ProblemOut
from search_api.wire.startups import PageOut, StartupDetailOut, StartupOut
from search_api.wire.why import WhyIn, WhyOut

READ = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
HELD_BACK = "Startup 60"
"""It is told of nothing that brings it into a list."""
LEFT_OUT = "Startup 59"
"""Filters leave it out."""
RENEWED = "Startup 58"
"""Why it is not in the list is asked for when the snapshot has gone."""
TELLING = "It tells the die-casting machine in the same cycle what is wrong with a part, before the next one is cast."

Facets = Mapping[str, Mapping[str, int]]


def add(app: FastAPI, startups: Sequence[StartupOut], facets: Facets, snapshot: str) -> None:
    """Add the routes to the stand-in."""
    known = {one.id: one for one in startups}

    @app.get("/api/classes")
    def classes() -> ClassesOut:
        counts = facets["class"]
        return ClassesOut(
            snapshot=snapshot, classes=tuple(ClassOut.of(one, counts.get(one.id, 0)) for one in packaged_classes())
        )

    @app.get("/api/startups")
    def browse(wanted: Annotated[BrowseQuery, Query()]) -> ListingOut:
        found = [one for one in startups if (wanted.name or "").casefold() in one.name.casefold()]
        found = [] if wanted.tag == ("Qualità",) else found[:14] if wanted.class_ else found
        renewed = wanted.offset and wanted.trl_min == 9
        return ListingOut(
            snapshot="20261105-060000-cd34" if renewed else snapshot,
            total=len(found),
            startups=tuple(map(listed, found[wanted.offset : wanted.offset + wanted.limit])),
            facets={field: dict(counts) for field, counts in facets.items()},
        )

    @app.get("/api/startups/{startup_id}")
    def detail(startup_id: str) -> StartupDetailOut:
        pages = [
            PageOut(
                url="https://www.example.com/",
                title="Home",
                language="en",
                fetched_at=READ,
                source=source,
                passages=("Hello.", TELLING),
            )
            for source in ("site", "yc")
        ]
        return StartupDetailOut(startup=known[startup_id], pages=tuple(pages))

    @app.post("/api/search/why", response_model=WhyOut)
    def why(wanted: WhyIn) -> Response | WhyOut:
        asked = known[wanted.startup_id]
        if asked.name == RENEWED:
            body = ProblemOut(type="about:blank", title="Conflict", status=409, detail="it is gone", code="snapshot-changed")
            return JSONResponse(body.model_dump(), 409, media_type="application/problem+json")
        if "slow" in wanted.need:
            time.sleep(0.6)
        return why_not(wanted, asked, startups[wanted.limit - 1], snapshot)


def listed(one: StartupOut) -> ListedOut:
    """Return a startup as lists have it: of two classes, read from its own site."""
    classes = tuple(MemberOut(id=id_, en="", it="", score=4.0) for id_ in ("vision", "casting"))
    return ListedOut(startup=one, region="Lombardia", languages=("en",), fetched=READ.date(), own_site=True, classes=classes)


def why_not(wanted: WhyIn, asked: StartupOut, last: StartupOut, snapshot: str) -> WhyOut:
    """Return the canned answer to why a startup is not in the list."""
    is_listed, is_out = asked.name == "Porosense", asked.name == LEFT_OUT
    sent = wanted.model_dump(by_alias=True, exclude={"startup_id"}) | {"snapshot": snapshot}
    relaxed = sent["filters"] | {"trl_min": None, "country": ["IT", "US"]}
    parts = (("lexical", 0.02, 0.31), ("passage", 0.4, 0.52), ("summary", 0.2, 0.18), ("kind", 0.1, 0.12))
    changes = [
        ([("filter", "country"), ("filter", "trl")], {"filters": relaxed}),
        ([("exclusion", "laser")], {"ignore_exclusions": ["laser"]}),
        ([("sense", "stampo=stamping die")], {"senses": ["stampo=stamping die"]}),
        ([("left out", "machining")], {"need": "casting"}),
        ([("added", "porosity"), ("added", "<b>x-ray")], {"need": f"{wanted.need}, porosity <b>x-ray"}),
    ]
    return WhyOut.model_validate(
        {
            "need": wanted.need,
            "took_ms": 180.0,
            "snapshot": snapshot,
            "startup": asked,
            "standing": "listed" if is_listed else "filtered" if is_out else "outranked",
            "rank": 2 if is_listed else None if is_out else 37,
            "rank_of_all": 37,
            "total": 60,
            "named": is_out,
            "same_company": [{"startup": last, "rank": 10}] if is_out else [],
            "filters": [
                {"field": "country", "own": ["US"], "filters": relaxed},
                {"field": "trl", "own": [], "filters": relaxed},
            ]
            if is_out
            else [],
            "last": None if is_listed else {"startup": last, "rank": wanted.limit},
            "parts": [{"part": part, "own": own, "last": other, "difference": own - other} for part, own, other in parts],
            "lacks": ["die casting", "scrap"],
            "changes": []
            if is_listed or asked.name == HELD_BACK
            else [
                {
                    "steps": [{"kind": kind, "what": what} for kind, what in steps],
                    "size": len(steps),
                    "rank": at,
                    "search": NeedIn.model_validate(sent | change),
                }
                for at, (steps, change) in enumerate(changes, start=1)
            ],
            "tried": 60,
            "complete": asked.name != HELD_BACK,
        }
    )
