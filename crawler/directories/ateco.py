"""ATECO, the Italian classification of economic activities (ISTAT, from NACE): its divisions, by the first two digits."""

import re

DIVISIONS = {
    row[:2]: row[3:]
    for row in """
01 coltivazioni agricole e produzione di prodotti animali, caccia e servizi connessi
02 silvicoltura e utilizzo di aree forestali
03 pesca e acquacoltura
05 estrazione di carbone
06 estrazione di petrolio greggio e di gas naturale
07 estrazione di minerali metalliferi
08 altre attività di estrazione di minerali da cave e miniere
09 servizi di supporto all'estrazione
10 industrie alimentari
11 industria delle bevande
12 industria del tabacco
13 industrie tessili
14 confezione di articoli di abbigliamento
15 fabbricazione di articoli in pelle e simili
16 industria del legno e dei prodotti in legno e sughero
17 fabbricazione di carta e di prodotti di carta
18 stampa e riproduzione di supporti registrati
19 fabbricazione di coke e prodotti derivanti dalla raffinazione del petrolio
20 fabbricazione di prodotti chimici
21 fabbricazione di prodotti farmaceutici di base e di preparati farmaceutici
22 fabbricazione di articoli in gomma e materie plastiche
23 fabbricazione di altri prodotti della lavorazione di minerali non metalliferi
24 metallurgia
25 fabbricazione di prodotti in metallo, esclusi macchinari e attrezzature
26 fabbricazione di computer e prodotti di elettronica e ottica
27 fabbricazione di apparecchiature elettriche
28 fabbricazione di macchinari e apparecchiature
29 fabbricazione di autoveicoli, rimorchi e semirimorchi
30 fabbricazione di altri mezzi di trasporto
31 fabbricazione di mobili
32 altre industrie manifatturiere
33 riparazione, manutenzione e installazione di macchine e apparecchiature
35 fornitura di energia elettrica, gas, vapore e aria condizionata
36 raccolta, trattamento e fornitura di acqua
37 gestione delle reti fognarie
38 raccolta, trattamento e smaltimento dei rifiuti, recupero dei materiali
39 attività di risanamento e altri servizi di gestione dei rifiuti
41 costruzione di edifici
42 ingegneria civile
43 lavori di costruzione specializzati
45 commercio e riparazione di autoveicoli e motocicli
46 commercio all'ingrosso
47 commercio al dettaglio
49 trasporto terrestre e trasporto mediante condotte
50 trasporto marittimo e per vie d'acqua
51 trasporto aereo
52 magazzinaggio e attività di supporto ai trasporti
53 servizi postali e attività di corriere
55 alloggio
56 attività dei servizi di ristorazione
58 attività editoriali
59 produzione cinematografica, video e programmi televisivi, registrazioni musicali e sonore
60 attività di programmazione e trasmissione
61 telecomunicazioni
62 produzione di software, consulenza informatica e attività connesse
63 servizi d'informazione, elaborazione dei dati e altri servizi informatici
64 attività di servizi finanziari
65 assicurazioni, riassicurazioni e fondi pensione
66 attività ausiliarie dei servizi finanziari e delle attività assicurative
68 attività immobiliari
69 attività legali e contabilità
70 attività di direzione aziendale e di consulenza gestionale
71 attività degli studi di architettura e d'ingegneria, collaudi ed analisi tecniche
72 ricerca scientifica e sviluppo
73 pubblicità e ricerche di mercato
74 altre attività professionali, scientifiche e tecniche
75 servizi veterinari
77 attività di noleggio e leasing operativo
78 attività di ricerca, selezione, fornitura di personale
79 attività dei servizi delle agenzie di viaggio e dei tour operator
80 servizi di vigilanza e investigazione
81 attività di servizi per edifici e paesaggio
82 attività di supporto per le funzioni d'ufficio e altri servizi di supporto alle imprese
84 amministrazione pubblica e difesa
85 istruzione
86 assistenza sanitaria
87 servizi di assistenza sociale residenziale
88 assistenza sociale non residenziale
90 attività creative, artistiche e di intrattenimento
91 attività di biblioteche, archivi, musei ed altre attività culturali
92 attività riguardanti le lotterie, le scommesse, le case da gioco
93 attività sportive, di intrattenimento e di divertimento
94 attività di organizzazioni associative
95 riparazione di computer e di beni per uso personale e per la casa
96 altre attività di servizi per la persona
97 attività di famiglie come datori di lavoro per personale domestico
98 produzione di beni e servizi per uso proprio da parte di famiglie
99 organizzazioni ed organismi extraterritoriali
""".strip().split("\n")
}


def ateco_code(text: str) -> str:
    """Return a code in its usual spelling (`62.10.00`), from `621000`, `62.10`, `62,1` or `J 62.10`; empty where it is none.

    The division has to exist; finer classes are not checked, since two editions (2007, 2025) are in use.
    """
    found = re.fullmatch(r"(?:[A-Z][ .-]*)?(\d{2}(?:[.,]?\d){0,4})", text.strip())
    digits = re.sub(r"\D", "", found[1]) if found else ""
    return ".".join(re.findall(r"\d{1,2}", digits)) if digits[:2] in DIVISIONS else ""


def division(code: str) -> str:
    """Return what the division of a code is called, in Italian; empty where there is none."""
    return DIVISIONS.get(code[:2], "")
