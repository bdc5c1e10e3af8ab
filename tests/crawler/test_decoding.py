"""Content codings: honest bodies come out whole, bombs are stopped while they unfold."""

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.web.decoding import MOST_MEMBERS, MOST_RATIO, PIECE, RATIO_FROM, CapError, UndecodableError, decoded
from tests.crawler.hostile import packed, zstd_frame

MOST = 5_000_000
PAGE = b"<html><body><p>" + b"Pressofusione di alluminio e zama. " * 400 + b"</p></body></html>"


def bare_deflate(body: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(body) + deflater.flush()


def bgzf(body: bytes) -> bytes:
    return b"".join(gzip.compress(body[start : start + 100]) for start in range(0, len(body), 100))


PACK: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "gzip of many members": ("gzip", bgzf),
    "gzip with something behind": ("gzip", lambda body: gzip.compress(body) + b"\0" * 99),
    "x-gzip": ("X-GZIP", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "bare deflate": ("deflate", bare_deflate),
    "brotli": ("br", brotli.compress),
    "zstd": ("zstd", zstd_frame),
    "zstd of two frames": ("zstd", lambda body: zstd_frame(body[:50]) + zstd_frame(body[50:])),
    "zstd after a skippable frame": ("zstd", lambda body: b"\x53\x2a\x4d\x18\x04\0\0\0skip" + zstd_frame(body)),
    "gzip in brotli": ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
    "identity": ("identity", bytes),
    "a charset where the coding should be": ("UTF-8", bytes),
    "none and gzip": ("none, gzip", gzip.compress),
}


@pytest.mark.parametrize("how", PACK)
@settings(deadline=None)
@given(body=st.binary(max_size=500) | st.just(PAGE))
def test_an_honest_body_comes_out_as_it_went_in(how: str, body: bytes) -> None:
    coding, pack = PACK[how]
    packed_body = pack(body) or b""
    assert decoded(packed_body, [coding], MOST) == body


@pytest.mark.parametrize("how", ["gzip", "deflate", "bare deflate", "brotli", "zstd"])
def test_a_body_that_breaks_off_is_returned_as_far_as_it_goes(how: str) -> None:
    coding, pack = PACK[how]
    body = "".join(f"{number} " for number in range(60_000)).encode()
    whole = pack(body)
    part = decoded(whole[: len(whole) // 2], [coding], MOST)
    most = decoded(whole[:-1], [coding], MOST)
    assert body.startswith(most)
    assert most.startswith(part)
    assert len(most) > 1000


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "zstd"]))
def test_whatever_a_body_holds_it_is_decoded_or_refused(body: bytes, coding: str) -> None:
    for start in (b"", b"\x1f\x8b\x08\x00\0\0\0\0\0\0", b"\x78\x9c", b"\x28\xb5\x2f\xfd"):
        try:
            assert isinstance(decoded(start + body, [coding], 100_000), bytes)
        except (CapError, UndecodableError) as error:
            assert str(error)  # noqa: PT017  # either way is right, but it says why


@pytest.mark.parametrize("how", ["gzip", "deflate", "bare deflate", "br", "zstd"])
def test_a_bomb_is_stopped_while_it_unfolds_and_not_after(how: str) -> None:
    bomb = packed(how, 100)
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(CapError, match="grows more than"):
        decoded(bomb, [how.removeprefix("bare ")], MOST)
    spent, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * (MOST_RATIO * max(len(bomb), RATIO_FROM // MOST_RATIO)) + RATIO_FROM + 10 * PIECE
    assert peak < 20_000_000
    assert spent < 1.0


def test_the_cap_on_size_is_exact_and_holds_for_every_step() -> None:
    noise = bytes(range(256)) * 400
    assert decoded(gzip.compress(noise), ["gzip"], len(noise)) == noise
    with pytest.raises(CapError, match=f"more than {len(noise) - 1} bytes"):
        decoded(gzip.compress(noise), ["gzip"], len(noise) - 1)
    with pytest.raises(CapError):
        decoded(gzip.compress(gzip.compress(b" " * 80_000_000)), ["gzip", "gzip"], 1_000)


def test_a_small_body_may_grow_as_it_likes() -> None:
    blanks = b" " * (RATIO_FROM - 1)
    assert decoded(gzip.compress(blanks), ["gzip"], MOST) == blanks
    with pytest.raises(CapError, match="grows more than 100 times"):
        decoded(gzip.compress(blanks * 2), ["gzip"], MOST)


def test_more_than_two_codings_are_none_of_ours_and_unknown_ones_are_refused() -> None:
    assert decoded(gzip.compress(zlib.compress(PAGE)), ["deflate", "gzip"], MOST) == PAGE
    with pytest.raises(CapError, match="more than 2 content codings"):
        decoded(PAGE, ["gzip, gzip", "br"], MOST)
    with pytest.raises(UndecodableError, match="compress was not asked for"):
        decoded(PAGE, ["compress"], MOST)
    assert decoded(b"", ["gzip", "gzip"], MOST) == b""


def test_streams_in_a_row_are_counted_and_cost_no_more_than_their_length() -> None:
    began = time.process_time()
    with pytest.raises(CapError, match=f"more than {MOST_MEMBERS} compressed streams"):
        decoded(gzip.compress(b"") * 200_000, ["gzip"], MOST)
    assert decoded(gzip.compress(b"a") * MOST_MEMBERS, ["gzip"], MOST) == b"a" * MOST_MEMBERS
    assert time.process_time() - began < 1.0
