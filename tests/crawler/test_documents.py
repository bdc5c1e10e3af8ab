import io
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from crawler.errors import DocumentError
from crawler.page import documents
from crawler.page.documents import is_pdf, paragraphs, read_pdf
from crawler.page.pdf_child import read


def stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def pdf(*pages: str | bytes, title: str = "", filters: bytes = b"") -> bytes:
    """A PDF of one column of lines a page; a page given as bytes is its content stream."""
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for content in pages:
        page = content
        if isinstance(page, str):
            shown = b"".join(b"(%s) Tj T* " % line.encode("latin-1") for line in page.split("\n"))
            page = b"BT /F1 12 Tf 14 TL 50 700 Td " + shown + b"ET"
        body = stream(page)
        if filters:
            body = body.replace(b"<< ", b"<< /Filter " + filters + b" ", 1)
        objects += [body]
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % len(objects)
        ]
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    objects.append(b"<< /Title (%s) >>" % title.encode("latin-1"))
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(objects) + 1, len(objects))
    return out + b"startxref\n%d\n%%%%EOF\n" % start


BROCHURE = pdf(
    "Forni per trattamenti termici\nPressofusione di alluminio", "Scheda tecnica\nTemperatura 1150 C", title="Catalogo forni"
)


def test_pages_become_blocks_with_their_numbers() -> None:
    title, blocks = read_pdf(BROCHURE)
    assert title == "Catalogo forni"
    assert [(block.number, block.text) for block in blocks] == [
        (1, "Forni per trattamenti termici\nPressofusione di alluminio"),
        (2, "Scheda tecnica\nTemperatura 1150 C"),
    ]


def test_a_page_without_text_keeps_the_numbers_of_those_after_it() -> None:
    assert [block.number for block in read_pdf(pdf("uno", "", "tre"))[1]] == [1, 3]


@pytest.mark.parametrize(
    "title", ["", "Microsoft Word - catalogo.doc", "brochure_v3.indd", "untitled", "PowerPoint Presentation"]
)
def test_a_title_that_a_program_gave_is_replaced_by_the_first_line(title: str) -> None:
    assert read_pdf(pdf("Forni per trattamenti termici\n2024", title=title))[0] == "Forni per trattamenti termici"


def encrypted(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(BROCHURE)))
    writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_document_that_only_its_owner_may_change_is_read() -> None:
    assert read_pdf(encrypted(""))[1]


def flate_bomb() -> bytes:
    return zlib.compress(b"(a) Tj " * 12_000_000, 9)


def endless_pages() -> bytes:
    """A tree of pages that holds itself."""
    return BROCHURE.replace(b"/Kids [5 0 R 7 0 R]", b"/Kids [2 0 R 2 0 R]")


def slow_page() -> bytes:
    return zlib.compress(b"BT /F1 12 Tf " + b"1 0 0 1 5 5 cm (ab) Tj q Q " * 400_000 + b"ET")


BAD: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "an error page": lambda: b"<html><body>404</body></html>",
    "its first line alone": lambda: b"%PDF-1.4\n",
    "noise": lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40,
    "encrypted": lambda: encrypted("secret"),
    "without pages": lambda: b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF",
    "a page that takes for ever": lambda: pdf(slow_page(), filters=b"/FlateDecode"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_a_document_error_in_time(name: str) -> None:
    body = BAD[name]()
    start = time.monotonic()
    with pytest.raises(DocumentError, match="cannot read this PDF"):
        read_pdf(body, page_seconds=1.0)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("make", [flate_bomb, endless_pages])
def test_a_bomb_ends_in_time_with_an_error_or_without_text(make: Callable[[], bytes]) -> None:
    body = make()
    body = pdf(body, filters=b"/FlateDecode") if make is flate_bomb else body
    start = time.monotonic()
    try:
        _, blocks = read_pdf(body, page_seconds=1.0)
    except DocumentError:
        blocks = ()
    assert sum(len(block.text) for block in blocks) <= documents.MOST_CHARACTERS
    assert time.monotonic() - start < 10


def test_the_whole_document_has_a_deadline_too() -> None:
    body = pdf(*[slow_page()] * 4, filters=b"/FlateDecode")
    start = time.monotonic()
    with pytest.raises(DocumentError):
        read_pdf(body, page_seconds=60, all_seconds=1)
    assert time.monotonic() - start < 12


def test_pages_and_characters_are_capped() -> None:
    body = pdf(*[f"pagina {number}" for number in range(1, 30)])
    assert [line["number"] for line in list(read(body, 5, 1000, 2.0))[1:]] == [1, 2, 3, 4, 5]
    assert sum(len(line["text"]) for line in list(read(body, 30, 25, 2.0))[1:]) == 25


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("application/pdf", BROCHURE, True),
        ("application/octet-stream", BROCHURE, True),
        ("text/html", b"\n\n" + BROCHURE, True),
        ("Application/PDF; charset=binary", b"broken", True),
        ("application/pdf", b"", False),
        ("text/html", b"<p>About %PDF</p>", False),
    ],
)
def test_a_pdf_is_told_by_its_first_bytes_or_its_type(content_type: str, body: bytes, *, expected: bool) -> None:
    assert is_pdf(content_type, body) is expected


def test_lines_that_the_margin_broke_are_joined() -> None:
    text = (
        "La pressofusione dell'alluminio è un processo di fonde-\nria per la produzione di getti complessi e precisi\n"
        "con cicli brevi.\nVantaggi\n• 12"
    )
    assert paragraphs(text) == (
        "La pressofusione dell'alluminio è un processo di fonderia per la produzione di getti complessi e precisi"
        " con cicli brevi.\nVantaggi\n• 12"
    )


def test_ligatures_become_letters() -> None:
    assert paragraphs("e\ufb03cienza e \ufb01nitura") == "efficienza e finitura"


@settings(max_examples=150, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_bytes_change_or_go_the_reader_only_ever_answers(data: st.DataObject) -> None:
    body = bytearray(BROCHURE)
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    for line in read(bytes(body), 10, 10_000, 2.0):
        assert {"error", "title", "text"} & line.keys()


@settings(max_examples=100, deadline=2_000)
@given(st.binary(max_size=400))
def test_noise_behind_the_first_line_is_answered_with_an_error(noise: bytes) -> None:
    assert "error" in next(iter(read(b"%PDF-1.4\n" + noise, 10, 10_000, 2.0)))
