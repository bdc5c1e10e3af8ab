"""A server on loopback that answers each path with bytes of the test's own, also such as no honest server sends."""

import contextlib
import socket
import socketserver
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Sending = Callable[[], Iterator[bytes]]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
PATIENCE = 8.0
"""Seconds after which an endless answer ends after all."""


class Hostile:
    """Serves `answers`, by path; notes which paths were asked for."""

    def __init__(self, answers: dict[str, Sending]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        hostile = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    hostile.handle(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 200

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def handle(self, connection: socket.socket) -> None:
        """Answer one request; the crawler may hang up at any moment."""
        head = b""
        while b"\r\n\r\n" not in head:
            received = connection.recv(65536)
            if not received:
                return
            head += received
        path = head.split(b" ", 2)[1].decode()
        self.asked.append(path)
        ends = time.monotonic() + PATIENCE
        for piece in self.answers.get(path, plain("found"))():
            connection.sendall(piece)
            if time.monotonic() > ends:
                break

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def plain(text: str) -> Sending:
    body = text.encode()
    return lambda: iter([OK + b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body)])


def coded(body: bytes, *codings: str) -> Sending:
    """Send a body that claims content codings."""
    head = OK + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (", ".join(codings).encode(), len(body))
    return lambda: iter([head, body])


def drip(start: bytes, drop: bytes, pause: float = 0.1) -> Sending:
    """Send something, and then a little more again and again."""

    def sending() -> Iterator[bytes]:
        yield start
        while True:
            time.sleep(pause)
            yield drop

    return sending


def flood(start: bytes, wave: bytes) -> Sending:
    """Send something, and then more for as long as somebody takes it."""

    def sending() -> Iterator[bytes]:
        yield start
        while True:
            yield wave

    return sending


def zstd_frame(body: bytes) -> bytes:
    return zstd.compress(body)


def packed(coding: str, megabytes: int) -> bytes:
    """Return megabytes of blanks in a content coding."""
    block = b" " * 1_000_000
    if coding == "br":
        compressor = brotli.Compressor(quality=1)
        return b"".join([*(compressor.process(block) for _ in range(megabytes)), compressor.finish()])
    if coding == "zstd":
        writer = zstd.ZstdCompressor(level=1)
        return b"".join([writer.compress(block) for _ in range(megabytes)]) + writer.flush()
    bits = {"gzip": 31, "deflate": 15, "bare deflate": -15}[coding]
    deflater = zlib.compressobj(1, zlib.DEFLATED, bits)
    return b"".join([deflater.compress(block) for _ in range(megabytes)]) + deflater.flush()
