"""What the stand-in answers to needs that are not read as they stand, and passages of which a clause answers."""

LETTER = "We look for a way to find defects in castings, without a laser."
LONG_LETTER = " ".join(f"Sentence {n} asks for something 🔥." for n in range(40))

WORDINGS: dict[str, dict[str, object]] = {
    "lettre": {"text": LETTER, "respelt": [], "shortened": True},
    "epistle": {"text": LONG_LETTER, "respelt": [{"text": "somthing", "read_as": "something"}], "shortened": True},
    "casitng": {
        "text": "defects in casting without laser",
        "respelt": [{"text": "deffects", "read_as": "defects"}, {"text": "casitng", "read_as": "casting"}],
        "shortened": False,
    },
}
"""What is read, by a word that the need holds."""

CLAUSED = "🔥 Scrap falls by half; the cell sees each casting, and no part leaves it unseen."
HALF, CELL, PART = "Scrap falls by half;", "the cell sees each casting,", "and no part leaves it unseen."
LATE = f"Castings. {'It is told here at some length. ' * 30}{CELL} which is what counts. {'It goes on and on. ' * 10}"

Span = tuple[int, int]


def span(words: str, text: str = CLAUSED) -> Span:
    """Return where words stand in a text, in code points."""
    at = text.index(words)
    return at, at + len(words)


CASES: tuple[tuple[str, tuple[Span, ...], Span | None], ...] = (
    (CLAUSED, (span("half; the cell"), span("each"), span("casting, and no")), span(CELL)),
    (CLAUSED, (span(CLAUSED[2:-1]),), span(CELL)),
    (CLAUSED, (span(CELL),), span(CELL)),
    (CLAUSED, (span(HALF), span(PART)), span(CELL)),
    (CLAUSED, (span("casting"),), None),
    (CLAUSED, (span("casting"),), (0, len(CLAUSED))),
    (CLAUSED, (), (70, 900)),
    (LATE, ((0, 8),), span(CELL, LATE)),
)
"""Passages with their marks and clause: marks over its ends, around it, the same, beside it; no clause, all, one too long."""


def wording_of(need: str, payload: str) -> dict[str, object] | None:
    """Return what a need is read as; None where that is as it stands."""
    if "hostile" in need:
        return {"text": payload, "respelt": [{"text": payload, "read_as": payload}], "shortened": False}
    return next((wording for word, wording in WORDINGS.items() if word in need), None)
