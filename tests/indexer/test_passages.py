"""Passages are verbatim, complete, within one block and within what the model reads."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.records import Block, Page, Profile, Startup
from indexer.encoder import Encoder
from indexer.passages import LONGEST, MIN_HEADING_WORDS, page_passages, profile_passages, summary
from indexer.results import Passage
from tests.indexer.conftest import FakeEncoder, steady

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ODD = ["S.p.A.", "0.5", "3,14", "e\u0301", "città", "ﬁbra", "İstanbul", "😀", "語", "\u2028", "\n", "\n\n", "\t", "", "y" * 70]
SIGNS = ["(", ")", "“", "”", "«", "»", '"', "?", "…", "—", "."]
PIECES = st.sampled_from(["Acciaio", "laser.", "Robot!", "x", "The laser", "Where it is used", *ODD, *SIGNS])
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map(" ".join), st.text(max_size=60), st.just("Same again. Same again."))
HEADINGS = st.one_of(st.just(""), st.sampled_from(["Where it is used", "The laser", "Same again."]), st.text(max_size=15))
BLOCKS = st.lists(st.builds(Block, HEADINGS, TEXTS), max_size=6).map(tuple)


def page_of(*blocks: Block) -> Page:
    return Page("https://acme.example/", "acme", "Acme", "en", blocks, NOW)


def passages_of(page: Page, encoder: Encoder, words: int = 60) -> list[Passage]:
    return list(page_passages(page, words=words, max_tokens=encoder.max_tokens, count_tokens=encoder.count_tokens))


def areas(page: Page) -> list[tuple[int, int, str]]:
    """Where passages may lie, and under which heading, counted from the blocks alone."""
    found, at = [], 0
    for number, block in enumerate(page.blocks):
        at += 2 if number else 0
        if block.heading and not block.text:
            found.append((at, at + len(block.heading), ""))
        at += len(block.heading) + (1 if block.heading and block.text else 0)
        found.append((at, at + len(block.text), block.heading))
        at += len(block.text)
    assert at == len(page.text)
    return found


def check(page: Page, found: list[Passage], encoder: Encoder) -> None:
    text, allowed, covered, last = page.text, areas(page), set[int](), 0
    for one in found:
        assert one.text == text[one.start : one.end] == one.text.strip() != ""
        assert last <= one.start
        assert len(one.text) <= LONGEST
        assert any(low <= one.start and one.end <= high and one.heading == heading for low, high, heading in allowed)
        last = one.end
        covered.update(range(one.start, one.end))
    for one, tokens in zip(found, encoder.count_tokens([one.text for one in found]), strict=True):
        assert tokens <= encoder.max_tokens or len(one.text) == 1
    for low, high, heading in allowed:
        bare = heading == "" and any(b.heading == text[low:high] and not b.text for b in page.blocks)
        if not bare or len(text[low:high].split()) >= MIN_HEADING_WORDS:
            assert [c for c in range(low, high) if c not in covered and not text[c].isspace()] == []


@steady
@given(blocks=BLOCKS, words=st.integers(1, 40), max_tokens=st.integers(1, 30))
def test_every_character_of_every_block_is_in_one_verbatim_passage_that_fits(
    blocks: tuple[Block, ...], words: int, max_tokens: int
) -> None:
    page, encoder = page_of(*blocks), FakeEncoder(max_tokens=max_tokens)
    check(page, passages_of(page, encoder, words), encoder)


@steady
@given(blocks=BLOCKS, copies=st.integers(1, 12))
def test_the_real_tokenizer_never_has_to_cut_a_passage(encoder: Encoder, blocks: tuple[Block, ...], copies: int) -> None:
    page = page_of(*(Block(b.heading, b.text * copies) for b in blocks))
    check(page, passages_of(page, encoder, words=400), encoder)


@steady
@given(text=TEXTS)
def test_offsets_of_a_profile_count_in_its_text(text: str) -> None:
    profile, fake = Profile("acme", "yc", text, "en", NOW, "https://acme.example/"), FakeEncoder()
    for one in profile_passages(profile, "Acme", words=8, max_tokens=fake.max_tokens, count_tokens=fake.count_tokens):
        assert one.text == text[one.start : one.end]
        assert (one.title, one.heading, one.source, one.fetched_at, one.url) == ("Acme", "", "yc", NOW, profile.url)


def test_a_heading_that_occurs_in_the_texts_and_repeated_blocks_keep_their_places(fake: FakeEncoder) -> None:
    block = Block("Laser", "Laser heads. Laser")
    page = page_of(Block("", "Laser"), block, block, Block("Laser", ""), Block("Laser", "Laser heads"))
    found = passages_of(page, fake)
    check(page, found, fake)
    assert [one.start for one in found] == [0, 13, 39, 72]


def test_two_blocks_are_never_in_one_passage_however_short_they_are(fake: FakeEncoder) -> None:
    found = passages_of(page_of(Block("A", "One."), Block("A", "Two."), Block("", "Three.")), fake)
    assert [(one.heading, one.text) for one in found] == [("A", "One."), ("A", "Two."), ("", "Three.")]


def test_a_passage_has_the_language_of_its_own_text_else_of_its_block_else_of_its_page(fake: FakeEncoder) -> None:
    datasheet = Block("Dati tecnici", "The furnace is heated by gas and holds two tonnes of metal.", "en")
    spanish = Block("Ofen", "El horno se calienta con gas.", "es")
    mixed = Block("Forni", "Il forno è riscaldato con il gas della rete.\nThe furnace is heated by the gas of the network.")
    page = replace(page_of(Block("", "DRP 100 AS5"), datasheet, spanish, mixed), language="it")
    assert [one.language for one in passages_of(page, fake)] == ["it", "en", "es", "it"]
    assert [one.language for one in passages_of(page, fake, words=9)] == ["it", "en", "es", "it", "en"]


@steady
@given(texts=st.lists(TEXTS, min_size=1, max_size=5), words=st.integers(1, 40))
def test_a_passage_of_a_pdf_lies_on_one_page_and_links_to_it(texts: list[str], words: int) -> None:
    page, fake = page_of(*(Block("", text, number=number) for number, text in enumerate(texts, 1))), FakeEncoder()
    for one in passages_of(page, fake, words):
        assert one.number is not None
        assert one.text in texts[one.number - 1]
        assert one.link == f"https://acme.example/#page={one.number}"


def test_a_passage_of_a_page_or_a_profile_has_no_number_and_its_address_for_a_link(fake: FakeEncoder) -> None:
    (one,) = passages_of(page_of(Block("", "One.")), fake)
    assert (one.number, one.link) == (None, "https://acme.example/")
    assert replace(one, url=None, number=2).link is None


def test_a_telling_heading_without_text_is_a_passage_and_a_short_one_is_not(fake: FakeEncoder) -> None:
    found = passages_of(page_of(Block("Welding robots for small batches", ""), Block("Contact us", "")), fake)
    assert [one.text for one in found] == ["Welding robots for small batches"]


def test_sentences_are_joined_up_to_the_words_asked_for_and_not_beyond(fake: FakeEncoder) -> None:
    text = "One two three. Four five six. Seven eight nine ten. Eleven."
    found = [one.text for one in passages_of(page_of(Block("", text)), fake, words=6)]
    assert found == ["One two three. Four five six.", "Seven eight nine ten. Eleven."]


@pytest.mark.parametrize(
    "text",
    [
        "A gap of 0.5 mm or 3.14 in.",
        "Acme S.p.A. Milano makes it",
        "Il prof. Rossi e la dott. Bianchi",
        "cf. Fig. 3 and art. 5",
        "ca. 20 tonnellate all'ora",
        "several sensors, e.g. Lidar",
        "Bianchi et al. 2019",
        "Acme Inc. Boston",
        "made by J. R. Smith",
        "versione 2.0.1 del software",
    ],
)
def test_an_abbreviation_or_a_decimal_does_not_end_a_sentence(fake: FakeEncoder, text: str) -> None:
    assert [one.text for one in passages_of(page_of(Block("", text)), fake, words=1)] == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It works. We sell it.", ["It works.", "We sell it."]),
        ("Funziona! È provato? Sì…  Davvero.", ["Funziona!", "È provato?", "Sì…", "Davvero."]),
        ('She said "it works." Then left.', ['She said "it works."', "Then left."]),
        ("(It works.) «Funziona.» “Yes.”", ["(It works.)", "«Funziona.»", "“Yes.”"]),
        ("robot\narm \n\n camera", ["robot", "arm", "camera"]),
        ("Founded in 2019. 20 people.", ["Founded in 2019.", "20 people."]),
    ],
)
def test_sentences_end_with_their_closing_signs(fake: FakeEncoder, text: str, expected: list[str]) -> None:
    assert [one.text for one in passages_of(page_of(Block("", text)), fake, words=1)] == expected


def test_a_giant_word_is_cut_and_not_lost(encoder: Encoder) -> None:
    page = page_of(Block("", "Before " + "x" * 50_000 + " after."))
    found = passages_of(page, encoder)
    check(page, found, encoder)
    assert sum(one.text.count("x") for one in found) == 50_000


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "parola lunga " * 77_000,
        "語" * 300_000,
        "Abc d. " * 140_000,
        "a." + " " * 1_000_000 + "b",
        "a" + " \t" * 500_000 + "b",
        "\n" * 1_000_000,
        "a." + ")" * 1_000_000,
        ". " + "(" * 1_000_000,
    ],
    ids=[
        "no spaces",
        "no sentence ends",
        "no words",
        "many sentences",
        "blank",
        "blank unclosed",
        "lines",
        "closers",
        "openers",
    ],
)
def test_a_megabyte_of_anything_is_cut_within_seconds(fake: FakeEncoder, text: str) -> None:
    page = page_of(Block("", text))
    began = time.perf_counter()
    found = passages_of(page, fake)
    assert time.perf_counter() - began < 10
    assert all(one.text == page.text[one.start : one.end] and len(one.text) <= LONGEST for one in found)
    assert "".join("".join(one.text.split()) for one in found) == "".join(text.split())


def test_a_summary_opens_with_name_and_tags_and_takes_the_passages_that_fit(fake: FakeEncoder) -> None:
    page = page_of(Block("", "One two three."), Block("", "Four five."), Block("", "Six seven eight nine ten."))
    found = passages_of(page, fake)
    tokens = fake.count_tokens([one.text for one in found])
    startup = Startup("acme", "Acme", tags=("Robots", "AI"))
    assert summary(startup, found, tokens, max_tokens=12) == "Acme. Robots, AI\nOne two three.\nFour five."
    assert summary(startup, found, tokens, max_tokens=6) == "Acme. Robots, AI\nOne two"
    assert summary(Startup("acme", "Acme"), found[:1], tokens[:1], max_tokens=99) == "Acme\nOne two three."


def test_a_summary_fits_the_model_whatever_the_tags_and_the_first_passage() -> None:
    many = Startup("a", "A" * 40, tags=tuple(f"tag number {n}" for n in range(200)))
    long = Passage("a", None, "", "", "parola " * 300, 0, 2100, "it", datetime(2026, 11, 23, tzinfo=UTC), "site")
    text = summary(many, [long], [300], max_tokens=100)
    assert len(text) <= 100 * 4 + 1
    assert text.startswith("A" * 40 + ". tag number 0, ")
    assert text.endswith("parola")
