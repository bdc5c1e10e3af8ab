"""Parallel data are read from named sources with their weights, and a bad file is told by its line."""

import gzip
from pathlib import Path

import pytest

from indexer.bilingual.parallel import GLOSSARY_WEIGHT, LONGEST, OTHERS, SOURCES, WORDS_WEIGHT, Pair, Source, read_pairs
from indexer.errors import ArtefactError
from indexer.glossary.entries import Entry


def put(folder: Path, source: str, *lines: str) -> None:
    name = {**SOURCES, **OTHERS}[source].file
    content = "".join(f"{line}\n" for line in lines).encode()
    (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


def test_pairs_are_read_from_plain_and_packed_files_each_once(tmp_path: Path) -> None:
    put(tmp_path, "lohelp", "il forno\tthe furnace", "la pressa\tthe press")
    put(tmp_path, "iot_msft", "la pressa \t the press", "il tornio\tthe lathe", "\tnothing", "niente\t")
    assert read_pairs(tmp_path, ["iot_msft", "lohelp"], ()) == (
        Pair("il forno", "the furnace", 1.0),
        Pair("la pressa", "the press", 1.0),
        Pair("il tornio", "the lathe", 1.0),
    )
    assert read_pairs(tmp_path, ["iot_msft", "lohelp"], ()) == read_pairs(tmp_path, ["lohelp", "iot_msft"], ())


def test_sentences_that_are_too_long_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "iot_msft", "x" * LONGEST + "\tx", "x" * (LONGEST + 1) + "\tx", "y\t" + "y" * (LONGEST + 1))
    assert [len(pair.italian) for pair in read_pairs(tmp_path, ["iot_msft"], ())] == [LONGEST]


def test_of_a_dictionarys_translations_the_usual_words_weigh_most(tmp_path: Path) -> None:
    put(tmp_path, "iot_msft", *(f"uno {n}\tthe furnace number {n}" for n in range(20)))
    put(tmp_path, "omw_lemmas", "forno\tfurnace", "forno\tkiln", "torcia\ttorch")
    weight = {pair.english: pair.weight for pair in read_pairs(tmp_path, ["iot_msft", "omw_lemmas"], ())[20:]}
    assert list(weight) == ["furnace", "kiln", "torch"]
    assert weight["furnace"] > 10 * weight["kiln"] > 0
    assert weight["furnace"] + weight["kiln"] == pytest.approx(2**0.5)
    assert weight["torch"] == pytest.approx(1.0)


def test_of_a_list_of_words_every_form_has_every_translation_the_first_weighs_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOURCES, "words", Source("words.tsv", "of this test", kind="words"))
    put(tmp_path, "words", "intasare intasato\tclog | block up", "cricca\tcrack")
    weight = {(pair.italian, pair.english): pair.weight for pair in read_pairs(tmp_path, ["words"], ())}
    assert weight["cricca", "crack"] == WORDS_WEIGHT
    assert weight["intasare", "clog"] == weight["intasato", "clog"] > weight["intasare", "block up"] > 0
    assert len(weight) == 5


def test_every_line_of_the_packaged_words_has_forms_and_translations() -> None:
    words = SOURCES["words"]
    assert words.folder is not None
    lines = [line.split("\t") for line in (words.folder / words.file).read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 6000
    assert all(len(line) == 2 for line in lines)
    assert all(form.replace("'", "").replace("-", "").isalpha() for forms, _ in lines for form in forms.split())
    assert all(translation.strip() for _, translations in lines for translation in translations.split("|"))
    assert lines == sorted(lines)


def test_the_glossarys_first_forms_weigh_most(tmp_path: Path) -> None:
    entry = Entry("test", ("tempra", "bonifica"), ("hardening", "quenching"))
    weight = {(pair.italian, pair.english): pair.weight for pair in read_pairs(tmp_path, [], [entry])}
    assert weight["tempra", "hardening"] == GLOSSARY_WEIGHT
    assert weight["tempra", "hardening"] > weight["bonifica", "hardening"] > weight["bonifica", "quenching"]
    assert weight["tempra", "hardening"] > weight["tempra", "quenching"] > weight["bonifica", "quenching"]
    assert len(weight) == 4


def test_an_unknown_source_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match=r"no source nobody, other: choose among industry, words, lohelp, .*freedict_ei"):
        read_pairs(tmp_path, ["other", "lohelp", "nobody"], ())


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    for source in ("lohelp", "iot_msft"):
        with pytest.raises(ArtefactError, match=f"cannot read the parallel data .*{SOURCES[source].file}"):
            read_pairs(tmp_path, [source], ())


@pytest.mark.parametrize("line", ["no tab", "one\ttwo\tthree", ""])
@pytest.mark.parametrize("source", ["lohelp", "iot_msft"])
def test_a_line_that_is_no_pair_is_named_by_its_number(tmp_path: Path, source: str, line: str) -> None:
    put(tmp_path, source, "il forno\tthe furnace", line)
    with pytest.raises(ArtefactError, match=f"{SOURCES[source].file}, line 2: expected Italian, a tab, English") as raised:
        read_pairs(tmp_path, [source], ())
    assert len(str(raised.value)) < 400


def test_a_file_that_is_damaged_is_named(tmp_path: Path) -> None:
    path = tmp_path / SOURCES["lohelp"].file
    put(tmp_path, "lohelp", *(f"{n} forni\t{n} furnaces" for n in range(500)))
    whole = path.read_bytes()
    for damaged in (b"", b"no gzip", whole[: len(whole) // 2], whole[:-4]):
        path.write_bytes(damaged)
        if damaged:
            with pytest.raises(ArtefactError, match=r"lohelp\.tsv\.gz"):
                read_pairs(tmp_path, ["lohelp"], ())
    path.write_bytes(whole[:100] + b"\x00\xff\x00" + whole[103:])
    with pytest.raises(ArtefactError, match=r"lohelp\.tsv\.gz"):
        read_pairs(tmp_path, ["lohelp"], ())
    (tmp_path / SOURCES["iot_msft"].file).write_bytes("qualità\tquality\n".encode("latin-1"))
    with pytest.raises(ArtefactError, match=r"iot_msft\.tsv"):
        read_pairs(tmp_path, ["iot_msft"], ())


def test_every_source_says_its_licence() -> None:
    for source in (*SOURCES.values(), *OTHERS.values()):
        assert source.licence
    assert not any("GPL" in source.licence for source in SOURCES.values())
