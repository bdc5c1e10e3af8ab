"""A need's terms with their translations: probabilistic structured queries (Darwish and Oard, CLEF 2003).

Each term of the need becomes a group of alternatives: itself, in its own language, and what it means in the other one, by
the glossary first, whose phrases count as wholes, else by the words learned from parallel texts.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from indexer.analysis import Term, fold, query_terms, terms
from indexer.bilingual.translations import STEM, Translations
from indexer.glossary.entries import Entry
from indexer.glossary.phrases import Found, PhraseBook
from indexer.glossary.senses import NOTHING, Chosen, Senses, alike, fitting, settled, spelling
from indexer.lexical import Group
from indexer.readings import Ambiguity, Sense
from indexer.routing import words_by_language
from indexer.stems import stem as stem_of

TAG = "it:"
"""Before the stems of Italian texts, so that fine (end) and fine (thin) are two terms."""
MOST = 4
"""Translations of a word that are looked up."""
LATER = 0.15
"""What each further form of a glossary entry counts of the one before it."""
LOAN = 0.05
"""What a word counts in the other language as it stands, if it has another translation there: software, layout."""

TELLING = 0.2
"""Weight from which an alternative is marked in the evidence."""

Alternatives = dict[str, float]


class Crossing:
    """Turns needs into groups of weighted stems of both languages. Immutable; safe to use from several threads."""

    def __init__(
        self, translations: Translations, entries: Iterable[Entry], senses: Senses, italian: PhraseBook | None = None
    ) -> None:
        """Cross with a glossary and an artefact's translations.

        Args:
            translations: the artefact.
            entries: the glossary.
            senses: how likely the senses of an Italian text's phrases are.
            italian: the glossary's Italian forms, where they were made ready already.
        """
        known = tuple(entries)
        self._senses = senses
        self.known = words_by_language(known)
        """The languages of the glossary's words, for `routing`."""
        self._books = {
            "it": italian or PhraseBook(known, "it", lambda word, entry: translations.agreement(word, entry.english) == 0.0),
            "en": PhraseBook(known, "en"),
        }
        self._to_english = translations
        self._to_italian = _reversed(translations)
        self._stems: Callable[[str, str], tuple[str, ...]] = lru_cache(50_000)(_stems)

    def groups(self, text: str, language: str, chosen: Chosen = NOTHING) -> tuple[Group, ...]:
        """Return the terms of a need in `language` ("it" or "en"), each with its alternatives in both languages.

        Words have the senses `chosen` for them, the others each of theirs as it is likely.
        """
        own = query_terms(text, language)
        groups: dict[Group, None] = {}
        at = 0
        for phrase, shares in self._read(text, own, language, chosen):
            before = [term for term in own[at:] if term.end <= phrase.start]
            within = [term for term in own if phrase.start <= term.start and term.end <= phrase.end]
            groups.update(dict.fromkeys(self._of_term(text, term, language) for term in before))
            groups.update(dict.fromkeys(self._of_phrase(text, _likeliest(phrase, shares), within, language)))
            at = own.index(within[-1]) + 1
        groups.update(dict.fromkeys(self._of_term(text, term, language) for term in own[at:]))
        return tuple(groups)

    def ambiguities(self, text: str, language: str, chosen: Chosen = NOTHING) -> tuple[Ambiguity, ...]:
        """Return the words of an Italian text with senses that are said by different English words, each one once.

        Senses count of which the glossary says what is meant: other words only happen to share their stem (leggero, leggere).
        """
        if language != "it":
            return ()
        found: dict[tuple[Entry, ...], Ambiguity] = {}
        for phrase, shares in self._read(text, query_terms(text, language), language, chosen):
            senses: dict[tuple[str, ...], Entry] = {}
            for sense in phrase.senses:
                senses.setdefault(self._stems(sense.english[0], "en"), sense)
            told = [sense for sense in senses.values() if sense.sense_it or sense.sense_en]
            if len(told) > 1 and phrase.senses not in found:
                spelt = text[phrase.start : phrase.end]
                taken = senses[self._stems(_likeliest(phrase, shares)[0][0].english[0], "en")]
                offered = tuple(map(_told, senses.values()))
                found[phrase.senses] = Ambiguity(
                    spelt, phrase.start, phrase.end, _told(taken), offered, chosen=spelling(spelt) in chosen
                )
        return tuple(found.values())

    def knows(self, word: str, language: str) -> bool:
        """Tell whether a folded word, as it stands, is in the glossary or the parallel texts of a language ("it" or "en")."""
        if language in self.known.get(word, ()):
            return True
        return bool(self._to_english.of(word)) if language == "it" else word in self._to_italian

    def knows_stem(self, word: str, language: str) -> bool:
        """Tell whether another form of a folded word is in the parallel texts of a language."""
        if language == "it":
            return bool(self._to_english.of_stem(word))
        return STEM + stem_of(word, "en") in self._to_italian

    def phrases(self, text: str, language: str) -> tuple[Found, ...]:
        """Return the glossary's phrases in a text in `language` ("it" or "en")."""
        return self._books[language].find(text)

    def _read(self, text: str, own: Sequence[Term], language: str, chosen: Chosen) -> Iterator[tuple[Found, Sequence[float]]]:
        """Return the phrases that hold terms of a need, with the share of each of their senses."""
        found = [phrase for phrase in self._books[language].find(text) if _holds(phrase, own)]
        if language != "it":
            return zip(found, alike(text, found), strict=True)
        found = fitting(text, found)
        return zip(found, settled(text, found, self._senses, chosen), strict=True)

    def _of_term(self, text: str, term: Term, language: str) -> Group:
        word = fold(text[term.start : term.end])
        alternatives: Alternatives = {tagged(term.stem, language): 1.0}
        translations = self._translations(word, language)
        for stem, share in translations.items():
            alternatives[stem] = alternatives.get(stem, 0.0) + share
        is_loan = language == "it" and not self._to_english.of(word) and word in dict(self._to_english.of_stem(word))
        self._lend(alternatives, text[term.start : term.end], language, LOAN if translations and not is_loan else 1.0)
        return tuple(alternatives.items())

    def _of_phrase(
        self, text: str, senses: Sequence[tuple[Entry, float]], within: Sequence[Term], language: str
    ) -> tuple[Group, ...]:
        """Return a group per word of the phrase or of its first translation, whichever has more."""
        slots = self._slots(senses, _other(language))
        groups = []
        for place in range(max(len(slots), len(within))):
            alternatives: Alternatives = {}
            if place < len(within):
                term = within[place]
                alternatives[tagged(term.stem, language)] = 1.0
                self._lend(alternatives, text[term.start : term.end], language, LOAN if slots else 1.0)
            if place < len(slots):
                total = sum(slots[place].values())
                for stem, weight in slots[place].items():
                    alternatives[stem] = max(alternatives.get(stem, 0.0), weight / total)
            groups.append(tuple(alternatives.items()))
        return tuple(groups)

    def _slots(self, senses: Sequence[tuple[Entry, float]], other: str) -> list[Alternatives]:
        """Return the stems of the first translation, a slot each; the other translations' last words join the last slot.

        Where two translations differ in their last word only, what stands before it says the same in both.
        """
        slots: list[Alternatives] = []
        main: tuple[str, ...] = ()
        for entry, share in senses:
            weight = share
            for form in entry.forms(other):
                stems = tuple(dict.fromkeys(self._stems(form, other)))
                if stems and not main:
                    main, slots = stems, [{} for _ in stems]
                for place, stem in enumerate(reversed(stems[-len(main) :] if main else ()), start=1):
                    if place == 1 or stem == main[-place]:
                        slots[-place][stem] = max(slots[-place].get(stem, 0.0), weight)
                weight *= LATER
        return slots

    def _translations(self, word: str, language: str) -> Alternatives:
        found: Alternatives = {}
        if language == "it":
            for english, share in (self._to_english.of(word) or self._to_english.of_stem(word))[:MOST]:
                for stem in self._stems(english, "en"):
                    found[stem] = found.get(stem, 0.0) + share
        else:
            known = self._to_italian
            for italian, share in known.get(word) or known.get(STEM + stem_of(word, "en"), ()):
                found[TAG + italian] = found.get(TAG + italian, 0.0) + share
        return found

    def _lend(self, alternatives: Alternatives, spelt: str, language: str, weight: float) -> None:
        """Add a word as the other language would read it: names, codes and loan words are the same there."""
        for stem in self._stems(spelt, _other(language)):
            alternatives[stem] = max(alternatives.get(stem, 0.0), weight)


def telling(groups: Iterable[Group]) -> frozenset[str]:
    """Return the stems that are worth marking in an answer: not the unlikely translations."""
    return frozenset(stem for group in groups for stem, weight in group if weight >= TELLING)


def tagged(stem: str, language: str) -> str:
    """Return a stem as it is indexed: those of Italian texts are kept apart from the others."""
    return TAG + stem if language == "it" else stem


def _stems(text: str, language: str) -> tuple[str, ...]:
    return tuple(tagged(term.stem, language) for term in terms(text, language))


def _other(language: str) -> str:
    return "en" if language == "it" else "it"


def _likeliest(phrase: Found, shares: Sequence[float]) -> list[tuple[Entry, float]]:
    """Return the senses of a phrase with their shares, the likeliest first; without those that it cannot have."""
    return sorted((pair for pair in zip(phrase.senses, shares, strict=True) if pair[1] > 0), key=lambda pair: -pair[1])


def _told(entry: Entry) -> Sense:
    return Sense(entry.english[0], entry.sense_it, entry.sense_en)


def _holds(phrase: Found, own: Sequence[Term]) -> bool:
    return any(phrase.start <= term.start and term.end <= phrase.end for term in own)


def _reversed(translations: Translations) -> dict[str, tuple[tuple[str, float], ...]]:
    """Return per English word, and per stem (see `STEM`), the Italian stems that it may be said by, with their shares."""
    found: dict[str, dict[str, float]] = {}
    for italian, meant in translations:
        if italian.startswith(STEM):
            for english, share in meant:
                for key in (english, STEM + stem_of(english, "en")):
                    weights = found.setdefault(key, {})
                    weights[italian.removeprefix(STEM)] = weights.get(italian.removeprefix(STEM), 0.0) + share
    turned = {}
    for english, weights in found.items():
        best = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]
        total = max(sum(weight for _, weight in best), 1.0)
        turned[english] = tuple((italian, weight / total) for italian, weight in best)
    return turned
