import gc

import pytest

from crawler.company.company import CompanyRecord
from crawler.errors import DocumentError
from crawler.reading import read_page

URL = "https://acme.it/"
ITALIAN = (
    "La nostra azienda progetta e realizza impianti per la pressofusione di leghe leggere, controllando ogni singolo pezzo."
)
ENGLISH = "The vision system inspects every casting on the line and tells porosity from shadows before the part is machined."


def test_a_page_is_read_with_its_languages_and_its_company() -> None:
    markup = f"""<title>Acme</title><h2>Chi siamo</h2><p>{ITALIAN}</p><h2>Datasheet</h2><p>{ENGLISH}</p><h2>Dove</h2>
      <p>{ITALIAN}</p><footer>Acme S.r.l. P.IVA 07123450673</footer>"""
    reading = read_page(markup.encode(), URL, None)
    assert reading.language == "it"
    assert [block.language for block in reading.extracted.blocks] == ["", "en", ""]
    assert (reading.company.name, reading.company.vat_number) == ("Acme S.r.l.", "07123450673")


def test_personal_data_reach_neither_blocks_nor_title_nor_description_nor_record() -> None:
    personal = "mario.rossi@acme.it +39 335 1234567"
    markup = f"""<title>Acme {personal}</title><meta name=description content="Chiama {personal}"><h2>Contatti {personal}</h2>
      <p>{ITALIAN}</p><p>Chiama {personal} o scrivi a info@acme.it</p><p>P.IVA 07123450673</p>"""
    reading = read_page(markup.encode(), URL, None)
    metadata = reading.extracted.metadata
    everything = f"{metadata.title} {metadata.description} {reading.extracted.blocks} {reading.company}"
    assert "rossi" not in everything
    assert "1234567" not in everything
    assert "info@acme.it" in everything
    assert "07123450673" in everything


@pytest.mark.parametrize("content_type", ["application/pdf", "application/octet-stream", "text/html"])
def test_a_broken_pdf_is_a_document_error_whatever_it_is_called(content_type: str) -> None:
    with pytest.raises(DocumentError):
        read_page(b"%PDF-1.4\nnothing", URL, None, content_type)


def test_a_page_that_cannot_be_told_falls_back_on_what_it_declares() -> None:
    reading = read_page(b"<html lang=it><p>12345 67890</p>", URL, None)
    assert (reading.language, reading.company.as_json().get("name")) == ("it", None)
    assert read_page(b"", URL, None).company == CompanyRecord()


def test_a_page_that_was_read_leaves_next_to_nothing_to_the_garbage_collector() -> None:
    markup = f"<ul>{f'<li class=one><p>{ITALIAN}</p></li>' * 500}</ul>".encode()
    read_page(markup, URL, None)
    gc.collect()
    gc.disable()
    try:
        read_page(markup, URL, None)
        assert gc.collect() < 100
    finally:
        gc.enable()
