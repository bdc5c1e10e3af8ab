"""The packaged glossary is large, sound and without repetitions; a file that is none is refused by its line."""

from pathlib import Path

import pytest

from indexer.encoders import glossary_entries
from indexer.errors import GlossaryError
from indexer.glossary import entries as room
from indexer.glossary.entries import HEADER, LONGEST_FORM, Entry, packaged_entries, read_entries
from indexer.settings import index_settings
from indexer.words import fold

FOLDER = Path(room.__file__).parent
AMBIGUOUS = {
    "stampaggio": ({"stamping"}, {"moulding"}, {"hot forging"}),
    "stampo": ({"mould"}, {"stamping die"}),
    "fusione": ({"casting"}, {"melting"}),
    "tempra": ({"hardening", "quenching"}, {"glass tempering"}),
    "sbozzatura": ({"rough machining"}, {"preforming"}),
    "lamiera": ({"sheet metal"}, {"plate"}),
}
"""English forms by which each sense of a word must be found."""
FIELDS = {
    "additive", "automation", "casting", "defects", "digital", "energy", "environment", "forming", "heat_treatment", "joining",
    "machining", "maintenance", "materials", "measuring", "production", "safety", "surfaces",
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "own.tsv"


def spelt(form: str) -> str:
    return " ".join(map(fold, form.split()))


def test_there_are_at_least_eight_hundred_entries_in_a_file_per_field() -> None:
    assert len(packaged_entries()) >= 800
    fields = {entry.field for entry in packaged_entries()}
    assert fields == {path.stem for path in FOLDER.glob("*.tsv")} >= FIELDS
    for field in FIELDS:
        assert sum(entry.field == field for entry in packaged_entries()) >= 20, field


def test_no_pair_of_forms_stands_twice_in_the_packaged_glossary() -> None:
    seen: dict[tuple[str, str], Entry] = {}
    for entry in packaged_entries():
        for pair in {(spelt(one), spelt(other)) for one in entry.italian for other in entry.english}:
            assert pair not in seen, (pair, seen.get(pair), entry)
            seen[pair] = entry


def test_entries_that_share_an_italian_form_say_in_both_languages_what_they_mean() -> None:
    of_form: dict[str, list[Entry]] = {}
    for entry in packaged_entries():
        for form in {spelt(form) for form in entry.italian}:
            of_form.setdefault(form, []).append(entry)
    for form, several in of_form.items():
        if len(several) > 1:
            assert all(one.sense_it and one.sense_en for one in several), form
            assert len({one.sense_it for one in several}) == len({one.sense_en for one in several}) == len(several), form


def test_no_packaged_form_is_upside_down_in_its_columns() -> None:
    """A line whose columns were swapped would make Italian of English function words."""
    for entry in packaged_entries():
        assert not any({"the", "with", "for"} & set(form.split()) for form in entry.italian), entry
        assert not any({"di", "della", "con"} & set(form.split()) for form in entry.english), entry


@pytest.mark.parametrize("word", AMBIGUOUS)
def test_an_ambiguous_word_has_its_senses(word: str) -> None:
    senses = [set(entry.english) for entry in packaged_entries() if word in entry.italian]
    for wanted in AMBIGUOUS[word]:
        assert any(wanted <= sense for sense in senses), wanted
    assert len(senses) >= len(AMBIGUOUS[word])


def test_the_packaged_files_are_as_they_are_read() -> None:
    for path in FOLDER.glob("*.tsv"):
        content = path.read_bytes()
        assert content.decode("utf-8").startswith("\t".join(HEADER) + "\n"), path.name
        assert b"\r" not in content
        assert content.endswith(b"\n")


def test_a_file_is_read_line_by_line(file: Path) -> None:
    file.write_text(
        "\ufeffItalian\tenglish\tsense_it\tsense_en\r\n\r\n# machines\r\n"
        "tornio | tornio  a controllo\tlathe|turning lathe\tmacchina\tmachine\r\npressa\tpress\r\n",
        encoding="utf-8",
    )
    assert read_entries(file) == (
        Entry("own", ("tornio", "tornio a controllo"), ("lathe", "turning lathe"), "macchina", "machine"),
        Entry("own", ("pressa",), ("press",)),
    )
    assert read_entries(file)[0].forms("it") == ("tornio", "tornio a controllo")
    assert read_entries(file)[0].forms("en") == ("lathe", "turning lathe")


def test_two_columns_do_and_a_form_given_twice_is_one(file: Path) -> None:
    file.write_text("italian\tenglish\ntornio|tornio\tlathe\n", encoding="utf-8")
    assert read_entries(file) == (Entry("own", ("tornio",), ("lathe",)),)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("tornio", "found 1"),
        ("tornio\tlathe\ta\tb\tc", "found 5"),
        ("tornio\t", "'' is no form"),
        ("\tlathe", "'' is no form"),
        ("tornio||pressa\tlathe", "'' is no form"),
        ("tornio\t---", "'---' is no form"),
        ("tornio\t" + "x" * (LONGEST_FORM + 1), "is no form"),
    ],
)
def test_a_line_of_another_form_is_named_by_its_number(file: Path, line: str, said: str) -> None:
    file.write_text(f"italian\tenglish\n# note\npressa\tpress\n{line}\n", encoding="utf-8")
    with pytest.raises(GlossaryError, match=r"own\.tsv, line 4: ") as raised:
        read_entries(file)
    assert said in str(raised.value)
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize("content", ["", "tornio\tlathe\n", "english\titalian\n", "italian,english\n", "\n"])
def test_a_file_without_the_header_is_refused(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(GlossaryError, match=r"own\.tsv, line 1: .*italian, english, sense_it, sense_en"):
        read_entries(file)


def test_what_is_no_glossary_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GlossaryError, match=r"cannot read the glossary .*own\.tsv"):
        read_entries(file)
    file.write_bytes("italian\tenglish\nqualità\tquality\n".encode("latin-1"))
    with pytest.raises(GlossaryError, match="UTF-8"):
        read_entries(file)
    file.write_text("italian\tenglish\n# nothing\n", encoding="utf-8")
    with pytest.raises(GlossaryError, match="no entries"):
        read_entries(file)
    with pytest.raises(GlossaryError, match="cannot read"):
        read_entries(file.parent)
    monkeypatch.setattr(room, "LARGEST", 10)
    with pytest.raises(GlossaryError, match="larger"):
        read_entries(file)


def test_what_a_users_own_file_says_replaces_what_the_packaged_one_says(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert glossary_entries(index_settings()) == packaged_entries()
    file.write_text("italian\tenglish\ntempra\town meaning\n", encoding="utf-8")
    monkeypatch.setenv("SCOUT_INDEX_GLOSSARY", str(file))
    own, *others = glossary_entries(index_settings())
    assert own == Entry("own", ("tempra",), ("own meaning",))
    assert len(others) > 0.99 * len(packaged_entries())
    assert not [entry for entry in others if "tempra" in entry.italian]
    monkeypatch.setenv("SCOUT_INDEX_GLOSSARY", "")
    assert glossary_entries(index_settings()) == packaged_entries()


def test_a_cell_with_endless_forms_is_refused(file: Path) -> None:
    file.write_text("italian\tenglish\nstampo\t" + " | ".join(f"mould {n}" for n in range(41)), encoding="utf-8")
    with pytest.raises(GlossaryError, match="line 2: 41 forms in a cell, at most 40"):
        read_entries(file)
