"""What a need excludes: "senza cromo esavalente", "no laser", "esclusi i droni", "not cloud-based", "other than".

Words that say so (`CUES`) are followed by what is excluded, up to the next break or function word. A glossary phrase is never
cut (senza contatto, lead-free); what is to be avoided (senza fermare la linea, without defects) and properties (non magnetico)
stay in the need as they stand. Of the glossary's phrases those are cut that only spell out that a material is not wanted
(senza cromo): startups that say so themselves keep their place.
"""

# ruff: noqa: RUF001  # apostrophes, hyphens and dashes as they are typed
import re
from collections.abc import Callable, Collection, Iterator, Sequence

from indexer.analysis import terms
from indexer.glossary.entries import Entry
from indexer.glossary.phrases import Found
from indexer.readings import Exclusion
from indexer.words import STOP_WORDS, fold

Phrases = Callable[[str, str], Sequence[Found]]
"""The glossary's phrases in a text of a language ("it" or "en")."""
Span = tuple[int, int]

DI = r"(?:d(?:i|el|ello|ella|ei|egli|elle)\b|d(?:ell)?['’])"
A = r"(?:a(?:d|l|llo|lla|i|gli|lle)?\b|all['’])"
DA = r"(?:da(?:l|llo|lla|i|gli|lle)?\b|dall['’])"
SU = r"(?:su(?:l|llo|lla|i|gli|lle)?\b|sull['’])"
IN = r"(?:in\b|ne(?:l|llo|lla|i|gli|lle)\b|nell['’])"
HOW = {
    "it": rf"(?:(?:basat|fondat)[oaie]\s+{SU}|(?:fatt|compost|realizzat)[oaie]\s+(?:{DI}|in\b|con\b)|a\s+base\s+{DI}"
    rf"|contenent[ei]\b|con\b|{IN}|{SU}|per\b|tramite\b)",
    "en": r"(?:(?:based|built|running|relying)\s+(?:on|upon)|made\s+(?:of|from|with)|using|containing|requiring|involving|with"
    r"|in|on|for|from|via)\b",
}
"""How an offer stands to what it is made with, or for."""
USING = {
    "it": rf"(?:(?:l['’]\s*|il\s+|alcun\s+)?(?:uso|utilizzo|impiego|ausilio|aggiunta|bisogno|necessità)\s+{DI}"
    rf"|(?:usare|utilizzare|impiegare|adoperare|contenere)\b|(?:ricorrere|fare\s+ricorso)\s+{A}|fare\s+uso\s+{DI})",
    "en": r"(?:(?:any\s+|the\s+)?(?:use\s+of|need\s+(?:for|of)|addition\s+of)|using|needing|requiring|containing|involving"
    r"|adding|relying\s+on|resorting\s+to)\b",
}
DOING = {
    "it": rf"(?:(?:us|utilizz|impiegh?|adoper|adott|sfrutt)(?:a|i|ano|ino)\b|conten(?:ga|gano|gono)\b|contiene\b"
    rf"|richied(?:a|e|ano|ono)\b|preved(?:a|e|ano|ono)\b|ricorr(?:a|e|ano|ono)\s+{A}|dipend(?:a|e|ano|ono)\s+{DA}"
    rf"|(?:abbiano?|ha|hanno)\s+bisogno\s+{DI}|necessit(?:a|i|ano|ino)\s+{DI})",
    "en": r"(?:use|contain|require|need|involve|employ|include|(?:rely|depend|run)\s+on)\b",
}
CUES = {
    "it": rf"""
        (?P<list>(?:che\s+)?(?:esclus[oiae]|esclude(?:ndo|re)|escludiamo|tranne|eccetto|eccettuat[oiae]|salvo|fuorché|a\s+parte
          |(?:ad?|con(?:\s+l['’])?)\s*esclusione\s+{DI}|(?:fatta|ad?|con\s+l['’])\s*eccezione\s+(?:{DI}|per)|divers[oiae]\s+{DA}))(?!\w)
        |(?P<plain>senz(?:a\b|['’])\s*(?:{USING["it"]})?|(?:che|purché|ma|e)\s+non\s+(?:si\s+)?(?:{DOING["it"]})|no\b(?![-‐‑])
          |niente\b|nessun[oa]?\b|priv[oiae]\s+{DI}|esent[ei]\s+{DA}|liber[oiae]\s+{DA}|invece\s+{DI}|anziché\b|piuttosto\s+che\b
          |al\s+posto\s+{DI})
        |(?P<bare>(?P<lead>(?:ma|e|purché|però|che)\s+)?non\s+(?:sia(?:no)?\s+|(?:è|sono)\s+(?=basat|fatt|compost))?
          (?P<how>{HOW["it"]})?)(?!\s*(?:solo|soltanto|solamente|meno|più|oltre)\b)
    """,
    "en": rf"""
        (?P<list>other\s+than|except(?:ing)?(?:\s+for)?|exclud(?:ing|e)|apart\s+from|aside\s+from|anything\s+but
          |with\s+the\s+exception\s+of)\b
        |(?P<plain>without\b\s*(?:{USING["en"]})?|(?:(?:that|which|who)\s+)?(?:do|does|must|should|will)(?:\s+not|n['’]t)\s+{DOING["en"]}
          |(?:(?:with|but)\s+)?no\b(?![-‐‑])(?:\s+use\s+of\b)?|free\s+(?:of|from)\b|instead\s+of\b|rather\s+than\b)
        |(?P<bare>(?P<lead>(?:but|and|(?:that|which)\s+(?:is|are))\s+)?not\s+(?P<how>{HOW["en"]})?)
          (?!\s*(?:only|just|merely|less|more)\b)
    """,
}
"""`list`: enumerations follow; `plain`: one thing, or several joined by or; `bare`: a property or a verb may follow as well."""
CUE = {language: re.compile(rf"(?<![\w-])(?:{cues})", re.IGNORECASE | re.VERBOSE) for language, cues in CUES.items()}
_BEHIND = r"(?:^|(?<=[.,;:()]))\s*(?P<thing>[^\s.,;:()][^.,;:()]{{1,60}}?)\s+(?P<cue>{})(?=\s*(?:$|[.,;:()]))"
BEHIND = {
    "it": re.compile(_BEHIND.format("esclus[oiae]"), re.IGNORECASE),
    "en": re.compile(_BEHIND.format("excluded"), re.IGNORECASE),
}
"""The cue behind its thing: droni esclusi."""
FREE = re.compile(r"(?<!\w)(?P<thing>[^\W_]+(?:[-‐‑][^\W_]+)*)(?P<cue>[-‐‑]free)\b(?!\s+(?:of|from)\b)", re.IGNORECASE)
OTHERWISE = re.compile(
    r"\b(?:(?:replac|eliminat)(?:es?|ing)|avoid(?:s|ing)?|sostitui(?:sce|scono|re|amo|endo)|(?:elimin|evit)(?:a|ano|are|iamo|ando))\b|\balternativ\w+\s+(?:to|ad?|al|allo|alla|ai|agli|alle)\b|\bnon[-‐‑]|\bno[-‐‑]"
    r"|\bno\s+(?:more\s+)?need\s+for\b",
    re.IGNORECASE,
)
"""Cues of startups' texts only: who replaces a thing does not offer it."""
SCOPE = re.compile(
    r"(?:(?!\s+(?:but|with|by|while|thanks|due|using|through|ma|con|mentre|grazie|mediante|tramite|attraverso)\b)[^.;:!?\n]){0,48}",
    re.IGNORECASE,
)
"""How far a cue reaches there."""

WORD = re.compile(r"[^\W_]+(?:[-‐‑.][^\W_]+)*['’]?")
BREAK = re.compile(r"[,;:!?()\[\]{}\"«»“”|\n/]|\.(?=\s|$)|\s[-–—]\s")
BEFORE = {
    "it": re.compile(
        rf"\s*(?:(?:il|lo|la|i|gli|le|uno?|una|dei|degli|delle|qualsiasi|qualunque|alcun[oa]?|ogni|l['’]|un['’])(?![^\W_])\s*|l['’]|un['’])*"
        rf"(?:quell[oiae]\s+(?:che\s+usano\s+)?(?:{HOW['it']}\s*)?|{USING['it']}\s*|tecnologi[ae]\s+(?=\w))?",
        re.IGNORECASE,
    ),
    "en": re.compile(
        rf"\s*(?:(?:an?|the|any|all)\s+)*(?:(?:those|ones)\s+(?:that\s+use\s+)?(?:{HOW['en']}\s+)?|{USING['en']}\s+)?",
        re.IGNORECASE,
    ),
}
"""What stands between a cue and its thing: articles, and pronouns for the offers (those with ammonia)."""
JOINTS = {
    "it": frozenset(re.findall(r"\w+", "di del dello della dei degli delle dell d a al allo alla ai agli alle all")),
    "en": frozenset(("of",)),
}
"""What a thing may have between its words."""
BREAKING = {
    "it": frozenset(re.findall(r"\w+", "che con da ed e in ma ne né o od per su tra fra anche")),
    "en": frozenset(re.findall(r"\w+", "and but for in on or nor that to which with")),
}
"""Function words that end a thing, with all stop words."""
OR = {"it": re.compile(r"\s*,?\s+(?:o|od|oppure|n[eé])\s+"), "en": re.compile(r"\s*,?\s+n?or\s+")}
AND = {"it": re.compile(r"\s+ed?\s+"), "en": re.compile(r"\s*,?\s+and\s+")}
ARTICLE = {"it": re.compile(r"(?:il|lo|la|i|gli|le)\s|l['’]"), "en": re.compile(r"(?:the|any)\s")}
COMMA = re.compile(
    r"\s*,\s*(?=(?:[^\s,.;:]+\s+){0,2}[^\s,.;:]+(?:\s*,\s*(?:[^\s,.;:]+\s+){0,2}[^\s,.;:]+)*\s*,?\s+(?:e|o|ed|and|or)\s)"
)
"""Within an enumeration that an "and" or "or" closes."""
OBJECT = re.compile(r"\s+(?:the|an?|our|their|its|il|lo|la|i|gli|le|un[oa]?)\s", re.IGNORECASE)
"""What follows a verb."""
CONTRAST = re.compile(r"\s*,?\s*(?:ma|bensì|but)\b", re.IGNORECASE)
TIDY = re.compile(r"\(\s*\)|\s+(?=[\s,.;:)])|,\s*(?=,)")
"""What a cut leaves behind."""
BASED = re.compile(r"[-‐‑\s](?:based|driven|powered)$", re.IGNORECASE)
MOST_THINGS = 8
"""Of a need; further ones stay in it."""
MOST_WORDS = 4
"""Of a thing, joints not counted."""
VERB = {
    "it": re.compile(r"dover|poter|far|aver|.{2,}(?:[aei]re|rre|[aei]r(?:l[oaie]|ne|ci|si|gli|mi|ti|vi))$"),
    "en": re.compile(r".{2,}ing$"),
}
"""Infinitives and gerunds: what is not to happen."""
PROPERTY = {
    "it": re.compile(r".{2,}(?:os[oaie]|bil[ei]|iv[oaie]|ic[oai]|iche|al[ei]|[aiu]t[oaie]|[ae]nt[ei]|ari?[aeo])$"),
    "en": re.compile(r".{2,}(?:ive|ous|[ai]ble|ful|less|al|(?<!-bas)ed|ing|[ae]nt|ary|ly|tic|xic)$"),
}
"""Adjectives, participles, adverbs."""
HARMS = frozenset(
    re.findall(
        r"\w+",
        """
        arresti arresto attesa attese blocchi blocco complicazioni compromessi compromesso conseguenze
        contaminazione contaminazioni costi costo crepe cricche danneggiamenti danni danno deformazione deformazioni
        difetti difetto dubbi dubbio errore errori esperienza fatica fermata fermate fermi fermo fine formazione
        graffi guasti guasto impegno incidenti incidente infortuni infortunio interruzione interruzioni interventi
        intervento investimenti investimento limite limiti modifica modifiche motivo pari perdita perdite pericoli
        pericolo precedenti preavviso problema problemi residui residuo rischi rischio ritardi ritardo rottura
        rotture rumore rumori scarti scarto sforzi sforzo smontaggi smontaggio sosta soste spesa spese sprechi
        spreco stress tempi vibrazione vibrazioni accident accidents breakage change changes compromise compromises
        contamination cost costs crack cracks damage danger defect defects deformation delay delays distortion doubt
        downtime effort efforts error errors exception expense expertise failure failures fewer injuries injury
        interruption interruptions intervention interventions investment later less limit limits longer loss losses
        matter modification modifications more need noise notice one problem problems residue residues risk risks
        scrap scratch scratches stop stoppage stoppages stops success supervision training vibration vibrations
        waiting waste way addetti anybody anyone chiunque competenze conoscenze consulente consulenti esperti
        manodopera operatore operatori personale persone nessuno programmatore programmatori qualcuno
        specialista specialisti sviluppatori tecnici tecnico consultant consultants developer developers
        engineers expert experts knowledge operator operators people personnel programmer programmers skill
        skills specialist specialists staff technician technicians worker workers
        """,
    )
)
"""What harms, costs or hinders in any trade, and people who are spared: nobody offers it, so it is not excluded but avoided."""
HARM_FIELD = "defects"
"""The glossary's file of such things."""
MATERIALS = "materials"
"""Its file of what things are made of, which is in them or is not."""


def find(text: str, language: str, phrases: Phrases) -> tuple[Exclusion, ...]:
    """Return what a need in `language` ("it" or "en") excludes, in order and apart from each other."""
    if not any(pattern.search(text) for pattern in (CUE[language], BEHIND[language], FREE)):
        return ()
    known = phrases(text, language)
    found: list[Exclusion] = []
    for start, end, thing in sorted(_spoken(text, language, known)):
        inner = phrases(text[slice(*thing)], language)
        property_of = WORD.match(text, thing[0])
        free = f"{property_of.group()}-free" if property_of and language == "en" else ""
        named = any(one.end - one.start == len(free) for one in phrases(free, language)) if free else False
        material = start < thing[0] and _is_material(thing, inner)
        property_ = (named and not material) or _whole(start, end, thing, known, inner, material=material)
        kept = property_ or _avoided(text[slice(*thing)], language, inner)
        if not kept and not (found and start < found[-1].end):
            found.append(Exclusion(BASED.sub("", text[slice(*thing)]), start, end))
        if len(found) == MOST_THINGS:
            break
    return tuple(found) if terms(rest(text, found), language) else ()


def rest(text: str, exclusions: Collection[Exclusion]) -> str:
    """Return a need without what it excludes."""
    at, kept = 0, []
    for one in sorted(exclusions, key=lambda one: one.start):
        kept.append(text[at : one.start])
        contrast = CONTRAST.match(text, one.end)
        at = max(at, contrast.end() if contrast else one.end)
    kept.append(text[at:])
    return TIDY.sub("", " ".join(kept)).strip(" ,;:") if len(kept) > 1 else text


def negated(text: str, language: str) -> tuple[Span, ...]:
    """Return the character ranges of a startup's text that say what it does without."""
    language = "it" if language == "it" else "en"
    cues = [(cue.start(), cue.end()) for pattern in (CUE[language], OTHERWISE) for cue in pattern.finditer(text)]
    ranges = [(start, end + len(SCOPE.match(text, end)[0])) for start, end in cues]  # type: ignore[index]  # it matches all
    return (*ranges, *((m.start("thing"), m.end()) for pattern in (BEHIND[language], FREE) for m in pattern.finditer(text)))


def may_deny(text: str, language: str) -> bool:
    """Tell, at little cost, whether `negated` can find anything in a text."""
    language = "it" if language == "it" else "en"
    return any(pattern.search(text) for pattern in (CUE[language], OTHERWISE, BEHIND[language], FREE))


def _spoken(text: str, language: str, known: Sequence[Found]) -> Iterator[tuple[int, int, Span]]:
    """Yield (start, end) of a cue with its thing, and the thing; things joined to another begin with their joint."""
    for cue in CUE[language].finditer(text):
        start = cue.start()
        for thing in _things(text, cue.end(), language, known, several=cue["list"] is not None):
            if cue["bare"] is None or _is_thing(text, cue, thing, language):
                yield start, thing[1], thing
            start = thing[1]
    for pattern in (BEHIND[language], FREE):
        for match in pattern.finditer(text):
            yield match.start("thing"), match.end("cue"), match.span("thing")


def _things(text: str, at: int, language: str, known: Sequence[Found], *, several: bool) -> Iterator[Span]:
    """Yield the things named from `at` on."""
    while True:
        before = BEFORE[language].match(text, at)
        first = before.end() if before else at
        last = _end(text, first, language, known)
        if last == first:
            return
        yield first, last
        joint = OR[language].match(text, last) or (COMMA.match(text, last) if several else None)
        if joint is None and (both := AND[language].match(text, last)):
            joint = both if several or ARTICLE[language].match(text, both.end()) else None
        if joint is None:
            return
        at = joint.end()


def _end(text: str, first: int, language: str, known: Sequence[Found]) -> int:
    """Return where the thing that begins at `first` ends; `first` where there is none."""
    last, words, before = first, 0, first
    for match in WORD.finditer(text, first):
        word = fold(match.group().rstrip("'’"))
        acronym = match.group().isupper() and len(word) > 1
        within = acronym or any(first <= one.start < match.start() < one.end for one in known)
        if BREAK.search(text, before, match.start()) or words == MOST_WORDS:
            break
        before = match.end()
        if word in JOINTS[language] and words and not acronym:
            continue
        if not within and (word in BREAKING[language] or word in STOP_WORDS[language]):
            break
        last, words = match.end(), words + 1
    return last


def _is_thing(text: str, cue: re.Match[str], thing: Span, language: str) -> bool:
    """Tell whether a "non" or "not" excludes a thing, and does not deny a property or a deed."""
    if cue["how"] or CONTRAST.match(text, thing[1]):
        return True
    stands_apart = (
        bool(cue["lead"]) or not text[: cue.start()].rstrip().rstrip(",;:(") or text[: cue.start()].rstrip()[-1] in ",;:("
    )
    first = fold(WORD.findall(text[slice(*thing)])[0])
    if OBJECT.match(text, thing[1]):
        return False
    return stands_apart and not PROPERTY[language].match(first) and not VERB[language].match(first)


def _is_material(thing: Span, inner: Sequence[Found]) -> bool:
    """Tell whether a thing as a whole may be one of the glossary's materials."""
    length = thing[1] - thing[0]
    return any((one.start, one.end) == (0, length) and MATERIALS in {s.field for s in one.senses} for one in inner)


def _is_spelt_out(sense: Entry) -> bool:
    """Tell whether a phrase says in both languages no more than its words: senza cromo, chrome-free, but not senza fili."""
    return any(CUE["it"].match(form) for form in sense.italian) and any(
        FREE.fullmatch(form) or CUE["en"].match(form) for form in sense.english
    )


def _whole(  # a cue, its thing, and what the glossary knows of both
    start: int, end: int, thing: Span, known: Sequence[Found], inner: Sequence[Found], *, material: bool
) -> bool:
    """Tell whether the glossary holds the cue and its thing as a phrase, and no longer phrase for the thing alone.

    Not where the thing is a material, and the phrase does no more than spell out that it is absent.
    """
    for one in known:
        cue = one.start < thing[0] if start < thing[0] else one.end > thing[1]
        if cue and one.end > max(start, thing[0]) and one.start < min(end, thing[1]):
            if material and all(map(_is_spelt_out, one.senses)):
                return False
            return not any(found.start == 0 and thing[0] + found.end > one.end for found in inner)
    return False


def _avoided(thing: str, language: str, inner: Sequence[Found]) -> bool:
    """Tell whether a thing is rather a deed or a harm, or nothing at all."""
    words = [fold(word) for word in WORD.findall(thing)]
    if not words:
        return True
    harms = any(
        one.start == 0 and one.end == len(thing) and all(sense.field == HARM_FIELD for sense in one.senses) for one in inner
    )
    if any(VERB["en"].match(word) for word in words[1:-1] if language == "en"):
        return True
    technology = language == "en" and any(one.start == 0 and one.end == len(thing) for one in inner)
    return harms or not HARMS.isdisjoint(words) or (VERB[language].match(words[0]) is not None and not technology)
