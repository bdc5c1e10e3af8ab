"""Words to stems: Snowball's, with a table where it fails on the Italian and English of industry."""

import re
import threading
from functools import lru_cache

import Stemmer

SNOWBALL = {"it": "italian", "en": "english"}

NOUN_IN_ITA = re.compile(
    r"(?:(?:(?<!s)al|il|iv|av|ov|os|ens|ers|ess|id|ic|ac|oc|lar|rior|tor|an|e|form|norm)ita"
    r"|(?:qu?ant|\bent|ident|\bun|comun|opportun|immun|continu|grav|dign)ita)$"
)
"""Endings and words of qualità, umidità, densità: without its accent the noun looks like a participle (fornita)."""
AIO = re.compile(r"(.{2,}[ao]i)[oae]?")
"""Acciaio and acciai, serbatoio and serbatoi, caldaia and caldaie."""
PROCESS = re.compile(r"(.{3,})(?:atur[ae]|atric[ei])")
"""Saldatura, saldature, saldatrice: what is done, and the machine that does it."""
MUCH_SHORTENED = 3
NO_PROCESS = frozenset({"temper", "letter", "sopranatural", "form", "arm", "nomencl", "mini", "apparecchi", "sfum", "port"})
"""Temperatura is no process, and what is left of formatura or armatura says something else."""
CAMERE = re.compile(r"(.*(?:camer|mascher|letter|tesser|sfer|legger|polver))[eai]")
"""Plurals that Snowball takes for infinitives: telecamere, maschere, leghe leggere."""

FORMS = {
    "it": """
        accessor: accessorio accessori
        acqu: acqua acque
        ag: ago aghi
        aisi: aisi
        allumina: allumina allumine
        analis: analisi analizza analizzare analizzano analizzato analizzati analizzata analizzatore analizzatori
        ampi: ampio ampi ampia ampie
        anima: anima anime
        artigian: artigiano artigiani
        batterio: batterio batteri batterico batterici batterica batteriche
        bandier: bandiera bandiere
        benefic: beneficio benefici
        cementazion: cementazione cementare cementato cementati cementata cementate
        chiav: chiave chiavi
        cistern: cisterna cisterne
        colata: colata colate
        comand: comando comandi telecomando telecomandi
        commerc: commercio commerci
        contribut: contributo contributi
        copert: coperto coperti coperta coperte
        dato: dato dati
        data: data date
        divers: diverso diversi diversa diverse
        edific: edificio edifici
        elettr: elettricita
        forno: forno forni
        formazion: formazione formazioni
        format: formato formati
        important: importante importanti
        ingegner: ingegnere ingegneri
        cantier: cantiere cantieri
        isola: isola isole
        istitut: istituto istituti
        laborator: laboratorio laboratori
        lega: lega leghe
        limit: limite limiti
        lotto: lotto lotti
        magnet: magnete magneti magnetico magnetica magnetici magnetiche
        elettromagnet: elettromagnete elettromagneti elettromagnetico elettromagnetica elettromagnetici elettromagnetiche
        marmo: marmo marmi
        monet: moneta monete
        numeric: numerico numerica numerici numeriche
        microfon: microfono microfoni
        oli: olio oli olii
        italian: italiano italiani italiana italiane
        lontan: lontano lontani lontana lontane
        occhi: occhio occhi
        operai: operaio operai operaia operaie
        orific: orificio orifici
        organic: organico organici organica organiche
        osservator: osservatorio osservatori
        paret: parete pareti
        particolar: particolare particolari
        punta: punta punte
        quotidian: quotidiano quotidiani quotidiana quotidiane
        rame: rame
        repart: reparto reparti
        risparm: risparmio risparmi risparmiare
        rifiuto: rifiuto rifiuti
        salut: salute
        solar: solare solari
        stabiliment: stabilimento stabilimenti
        stampo: stampo stampi
        superfic: superficie superfici
        tessut: tessuto tessuti
        telefon: telefono telefoni
        testa: testa teste
        testo: testo testi
        torni: tornio torni tornire tornito torniti tornitura torniture tornitore tornitori tornitrice tornitrici
        trapan: trapano trapani
        uom: uomo uomini
        us: uso usi usare usano usato usati usata usate usando
        vibr: vibrazione vibrazioni vibrazionale vibrazionali
        vernic: verniciatura verniciature
        vite: vite viti
    """,
    "en": """
        analys: analysis analyses analyse analyze analyzes analysed analyzed analysing analyzing analyser analyzer
        axis: axis axes
        matrix: matrix matrices
        meter: metre metres
        center: centre centres centred
        fiber: fibre fibres fiber fibers
        aluminum: aluminium aluminum
        sulfur: sulphur sulfur
        gray: grey gray
        program: programme programmes
        mold: mould moulds moulding mouldings moulded
        moldmak: mouldmaking mouldmaker mouldmakers moldmaking moldmaker moldmakers
        color: colour colours coloured colouring
        vapor: vapour vapours
        labor: labour
        catalog: catalogue catalogues
        gaug: gage gages
    """,
}
"""Word forms and the stem that they share, where Snowball parts them, or gives them the stem of something else."""

MERGED = {
    "it": """
        affid>affidabil assemblagg>assembl automatizz>automat autom>automat cablagg>cabl corrod>corrosion
        corros>corrosion difettos>difett dosagg>dos energet>energ fissagg>fiss imballagg>imball incollagg>incoll
        lavagg>lav macchinar>macchin manutentor>manutenzion monitoragg>monitor polv>polver pressofus>pressofu
        produc>produzion produrr>produzion produtt>produzion produttiv>produzion riciclagg>ricicl ridott>riduzion
        riduc>riduzion ridurr>riduzion robotizz>robot saldator>sald sosten>sostenibil stoccagg>stocc
    """,
    "en": "",
}
"""Stems that are one word's: the noun's and the verb's, the thing's and the action's."""

BRITISH = re.compile(r"(.{2,}(?:im|al|on|or|er|ar|id|at|il|ol|ic|it|et|an|en|om|rd|ys))is(e[drs]?|ers|ing|ation|ations)")
NOT_BRITISH = re.compile(r"(?:.*(?:prom|pois|noise|apprais|advert))is.*|.*(?:rais|nois|pois|cruis).*")


def _forms(table: str) -> dict[str, str]:
    lines = (line.partition(":") for line in table.split("\n"))
    return {form: stem.strip() for stem, _, forms in lines for form in forms.split()}


_FORMS = {language: _forms(table) for language, table in FORMS.items()}
_MERGED = {language: dict(pair.split(">") for pair in table.split()) for language, table in MERGED.items()}
_own = threading.local()  # a Stemmer is not safe to share between threads


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """Return the stem of a word in lower case without accents, Italian ("it") or English ("en")."""
    known = _FORMS[language].get(word)
    if known is not None:
        return known
    found = _italian(word) if language == "it" else _english(word)
    return _MERGED[language].get(found, found)


def _italian(word: str) -> str:
    if NOUN_IN_ITA.search(word):
        return _snowball(word[:-1] + "à", "it")
    if match := AIO.fullmatch(word):
        return match[1]
    if match := CAMERE.fullmatch(word):
        return match[1]
    if word.endswith("iere"):  # lamiere, filiere
        word = word[:-1] + "a"
    if (match := PROCESS.fullmatch(word)) and match[1] not in NO_PROCESS:
        word = match[1] + "are"
    found = _snowball(word, "it")
    if len(found) > MUCH_SHORTENED and found == word and found[-1] in "aeio":  # asse, assi; arco, archi: too short for Snowball
        found = found[:-1]
    if found.endswith(("ch", "gh")):
        found = found[:-1]
    return found[:-2] if found.endswith("ific") else found  # verificare as verifica


def _english(word: str) -> str:
    if "is" in word and (match := BRITISH.fullmatch(word)) and not NOT_BRITISH.fullmatch(word):
        word = f"{match[1]}iz{match[2]}"
    return _snowball(word, "en")


def _snowball(word: str, language: str) -> str:
    stemmers: dict[str, Stemmer.Stemmer] = _own.__dict__
    if language not in stemmers:
        stemmers[language] = Stemmer.Stemmer(SNOWBALL[language])
    stemmed: str = stemmers[language].stemWord(word)
    return stemmed
