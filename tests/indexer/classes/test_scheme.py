"""The table of classes can be read by people and by a model."""

import re

import pytest

from indexer.classes.scheme import TechnologyClass, packaged_classes


def test_there_are_some_forty_classes_each_with_an_id_of_its_own_and_names_and_descriptions_in_both_languages() -> None:
    classes = packaged_classes()
    assert 40 <= len(classes) <= 50
    for field in ("id", "english", "italian", "about_english", "about_italian"):
        values = [getattr(one, field) for one in classes]
        assert all(value and value == value.strip() for value in values)
        assert len({value.casefold() for value in values}) == len(classes), field
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", one.id) for one in classes)


def test_no_name_of_a_class_is_the_id_of_another() -> None:
    ids = {one.id: one for one in packaged_classes()}
    for one in packaged_classes():
        assert all(ids.get(name.casefold(), one) is one for name in (one.english, one.italian))


@pytest.mark.parametrize("one", packaged_classes(), ids=lambda one: one.id)
def test_a_class_is_told_by_two_descriptions_and_enough_phrases(one: TechnologyClass) -> None:
    assert one.texts[:2] == one.descriptions
    assert one.texts[2] == one.english
    assert len(one.phrases) >= 7
    assert all(phrase in f"{one.english}. {one.about_english}" for phrase in one.phrases)


def test_phrases_are_the_parts_between_signs_and_and() -> None:
    one = TechnologyClass("x", "Name", "Nome", "Work: milling, turning and sanding; it.", "Lavoro.")
    assert one.phrases == ("Name", "Work", "milling", "turning", "sanding")
