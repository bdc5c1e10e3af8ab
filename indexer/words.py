"""Words of a text: how they are spelt alike, and which of them carry no meaning."""

import unicodedata

from bm25s.stopwords import STOPWORDS_EN_PLUS, STOPWORDS_ITALIAN

LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "μ": "u"})
"""Letters that Unicode does not take apart, and micro's Greek letter."""
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))

MORE_STOP_WORDS = {
    "it": """
        affinché agli alcun alcuna alcune alcuni altra altre altri altro ancora anziché attraverso benché bensì circa cioè
        cosa così cosicché cos dentro deve devono dopo dove durante ecc eccetera entro essere etc fa finché fino fra già
        gli grazie infatti inoltre invece laddove lì mediante mentre molta molte molti molto nessun nonché nonostante ogni
        oltre oppure ossia ovvero perciò pertanto po poi poiché posso possono possa presso prima proprio pur purché pure può
        qua qualche qualcun qualora quali qualsiasi qualunque quando quell quest qui quindi sarebbe secondo sempre senz
        stata state stessa stesse stessi stesso tal tale tali tanto tramite tutta tutte tutt va vengono venire verso via viene
        dunque ed od pero però quant quand com dov anch ciò
    """,
    "en": """
        also although among another anyone could either etc eg every hence however ie instead may might must neither one
        onto rather shall since someone something still therefore thus toward towards unless upon us via whereas whether
        whose within would yet
    """,
}
"""What the lists of bm25s lack: connectives, elided forms, auxiliaries. `stato` stays a term: stato solido, stato di usura."""

FILLERS = {
    "it": """
        aiutare aiuti aiutino azienda aziende bisogno cerca cercando cercano cercasi cerchiamo cerco ci disponibile disponibili
        fornisca fornitore forniscano idea idee impresa imprese interessa interessati interesserebbe nostra nostre nostri
        nostro occorre occorrono offra offrano offre possibile possibili problema proponga propongano qualcosa qualcuno realtà
        ricerca ricerchiamo richiesta sapere serve servirebbe servono soluzione soluzioni startup stiamo trovare vogliamo
        voglio vorrei vorremmo esiste esistono necessità necessita chi
    """,
    "en": """
        able anybody anyone companies company firm firms interested looking look need needed needs offer offering offers ours
        please provide provider providers provides providing seek seeking solution solutions startup startups want wanted wish
    """,
}
"""Words in which a need is wrapped up: they say that something is sought, and not what."""


def fold(text: str) -> str:
    """Return `text` in lower case without accents; used on single words, so offsets don't matter."""
    if text.isascii():
        return text.lower()
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return plain.translate(INVISIBLE).translate(LETTERS)


STOP_WORDS = {
    "it": frozenset(map(fold, (*STOPWORDS_ITALIAN, *MORE_STOP_WORDS["it"].split()))),
    "en": frozenset(map(fold, (*STOPWORDS_EN_PLUS, *MORE_STOP_WORDS["en"].split()))),
}
FILLER_WORDS = {language: frozenset(map(fold, words.split())) for language, words in FILLERS.items()}
