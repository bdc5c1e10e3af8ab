"""WARC files of others: each record, or what is wrong with it; whatever a file says of itself, in little time and memory."""

import gzip
import io
import random
import re
import time
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archive.payloads import PayloadError, read_payload
from crawler.archive.warc import Flaw, Record, read_records

HTML = b"<html><body><p>We build inspection cameras for die casting cells.</p></body></html>"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


def record(
    url: str = "https://acme.it/",
    block: bytes = HTTP + HTML,
    *,
    kind: str = "response",
    length: int | str | None = None,
    version: str = "1.0",
    more: str = "",
    end: bytes = b"\r\n\r\n",
) -> bytes:
    """One record, uncompressed."""
    said = len(block) if length is None else length
    head = f"WARC/{version}\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-05-04T10:11:12Z\r\n"
    return f"{head}{more}Content-Length: {said}\r\n\r\n".encode() + block + end


def read(data: bytes, wanted: Callable[[Record], bool] = lambda _: True) -> list[str]:
    """The addresses of the records, and in place of a flawed one the reason."""
    return [item.url if isinstance(item, Record) else f"! {item.reason}" for item in read_records(io.BytesIO(data), wanted)]


def gz(*records_: bytes) -> bytes:
    return b"".join(map(gzip.compress, records_))


class NoSeek(io.BytesIO):
    def seekable(self) -> bool:
        return False


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("pack", [gz, lambda *r: b"".join(r), lambda *r: gzip.compress(b"".join(r))])
def test_records_are_read_plain_by_member_or_from_one_member(version: str, pack: Callable[..., bytes]) -> None:
    data = pack(*(record(f"https://acme.it/{n}", HTTP + HTML * n, version=version) for n in range(4)))
    items = list(read_records(io.BytesIO(data)))
    assert [item.url for item in items if isinstance(item, Record)] == [f"https://acme.it/{n}" for n in range(4)]
    assert [item.block for item in items if isinstance(item, Record)] == [HTTP + HTML * n for n in range(4)]


def test_a_record_knows_its_fields_and_where_it_lies() -> None:
    first = gzip.compress(record(kind="warcinfo", block=b""))
    second = record("<https://acme.it/x>", version="1.1", more="WARC-Folded: a\r\n  b\r\nWARC-IP-Address: 192.0.2.1\r\n")
    _, item = read_records(io.BytesIO(first + gzip.compress(second)))
    assert isinstance(item, Record)
    assert (item.kind, item.url, item.offset) == ("response", "https://acme.it/x", len(first))
    assert (item.field("warc-folded"), item.field("WARC-IP-Address"), item.field("none")) == ("a b", "192.0.2.1", "")
    assert item.at == datetime(2026, 5, 4, 10, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-04T10:11:12.123456789Z", datetime(2026, 5, 4, 10, 11, 12, 123456, tzinfo=UTC)),
        ("2026-05-04T12:11:12+02:00", datetime(2026, 5, 4, 10, 11, 12, tzinfo=UTC)),
        ("2026-05-04", datetime(2026, 5, 4, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        ("0001-01-01T00:00:00+23:00", None),
    ],
)
def test_dates_are_read_as_utc(text: str, expected: datetime | None) -> None:
    assert Record(0, (("WARC-Date", text),)).at == expected


def test_a_record_may_go_over_several_members() -> None:
    whole = record("https://acme.it/1")
    data = gz(whole[:50], whole[50:150], whole[150:], record("https://acme.it/2"))
    assert read(data) == ["https://acme.it/1", "https://acme.it/2"]


def test_what_is_not_wanted_is_passed_over_without_its_block() -> None:
    for data in (gz(record(kind="request"), record()), record(kind="request") + record()):
        items = list(read_records(io.BytesIO(data), lambda r: r.kind == "response"))
        assert [(r.kind, bool(r.block)) for r in items if isinstance(r, Record)] == [("request", False), ("response", True)]


def test_nothing_is_read_from_an_empty_file_and_padding_is_no_flaw() -> None:
    assert read(b"") == []
    assert read(b"\r\n\r\n") == []
    assert read(gz(record()) + bytes(1000)) == ["https://acme.it/"]
    assert read(gz(b"", record(), b"")) == ["https://acme.it/"]


# What lies -------------------------------------------------------------------------------------------------------------------

A, C = "https://acme.it/a", "https://acme.it/c"


@pytest.mark.parametrize("opened", [io.BytesIO, NoSeek])
@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (record(length=20), "does not lead to the record's end"),
        (record(length=len(HTTP + HTML) - 1), "does not lead to the record's end"),
        (record(length=len(HTTP + HTML) + 9), "cut short|does not lead"),
        (record(length=300), "cut short|does not lead"),
        (record(length=10**17), "cut short|more than"),
        (record(length=-5), "Content-Length is '-5'"),
        (record(length="many"), "Content-Length is 'many'"),
        (record(length=""), "Content-Length is ''"),
        (record(length="9" * 5000), "Content-Length is '9999"),
        (b"WARC/1.0\r\nX: " + b"x" * 100_000 + b"\r\n\r\n\r\n", "header is longer"),
        (b"GIF89a and so on\r\n\r\n", "no WARC record begins here"),
        (bytes(200) + b"\r\n\r\n", "cut short within its header|no WARC record|no gzip member"),
    ],
)
def test_a_record_that_lies_is_a_flaw_and_the_next_is_found(
    bad: bytes, reason: str, *, packed: bool, wanted: bool, opened: type[io.BytesIO]
) -> None:
    parts = (record(A), bad, record(C), record(C))
    stream = opened(gz(*parts) if packed else b"".join(parts))
    items = list(read_records(stream, lambda _: wanted))
    said = [item.url if isinstance(item, Record) else item.reason for item in items]
    assert said[0] == A
    assert any(isinstance(item, Flaw) for item in items)
    flaws = " ".join(item.reason for item in items if isinstance(item, Flaw))
    assert re.search(reason, flaws), flaws
    swallowed = not packed and (opened is NoSeek)
    assert said.count(C) == 2 or swallowed, said


def test_a_member_that_ends_within_a_header_is_a_flaw() -> None:
    assert read(gz(record(A), b"WARC/1.0\r\nX: 1\r\n", record(C))) == [A, "! cut short within its header", C]


def test_a_file_cut_at_any_byte_gives_the_records_before_and_one_flaw() -> None:
    parts = [record(f"https://acme.it/{n}", HTTP + HTML * n) for n in (1, 2, 3)]
    for packed in (True, False):
        lengths = [len(gzip.compress(part)) if packed else len(part) for part in parts]
        whole = gz(*parts) if packed else b"".join(parts)
        for size in range(len(whole)):
            said = read(whole[:size])
            complete = sum(sum(lengths[: n + 1]) <= size for n in range(3))
            names = [f"https://acme.it/{n}" for n in (1, 2, 3)]
            assert said[:complete] == names[:complete]
            # Of a plain record only the two empty lines at its end may be missing.
            assert len(said) <= complete + 1
            assert packed is False or len(said) == complete or said[-1].startswith("! ")


def test_a_damaged_member_is_a_flaw_and_the_next_is_found() -> None:
    parts = [gzip.compress(record(f"https://acme.it/{n}", HTTP + HTML * 50)) for n in range(4)]
    damaged = bytearray(parts[1])
    damaged[len(damaged) // 2] ^= 0xFF
    said = read(parts[0] + bytes(damaged) + parts[2] + parts[3])
    assert [said[0], *said[-2:]] == ["https://acme.it/0", "https://acme.it/2", "https://acme.it/3"]
    assert said[1].startswith("! its gzip data is damaged")
    torn = read(parts[0] + parts[1][: len(parts[1]) // 2] + parts[2] + parts[3])
    assert [torn[0], *torn[-2:]] == ["https://acme.it/0", "https://acme.it/2", "https://acme.it/3"]
    assert any(line.startswith("! ") for line in torn)


def test_a_whole_record_before_garbage_is_kept() -> None:
    said = read(gz(record(A)) + b"garbage " * 1000 + gz(record(C)))
    assert said == [A, "! what follows is no gzip member", C]


def test_places_that_only_look_like_members_end_the_search_at_last() -> None:
    begun = time.process_time()
    said = read(gz(record(A)) + b"\x1f\x8b\x08\x00\x00" * 200_000)
    assert said[0] == A
    assert "no further record" in said[-1]
    assert time.process_time() - begun < 2


def test_a_record_in_the_payload_of_another_is_not_taken_for_one() -> None:
    inner = record("https://victim.it/")
    for data in (gz(record(A, HTTP + gz(inner)), record(C)), record(A, HTTP + b"\r\n\r\n" + inner) + record(C)):
        assert read(data) == [A, C]
        assert read(data, lambda _: False) == [A, C]


def bomb(megabytes: int, *, before: bytes = b"", after: bytes = b"") -> bytes:
    """A gzip member of zeros."""
    made = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [made.compress(before)]
    parts += [made.compress(bytes(1_000_000)) for _ in range(megabytes)]
    return b"".join([*parts, made.compress(after), made.flush()])


def peak_of(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("length", [100_000_000, 50, 10**17])
def test_a_bomb_is_passed_over_in_little_time_and_memory(length: int) -> None:
    head = record(length=length, block=b"", end=b"")
    data = gz(record(A)) + bomb(100, before=head, after=b"\r\n\r\n") + gz(record(C))
    for wanted, is_wanted in ((True, lambda _: True), (False, lambda _: False)):
        begun = time.process_time()
        said = read(data, is_wanted)
        assert time.process_time() - begun < 2
        assert (said[0], said[-1]) == (A, C)
        assert len(said) == 3
        assert wanted is False or said[1].startswith("! ")
    assert peak_of(lambda: read(data)) < 8_000_000


def test_a_bomb_beyond_all_bounds_ends_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.archive.warc_members.MOST_DISCARDED", 20_000_000)
    for length in (100_000_000, 50):
        data = gz(record(A)) + bomb(100, before=record(length=length, block=b"", end=b""), after=b"\r\n\r\n") + gz(record(C))
        said = read(data, lambda _: False)
        assert said[0] == A
        assert "a gzip bomb" in said[-1]


def test_a_bomb_of_blank_lines_ends_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.archive.warc_members.MOST_DISCARDED", 20_000_000)
    said = read(gz(record(A), b"\r\n" * 40_000_000, record(C)))
    assert said[0] == A
    assert "a gzip bomb" in said[-1]


def test_a_large_record_that_is_no_bomb_is_passed_over_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.archive.warc_members.MOST_DISCARDED", 1_000_000)
    film = random.Random(1).randbytes(8_000_000)  # noqa: S311  # it cannot be compressed, and that is all
    data = gz(record(A), record(block=film), record(C))
    assert read(data, lambda r: r.url != "https://acme.it/") == [A, "https://acme.it/", C]


def test_a_block_over_the_limit_is_a_flaw_and_not_read() -> None:
    data = gz(record(A, bytes(5000)), record(C))
    said = [item.url if isinstance(item, Record) else item.reason for item in read_records(io.BytesIO(data), most_block=4000)]
    assert said == ["its block has 5000 bytes: more than 4000 are not read", C]


@settings(max_examples=300, deadline=2000)
@given(st.data())
def test_whatever_the_bytes_reading_ends_and_raises_nothing(data: st.DataObject) -> None:
    good = gz(record(A), record(C)) if data.draw(st.booleans()) else record(A) + record(C)
    made = bytearray(good)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(made)))
        made[at : at + data.draw(st.integers(0, 30))] = data.draw(
            st.one_of(
                st.binary(max_size=40),
                st.sampled_from([b"WARC/1.0\r\n", b"\r\n\r\n", b"\x1f\x8b\x08", b"Content-Length: 9\r\n"]),
            )
        )
    stream = (io.BytesIO if data.draw(st.booleans()) else NoSeek)(bytes(made))
    for item in read_records(stream):
        if isinstance(item, Record) and item.block:
            try:
                read_payload(item.block, 10_000)
            except PayloadError:
                continue


# Bodies ----------------------------------------------------------------------------------------------------------------------


def http(body: bytes, *lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: text/html", *lines, "", ""]).encode() + body


def chunked(body: bytes, size: int = 30) -> bytes:
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;name=value\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


RAW_DEFLATE = zlib.compressobj(9, zlib.DEFLATED, -15)
DEFLATED = RAW_DEFLATE.compress(HTML) + RAW_DEFLATE.flush()


@pytest.mark.parametrize(
    "block",
    [
        http(HTML),
        http(HTML).replace(b"\r\n", b"\n"),
        http(chunked(HTML), "Transfer-Encoding: chunked"),
        http(gzip.compress(HTML), "Content-Encoding: gzip"),
        http(gzip.compress(HTML[:9]) + gzip.compress(HTML[9:]), "Content-Encoding: x-gzip"),
        http(zlib.compress(HTML), "Content-Encoding: deflate"),
        http(DEFLATED, "content-encoding: Deflate"),
        http(brotli.compress(HTML), "Content-Encoding: br"),
        http(chunked(brotli.compress(HTML)), "Content-Encoding: br", "transfer-encoding: Chunked"),
        http(HTML, "Content-Encoding: gzip"),
        http(HTML, "Content-Encoding: br", "Transfer-Encoding: chunked"),
        http(HTML, "Content-Encoding: identity"),
        http(HTML, "X-Crawler-Content-Encoding: gzip", "Content-Length: 99999"),
        http(HTML).replace(b"HTTP/1.1 200 OK", b"HTTP/2 200"),
    ],
)
def test_a_body_is_had_without_chunks_and_compression(block: bytes) -> None:
    payload = read_payload(block, 1000)
    assert (payload.status, payload.body, payload.header("content-type")) == (200, HTML, "text/html")


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (b"", "does not end"),
        (b"\x00\x01\x02 \n\n", "no HTTP response"),
        (b"GET / HTTP/1.1\r\n\r\n", "no HTTP response"),
        (b"HTTP/1.1 OK\r\n\r\n", "no HTTP response"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", "does not end"),
        (http(chunked(HTML)[:-20], "Transfer-Encoding: chunked"), "chunks are broken"),
        (http(b"5\r\nhello\r\nzz\r\n", "Transfer-Encoding: chunked"), "chunks are broken"),
        (http(b"fffffff\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), "chunks are broken"),
        (http(bytes(1001)), "more than 1000 bytes"),
        (http(gzip.compress(bytes(100_000)), "Content-Encoding: gzip"), "too large"),
        (http(brotli.compress(bytes(100_000)), "Content-Encoding: br"), "too large"),
        (http(b"nonsense", "Content-Encoding: gzip"), "cannot be decompressed"),
        (http(b"nonsense", "Content-Encoding: lzma"), "cannot be decompressed"),
    ],
)
def test_a_response_that_cannot_be_taken_apart_says_why(block: bytes, reason: str) -> None:
    with pytest.raises(PayloadError, match=reason):
        read_payload(block, 1000)


def test_a_body_that_its_archive_cut_short_is_read_as_far_as_it_goes() -> None:
    assert read_payload(http(chunked(HTML)[:-40], "Transfer-Encoding: chunked"), 1000, cut=True).body == HTML[:60]
    assert read_payload(http(b"5\r\nhello\r\nzz\r\n", "Transfer-Encoding: chunked"), 1000, cut=True).body == b"hello"


def test_bombs_in_bodies_are_stopped_in_little_memory() -> None:
    for block in (
        http(gzip.compress(bytes(200_000_000)), "Content-Encoding: gzip"),
        http(gzip.compress(gzip.compress(bytes(200_000_000))), "Content-Encoding: gzip, gzip"),
    ):
        begun = time.process_time()

        def refused(block: bytes = block) -> None:
            with pytest.raises(PayloadError, match="too large"):
                read_payload(block, 5_000_000)

        assert peak_of(refused) < 30_000_000
        assert time.process_time() - begun < 2
