"""The archive: what is written can be read back by us and by others, whatever happens to process and disk."""

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.cli import main as warcio

from crawler.archive.archive import Archive
from crawler.archive.warc import Flaw, Record, read_records
from crawler.errors import ArchiveError
from crawler.records import ArchiveRef
from tests.full_disk import no_file_beyond

AT = datetime(2026, 11, 1, 12, 0, 0, 250_000, tzinfo=UTC)
HTML = b"<html><body><p>We build inspection cameras for die casting cells.</p></body></html>"


@dataclass(frozen=True)
class Answer:
    url: str = "https://acme.it/"
    body: bytes = HTML
    status: int = 200
    reason: str = "OK"
    header_lines: tuple[tuple[str, str], ...] = (("Content-Type", "text/html"), ("Server", "nginx"))
    address: str | None = "192.0.2.7"
    at: datetime = AT


def the_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def records(path: Path) -> list[Record | Flaw]:
    with path.open("rb") as stream:
        return list(read_records(stream))


def test_a_response_reads_back_as_it_was_written(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive") as archive:
        ref = archive.write(Answer())
        page = archive.read(ref)
    assert (page.url, page.at, page.status, page.reason, page.body) == ("https://acme.it/", AT, 200, "OK", HTML)
    assert page.header_lines == (*Answer.header_lines, ("Content-Length", str(len(HTML))))
    assert page.header("content-type") == "text/html"
    assert (page.address, page.ref, page.original) == ("192.0.2.7", ref, None)
    assert page.record_id.startswith("<urn:uuid:")
    assert ref.digest.startswith("sha256:")


def test_a_body_is_kept_decoded_and_its_headers_say_so(tmp_path: Path) -> None:
    lines = (("Content-Encoding", "gzip"), ("content-length", "12"), ("Transfer-Encoding", "chunked"), ("X-Name", "caffè"))
    with Archive(tmp_path) as archive:
        page = archive.read(archive.write(Answer(header_lines=lines)))
    assert page.header_lines == (
        ("X-Archive-Orig-Content-Encoding", "gzip"),
        ("X-Archive-Orig-content-length", "12"),
        ("X-Archive-Orig-Transfer-Encoding", "chunked"),
        ("X-Name", "caffè"),
        ("Content-Length", str(len(HTML))),
    )
    assert page.body == HTML


def test_warcio_reads_all_that_is_written_and_finds_every_digest_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Archive(tmp_path, user_agent="StartupScout/0.1 (+https://example.org)") as archive:
        ref = archive.write(Answer(), request_lines=(("User-Agent", "StartupScout"), ("Host", "other.it")))
        archive.revisit(Answer(status=304, reason="Not Modified", at=AT + timedelta(days=1)), ref, AT)
        archive.revisit(Answer(url="https://acme.it/copy"), ref, AT)
        archive.write(Answer(body=b"", status=301))
        archive.write(Answer(body=os.urandom(300_000)))
        archive.erase(lambda url: url.endswith("/copy"))
    path = the_file(tmp_path)
    with pytest.raises(SystemExit) as end:
        warcio(["check", "--verbose", str(path)])
    said = capsys.readouterr().out
    assert end.value.code == 0
    assert said.count("digest pass") == 5
    assert said.count("not checked (revisit)") == 1
    with path.open("rb") as stream:
        kinds = [(r.rec_type, r.rec_headers.protocol, r.content_stream().read()[:9]) for r in ArchiveIterator(stream)]
    assert [kind for kind, _, _ in kinds] == ["warcinfo", "response", "request", "revisit", "response", "response"]
    assert {protocol for _, protocol, _ in kinds} == {"WARC/1.1"}
    info = gzip.decompress(path.read_bytes()).split(b"\r\n\r\n")[1]
    assert b"http-header-user-agent: StartupScout/0.1 (+https://example.org)" in info
    request = next(r for r in records(path) if isinstance(r, Record) and r.kind == "request")
    assert request.block == b"GET / HTTP/1.1\r\nHost: acme.it\r\nUser-Agent: StartupScout\r\n\r\n"


def test_each_record_is_a_gzip_member_of_its_own(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        refs = [archive.write(Answer(f"https://acme.it/{n}", request_lines_body(n))) for n in range(3)]
    data = the_file(tmp_path).read_bytes()
    for ref in refs:
        member = zlib.decompressobj(31).decompress(data[ref.offset :])
        assert member.startswith(b"WARC/1.1\r\nWARC-Type: response\r\n")
        assert member.endswith(b"\r\n\r\n")


def request_lines_body(number: int) -> bytes:
    return HTML + bytes([number])


def test_revisits_name_profile_and_original_and_read_as_its_body(tmp_path: Path) -> None:
    later = AT + timedelta(days=3)
    with Archive(tmp_path) as archive:
        ref = archive.write(Answer())
        same = archive.revisit(Answer("https://acme.it/copy", at=later), ref, AT)
        unmodified = archive.revisit(Answer(body=b"", status=304, at=later, header_lines=(("ETag", "x"),)), same, later)
        page = archive.read(unmodified)
        original = archive.read(ref)
    assert (page.status, page.at, page.body, page.header_lines) == (304, later, HTML, (("ETag", "x"),))
    assert page.original == original
    assert {same.digest, unmodified.digest} == {ref.digest}
    first, second = (r for r in records(the_file(tmp_path)) if isinstance(r, Record) and r.kind == "revisit")
    assert first.field("WARC-Profile").endswith("/warc/1.1/revisit/identical-payload-digest")
    assert first.field("WARC-Truncated") == "length"
    assert second.field("WARC-Profile").endswith("/warc/1.1/revisit/server-not-modified")
    for record in (first, second):
        assert record.field("WARC-Refers-To") == original.record_id
        assert record.field("WARC-Refers-To-Target-URI") == "https://acme.it/"
        assert record.field("WARC-Refers-To-Date") == "2026-11-01T12:00:00.250000Z"
        assert record.field("WARC-Payload-Digest") == ref.digest


def test_a_revisit_of_what_is_gone_is_still_recorded(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        gone = ArchiveRef("gone.warc.gz", 7, "sha256:" + "0" * 64)
        ref = archive.revisit(Answer(body=b"", status=304), gone, AT)
        with pytest.raises(ArchiveError, match=r"gone\.warc\.gz: No such file"):
            archive.read(ref)


def test_what_is_lost_is_told_in_the_log_where_its_loss_is_bearable(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Archive(tmp_path) as archive:
        ref = archive.write(Answer())
        assert archive.find(ref) == archive.read(ref)
        assert archive.find(replace(ref, file="gone.warc.gz")) is None
    (said,) = caplog.messages
    assert "gone.warc.gz: No such file" in said


def test_revisits_that_refer_to_each_other_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive(tmp_path) as archive:
        first = archive.write(Answer())
        with monkeypatch.context() as patch:
            patch.setattr(archive, "_original", lambda ref: (None, (ref.file, ref.offset)))
            second = archive.revisit(Answer(status=304), first, AT)
            third = archive.revisit(Answer(status=304), second, AT)
        assert archive.read(second).body == HTML
        with pytest.raises(ArchiveError, match="names no response"):
            archive.read(third)


def test_nothing_that_a_host_sends_can_write_a_header_of_its_own(tmp_path: Path) -> None:
    evil = Answer(
        url="https://acme.it/a b\r\nWARC-Type: x\u20ac",
        reason="OK\r\nX-A: 1",
        header_lines=(("X-B\r\nX-C: 1", "v\r\n\r\n<html>"), (":", "\u20ac\0")),
        address="192.0.2.7\r\nWARC-Type: x",
    )
    with Archive(tmp_path) as archive:
        page = archive.read(archive.write(evil))
    assert page.url == "https://acme.it/a%20b%0D%0AWARC-Type:%20x%E2%82%AC"
    assert page.header_lines == (("X-B X-C 1", "v <html>"), ("Content-Length", str(len(HTML))))
    assert page.body == HTML
    assert [r.kind for r in records(the_file(tmp_path)) if isinstance(r, Record)] == ["warcinfo", "response"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda ref: replace(ref, offset=1), "holds no whole record"),
        (lambda ref: replace(ref, offset=10**9), "the file ends before it"),
        (lambda ref: replace(ref, offset=-1), "no place in an archive"),
        (lambda ref: replace(ref, offset=10**30), "no place in an archive"),
        (lambda ref: replace(ref, offset=0), "holds no response"),
        (lambda ref: replace(ref, digest="sha256:" + "0" * 64), "was altered"),
        (lambda ref: replace(ref, file="../archive/x.warc.gz"), "no place in an archive"),
        (lambda ref: replace(ref, file="other.warc.gz"), "No such file"),
    ],
)
def test_a_reference_that_does_not_fit_is_an_error_that_says_why(
    tmp_path: Path, change: Callable[[ArchiveRef], ArchiveRef], reason: str
) -> None:
    with Archive(tmp_path) as archive:
        wrong = change(archive.write(Answer()))
        with pytest.raises(ArchiveError, match=reason):
            archive.read(wrong)


def test_every_altered_byte_of_a_record_is_noticed(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        ref = archive.write(Answer())
        written = archive.read(ref)
    path = the_file(tmp_path)
    whole = path.read_bytes()
    unnoticed = 0
    for place in range(ref.offset, len(whole)):
        altered = bytearray(whole)
        altered[place] ^= 0x40
        path.write_bytes(altered)
        try:
            page = Archive(tmp_path).read(ref)
        except ArchiveError:
            continue
        unnoticed += 1
        assert page == written
    assert unnoticed <= 8, "gzip's own date and system, and bits that pad its last byte"


def test_a_file_that_grew_large_is_followed_by_another_and_writers_never_share_one(tmp_path: Path) -> None:
    with Archive(tmp_path, largest_file=2000) as one, Archive(tmp_path, largest_file=2000) as other:
        refs = [archive.write(Answer(body=os.urandom(900))) for _ in range(4) for archive in (one, other)]
        for ref in refs:
            assert one.read(ref).body
        assert all(path.stat().st_size < 4000 for path in tmp_path.iterdir())
        assert len({ref.file for ref in refs[::2]} & {ref.file for ref in refs[1::2]}) == 0
        assert len({ref.file for ref in refs}) >= 4


def test_a_body_beyond_all_bounds_is_refused_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.archive.archive.LARGEST_BODY", 100)
    with Archive(tmp_path) as archive, pytest.raises(ArchiveError, match="more than the archive keeps"):
        archive.write(Answer(body=bytes(101)))
    assert list(tmp_path.iterdir()) == []


# Torn files ---------------------------------------------------------------------------------------------------------------


def test_a_file_torn_at_any_byte_keeps_all_records_before_it(tmp_path: Path) -> None:
    with Archive(tmp_path / "whole") as archive:
        refs = [archive.write(Answer(f"https://acme.it/{n}", HTML * n)) for n in range(1, 4)]
        refs.append(archive.revisit(Answer(status=304), refs[0], AT))
    path = the_file(tmp_path / "whole")
    whole = path.read_bytes()
    ends = [*(ref.offset for ref in refs[1:]), len(whole)]
    torn = Archive(tmp_path / "torn")
    torn.folder.mkdir()
    for size in range(0, len(whole) + 1, 7):
        (torn.folder / path.name).write_bytes(whole[:size])
        for ref, end in zip(refs, ends, strict=True):
            if end <= size:
                assert torn.read(ref).body == HTML * max(1, refs.index(ref) + 1 if ref is not refs[3] else 1)
            else:
                with pytest.raises(ArchiveError):
                    torn.read(ref)


WRITER = """
import os, sys
from pathlib import Path
from tests.crawler.test_archive import Answer
from crawler.archive.archive import Archive
archive = Archive(Path(sys.argv[1]))
number = 0
while True:
    ref = archive.write(Answer(body=os.urandom(20_000) + str(number).encode()))
    archive.sync()
    print(ref.file, ref.offset, ref.digest, flush=True)
    number += 1
"""


def test_after_a_kill_every_reference_that_was_given_out_reads_and_the_rest_of_the_file_too(tmp_path: Path, root: Path) -> None:
    for wait in (0.0, 0.01, 0.03, 0.07):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env=os.environ | {"PYTHONPATH": str(root)},
        )
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(wait)
        child.send_signal(signal.SIGKILL)
        given = [first, *child.stdout]
        child.wait()
        child.stdout.close()
        archive = Archive(tmp_path)
        for line in given:
            if line.endswith("\n"):
                file, offset, digest = line.split()
                assert len(archive.read(ArchiveRef(file, int(offset), digest)).body) > 20_000
        flaws = [item for item in records(tmp_path / first.split()[0]) if isinstance(item, Flaw)]
        assert len(flaws) <= 1


def test_a_full_disk_is_a_clear_error_and_the_file_is_cut_back_to_its_last_whole_record(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        refs = [archive.write(Answer())]
        size = the_file(tmp_path).stat().st_size
        refused = pytest.raises(ArchiveError, match=r"cannot write the archive .*: File too large .check the disk")
        with no_file_beyond(size + 4000), refused:
            archive.write(Answer(body=os.urandom(50_000)))
        assert the_file(tmp_path).stat().st_size == size
        refs.append(archive.write(Answer("https://acme.it/after")))
        assert [archive.read(ref).url for ref in refs] == ["https://acme.it/", "https://acme.it/after"]
    assert not any(isinstance(item, Flaw) for item in records(the_file(tmp_path)))


def test_a_disk_that_is_full_from_the_start_leaves_no_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with no_file_beyond(10), pytest.raises(ArchiveError, match="File too large"):
        archive.write(Answer())
    assert list(tmp_path.iterdir()) == []
    assert archive.read(archive.write(Answer())).body == HTML
    archive.close()


def test_a_file_that_cannot_be_cut_back_is_left_and_another_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with Archive(tmp_path) as archive:
        first = archive.write(Answer())
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            patch.setattr(os, "ftruncate", full)
            with pytest.raises(ArchiveError, match="No space left"):
                archive.write(Answer())
        second = archive.write(Answer())
        assert first.file != second.file
        assert archive.read(first).body == archive.read(second).body


def test_a_sync_that_fails_is_an_error_and_ends_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: int) -> None:
        raise OSError(5, "Input/output error")

    with Archive(tmp_path) as archive:
        first = archive.write(Answer())
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fails)
            with pytest.raises(ArchiveError, match="Input/output error"):
                archive.sync()
        assert archive.write(Answer()).file != first.file


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match=r"cannot write the archive .*file/archive"):
        Archive(tmp_path / "file" / "archive").write(Answer())


# Erasing ------------------------------------------------------------------------------------------------------------------


def test_erasing_leaves_no_byte_of_a_site_and_every_other_record_where_it_was(tmp_path: Path) -> None:
    secret = b"<p>Mario Rossi, mario.rossi@acme.it</p>"
    with Archive(tmp_path, largest_file=3000) as archive:
        kept = [archive.write(Answer("https://other.it/", HTML + bytes([n]))) for n in range(5)]
        gone = [archive.write(Answer("https://acme.it/", secret + bytes([n])), request_lines=(("A", "b"),)) for n in range(5)]
        kept += [archive.write(Answer("https://other.it/", HTML + bytes([n]))) for n in range(5)]
        shutil.copytree(tmp_path, tmp_path / "copy", ignore=shutil.ignore_patterns("copy"))
        told: list[tuple[int, int]] = []
        assert archive.erase(lambda url: "acme.it" in url, lambda *numbers: told.append(numbers)) == 10
        files = len(list(tmp_path.glob("*.warc.gz")))
        assert told == [(number, files) for number in range(1, files + 1)]
        assert archive.erase(lambda url: "acme.it" in url) == 0
        for ref in kept:
            assert archive.read(ref).url == "https://other.it/"
        for ref in gone:
            with pytest.raises(ArchiveError, match=r"it was erased|the file ends before it"):
                archive.read(ref)
        kept.append(archive.write(Answer("https://other.it/last")))
        assert archive.read(kept[-1]).url == "https://other.it/last"
    for path in tmp_path.glob("*.warc.gz"):
        assert b"acme.it" not in gzip.decompress(path.read_bytes())
        with pytest.raises(SystemExit) as end:
            warcio(["check", str(path)])
        assert end.value.code == 0
