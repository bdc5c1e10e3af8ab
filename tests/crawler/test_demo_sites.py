"""The demo's sites as data: what the loader refuses, and what the packaged sites hold."""

import csv
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.sites import DemoError, DemoSite, load_sites, seeds

HEAD = """
id = "ks-1"
name = "Prova"
country = "IT"
language = "it"
trl = 6
source = "KnowledgeShare"
data_date = "2025-09"
parent_organisations = ["Politecnico di Milano"]
tags = ["Sensor", "sensor", "IoT"]
looking_for = ["Industrial partner"]
"""
PAGE = """
[[pages]]
path = "index.html"
title = "Prova: sensori"
description = "Sensori per forni."
[[pages.sections]]
heading = "Che cosa fa"
text = "Misura."
"""
SECOND = PAGE.replace("index.html", "tecnologia.html").replace("Prova: sensori", "Tecnologia")


@pytest.fixture(scope="module")
def sites() -> tuple[DemoSite, ...]:
    return load_sites()


def write(folder: Path, text: str, name: str = "prova.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def words(text: str) -> list[str]:
    return re.findall(r"\w+", unescape(re.sub(r"<[^>]+>", " ", text)).casefold())


def prose(site: DemoSite) -> list[str]:
    """Every stretch of running text of the site."""
    return [
        text
        for page in site.pages
        for text in (page.title, page.description, *(t for s in page.sections for t in (s.heading, *s.paragraphs, *s.items)))
    ]


def test_a_site_is_read_with_its_facts_and_pages(tmp_path: Path) -> None:
    (site,) = load_sites(write(tmp_path, HEAD + PAGE + SECOND))
    assert (site.slug, site.id, site.name, site.trl, site.homepage) == ("prova", "ks-1", "Prova", 6, None)
    assert [page.path for page in site.pages] == ["index.html", "tecnologia.html"]
    assert site.pages[0].sections[0].paragraphs == ("Misura.",)


def test_a_tag_that_comes_twice_is_kept_once(tmp_path: Path) -> None:
    (site,) = load_sites(write(tmp_path, HEAD + PAGE))
    assert site.tags == ("Sensor", "IoT")


def test_paragraphs_are_parted_by_blank_lines_and_stand_on_one_line_each(tmp_path: Path) -> None:
    text = HEAD + PAGE.replace('"Misura."', '"""\nUna riga\ne la sua seguente.\n\nUn altro paragrafo."""')
    (site,) = load_sites(write(tmp_path, text))
    assert site.pages[0].sections[0].paragraphs == ("Una riga e la sua seguente.", "Un altro paragrafo.")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (HEAD.replace('name = "Prova"\n', "") + PAGE, "name"),
        (HEAD.replace("trl = 6", "trl = 10") + PAGE, "trl"),
        (HEAD.replace("2025-09", "2025-13") + PAGE, "data_date"),
        (HEAD.replace("KnowledgeShare", "Hearsay") + PAGE, "source"),
        (HEAD.replace("Industrial partner", "Gold") + PAGE, "looking_for.0"),
        (HEAD + 'homepage = "javascript:alert(1)"' + PAGE, "homepage"),
        (HEAD + "colour = 1" + PAGE, "colour"),
        (HEAD, "pages"),
        (HEAD + PAGE.replace('text = "Misura."', 'text = " "'), "pages.0.sections.0"),
        (HEAD + PAGE.replace('text = "Misura."', 'rows = [["a", "b"], ["c"]]'), "pages.0.sections.0"),
        (HEAD + PAGE.replace("index.html", "../x.html"), "pages.0.path"),
        (HEAD + SECOND, "index.html first"),
        (HEAD + PAGE + PAGE, "path 'index.html'"),
        (HEAD + PAGE + SECOND.replace('"Tecnologia"', '"Prova: sensori"'), "title 'Prova: sensori'"),
        (HEAD + "[[pages", "TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_file_and_key(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(DemoError) as caught:
        load_sites(write(tmp_path, text))
    message = str(caught.value)
    assert message.startswith("prova.toml: ")
    assert named in message


def test_a_file_whose_name_is_no_host_label_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="host label"):
        load_sites(write(tmp_path, HEAD + PAGE, "Prova_1.toml"))


def test_two_sites_with_one_id_are_refused_by_name(tmp_path: Path) -> None:
    write(tmp_path, HEAD + PAGE, "a.toml")
    with pytest.raises(DemoError, match=r"b\.toml.*'ks-1'.*a\.toml"):
        load_sites(write(tmp_path, HEAD + PAGE, "b.toml"))


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_a_folder_without_sites_is_refused(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DemoError):
        load_sites(tmp_path / folder)


def test_seeds_carry_the_facts_and_begin_at_the_sites_own_host(tmp_path: Path) -> None:
    (seed,) = seeds(load_sites(write(tmp_path, HEAD + PAGE)), 8123)
    assert seed.url == "http://prova.localhost:8123/"
    assert (seed.id, seed.name, seed.country, seed.source, seed.trl) == ("ks-1", "Prova", "IT", "knowledge-share", 6)
    assert (seed.tags, seed.parent_organisations) == (("Sensor", "IoT"), ("Politecnico di Milano",))
    assert (seed.homepage, seed.founded) == (None, None)


def test_the_package_holds_the_demo_that_was_promised(sites: tuple[DemoSite, ...]) -> None:
    assert len(sites) >= 150
    assert sum(site.country == "IT" for site in sites) >= 110
    assert sum(site.language == "it" for site in sites) >= 45
    assert {len(site.pages) for site in sites} == {1, 2, 3, 4}
    assert {seed.source for seed in seeds(sites, 80)} == {"knowledge-share", "yc"}


def test_every_packaged_yc_seed_shows_the_real_homepage(sites: tuple[DemoSite, ...]) -> None:
    for seed in seeds(sites, 80):
        assert (seed.homepage is not None) == (seed.source == "yc"), seed.id
        assert seed.url != seed.homepage


def test_every_packaged_page_has_something_to_read(sites: tuple[DemoSite, ...]) -> None:
    thin = {
        f"{site.slug}/{page.path}": count
        for site in sites
        for page in site.pages
        if (count := sum(len(words(" ".join((s.text, *s.items, *map(" ".join, s.rows))))) for s in page.sections)) < 35
    }
    assert thin == {}


def test_no_packaged_sentence_is_said_on_two_sites(sites: tuple[DemoSite, ...]) -> None:
    owners: dict[str, str] = {}
    said = [(site.slug, part) for site in sites for text in prose(site) for part in re.split(r"(?<=[.!?])\s+", text)]
    repeated = [part for slug, part in said if len(words(part)) >= 8 and owners.setdefault(part, slug) != slug]
    assert repeated == []


@pytest.mark.shared
def test_packaged_facts_are_the_directorys_and_no_packaged_sentence_is(sites: tuple[DemoSite, ...], shared: Path) -> None:
    spin_offs = {f"ks-{each['id']}": each for each in json.loads((shared / "corpus/knowledge_share.json").read_text("utf-8"))}
    with (shared / "corpus/yc_companies.csv").open(encoding="utf-8", newline="") as file:
        companies = {f"yc-{row['company_id']}": row for row in csv.DictReader(file)}
    for site in sites:
        record: dict[str, Any] = spin_offs.get(site.id) or companies[site.id]
        assert site.name.casefold() == str(record.get("title") or record["company_name"]).strip().casefold()
        if site.id in spin_offs:
            assert record["trl"]["label"].startswith(str(site.trl)), site.slug
            assert set(site.parent_organisations) <= {owner["name"].strip() for owner in record["owners"]}, site.slug
            assert set(site.looking_for) == {wanted["label"] for wanted in record["lookingFor"]}, site.slug
        said = words(json.dumps(record, ensure_ascii=False))
        names = [" ".join(words(name)) for name in (site.name, *site.parent_organisations)]
        runs = {" ".join(said[i : i + 8]) for i in range(len(said) - 7)}
        told = {" ".join(text[i : i + 8]) for text in map(words, prose(site)) for i in range(len(text) - 7)}
        assert [run for run in runs & told if not any(run in name for name in names)] == [], site.slug
