"""The words by which a need is cut into parts, and by which its parts are told apart."""

# ruff: noqa: RUF001  # apostrophes, hyphens and dashes as they are typed
import re

from indexer.exclusions import BREAK

DEED = {
    "it": re.compile(r"\w{2,}(?:ura|zione|sione|aggio|mento|atura)$|additive$|rettifica$|tempra$|taglio$"),
    "en": re.compile(r"\w{2,}(?:ing|tion|sion|ment)$|additive$|anneal$|weld$"),
}
"""How processes end."""
NO_DEED_WORD = re.compile(
    r"(?:rotating|moving|running|existing|remaining|incoming|outgoing|hanging|working|operating|aging|building"
    r"|packaging|engineering|ceiling|bearing)$"
)
"""What ends like a gerund and is none, or stands before its noun."""

_ART = r"(?:d(?:el(?:l[oae])?|ei|egli)|d(?:ell)?['’])"
_CUTS = {
    "it": {
        "that": r"(?:e\s+)?che(?:\s+(?:si|ci))?|in\s+grado\s+di|capac[ei]\s+di",
        "with": r"con|col|coi|tramite|mediante|attraverso|usando|utilizzando|a\s+base\s+(?:di|d['’])"
        r"|basat[oaie]\s+(?:su(?:l(?:l[oae])?|i|gli)?|sull['’])",
        "for": r"per|ad\s+uso|destinat[oaie]\s+a(?:l(?:l[oae])?|i|gli)?|utilizzabil[ei]\s+per",
        "in": r"in|ne(?:l(?:l[oae])?|i|gli)|nell['’]|su(?:l(?:l[oae])?|i|gli)?|sull['’]|presso|dentro|tra|fra"
        r"|(?:fatt|realizzat|compost)[oaie]\s+(?:in|di|con)",
        "from": r"da(?:l(?:l[oae])?|i|gli)?|dall['’]",
        "of": rf"di|d['’]|{_ART}",
    },
    "en": {
        "that": r"(?:and\s+)?(?:that|which|who)|able\s+to|capable\s+of",
        "with": r"with|by|via|through|using|based\s+on|containing",
        "for": r"for|suitable\s+for|intended\s+for",
        "in": r"in|on|at|inside|into|onto|across|made\s+(?:of|from|with|in|out\s+of)",
        "from": r"from",
        "of": r"of",
        "to": r"to",
    },
}
CUT = {
    language: re.compile(
        r"(?<![\w-])(?:" + "|".join(rf"(?P<{name}>{words})" for name, words in cuts.items()) + r")(?:(?<=['’])|(?![\w-]))",
        re.IGNORECASE,
    )
    for language, cuts in _CUTS.items()
}
WITHOUT = re.compile(r"(?<![\w-])(?P<without>senza|priv[oiae]\s+di|without|free\s+(?:of|from))(?![\w-])", re.IGNORECASE)
"""What begins a part of its own."""
KEPT = re.compile(
    r"(?<!\w)(?:in\s+(?:linea|tempo\s+reale|continuo|serie|loco|modo|piccol[aoie]|grand[ei]|line|real[\s-]time"
    r"|house|situ|series|bulk|stock)"
    r"|su\s+misura|da\s+remoto|a\s+bordo|per\s+(?:esempio|macchina|pezzo|lega|lotto|giorno|ora)|by\s+(?:machine"
    r"|alloy|hand|piece|weight)"
    r"|on\s+(?:site|demand|board|line)|at\s+once|sotto\s+vuoto|da\s+banco|con\s+un\s+|by\s+itself)(?!\w)",
    re.IGNORECASE,
)
"""Turns of speech that are not cut."""
NO_DEED_BEFORE = re.compile(
    r"(?:alternatives?|due|according|up|next|close|resistant|resistance|similar|compared?|access|connect\w*"
    r"|respon\w+|exposed|respect|subject|related"
    r"|thanks|appl\w+|add(?:ed|ition)|attached|sensitive|adapted|equal|want|need|like|have|how|ready|have|ought"
    r"|able|going|from)\s+$",
    re.IGNORECASE,
)
NO_DEED = re.compile(r"\s*(?:the|an?|our|their|its|this|that|these|those|each|any|\w+ing|\d[\w.,]*|[A-Z]\w*)(?!\w)")
"""What makes "to" a preposition, before it and behind it."""
SEEKING = re.compile(
    r"(?<!\w)(?:cerchiamo|cerco|cercasi|cercando|alla\s+ricerca|bisogno|ci\s+(?:serv|occorr)\w+|servirebbe\w*"
    r"|vogliamo|vorremmo|vorrei|ci\s+interessa\w*"
    r"|looking\s+for|(?:we|i)\s+(?:need|want|would\s+like|seek|are\s+after)|we['’]d\s+like|seeking|searching\s+for"
    r"|in\s+need\s+of)(?!\w)",
    re.IGNORECASE,
)
"""What says that a sentence asks for something: those before it say who asks."""
COURTESY = re.compile(
    r"\s*(?:(?:tante\s+|mille\s+)?grazie|cordial\w*|distinti|(?:un\s+)?salut\w*|buon(?:giorno|asera|\s)|salve|ciao"
    r"|gentil\w*|egregi\w*|spett\w*|thanks?|best\s+(?:regards|wishes)|kind\s+regards"
    r"|regards|dear|hello|hi|good\s+(?:morning|afternoon))(?!\w)[^,.;:!\n]{0,40}[,.;:!\n]?\s*$",
    re.IGNORECASE,
)
BREAKS = re.compile(rf"{BREAK.pattern}|\s+(?:ma|bensì|but|oppure|mentre|while)\s+|,?\s+as\s+well\s+as\s+", re.IGNORECASE)
EDGES = {
    "it": frozenset(
        re.findall(
            r"\w+",
            """
            avere sapere se produttore produttori produttrice costruttore tipo mille buongiorno grazie dovrebbe dovrebbero
            esiste deve devono necessario necessaria idoneo idonea idonei adatto adatta adatti adatte anche possibilmente
            preferibilmente meglio nuovo nuovi partner fornitori dotato dotati dotata dotate lunghi lunga lungo lunghe
            alti alto alta alte largo larghi spesso spessi spesse
            """,
        )
    ),
    "en": frozenset(
        re.findall(
            r"\w+",
            """
            find have get buy know like would us also preferably must should manufacturer manufacturers maker makers supplier
            suppliers vendor partner suitable new long wide high thick tall deep complying made
            """,
        )
    ),
}
"""Words that a part does not begin or end with, beside stop words and fillers."""
GENERIC = {
    "it": re.compile(
        r"(?:un\w*\s+)?(?:sistem[ai]|dispositiv[oi]|tecnologi[ae]|metod[oi]|strument[oi]|impiant[oi]|modo|soluzion[ei])"
    ),
    "en": re.compile(r"(?:systems?|devices?|technolog(?:y|ies)|methods?|tools?|ways?|solutions?|something)"),
}
"""What says nothing where a purpose follows."""
NEGATIONS = frozenset(re.findall(r"\w+", "senza non no né without not never nor"))
WORD = re.compile(r"[^\W_]+(?:[-‐‑.'’/+][^\W_]+)*['’]?")
PREDICATE = {
    "it": re.compile(
        r"(?<!\w)(?:(?:resistent|resist|lavor|funzion|oper|regg|sopport|stabil)\w*|cost[aoi]\w*|pesa\w*"
        r"|pes[oi])\s+(?:a|ad|di|da)?\s*$",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"(?<!\w)(?:withstand\w*|resist\w*|stands?|bears?|operat\w+|work\w*|stable|cost\w*|weigh\w*)\s+(?:at|to|of"
        r"|between)?\s*$",
        re.IGNORECASE,
    ),
}
"""What a figure is said of, if a verb."""
ELIDED = re.compile(r"(?:un|gl|[ldcs]|(?:d|n|a|s)?all|dell|nell|sull|quell|quest)['’](?=\w)", re.IGNORECASE)
"""Articles and prepositions that are written onto the next word."""
