"""Scrapy's downloader under the crawl's own handler and middleware. What they refuse: test_refusals.py."""

from pathlib import Path

import brotli
from scrapy import Request
from scrapy.http import HtmlResponse

from crawler.web.caps import CappedHandler, DecodingMiddleware, guarded_settings
from crawler.web.decoding import ACCEPTED
from crawler.web.netguard import Guard
from tests.crawler.asked import ask
from tests.crawler.hostile import OK, Hostile, Sending, coded
from tests.crawler.internet import Internet

ADDRESS = "93.184.215.14"


def sent(*pieces: bytes) -> Sending:
    return lambda: iter(pieces)


def test_the_head_is_kept_as_it_was_received(tmp_path: Path) -> None:
    head = (
        b"HTTP/1.1 200 Very well\r\nServer: first\r\nx-robots-tag: noindex\r\n"
        b"CONTENT-type: text/html\r\nX-Robots-Tag: nofollow\r\n"
        b"no colon in this line\r\nX-Latin: qualit\xe0\r\nX-Folded: one\r\n  two\r\nX-Empty:\r\nContent-Length: 2\r\n\r\nok"
    )
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    server = Hostile({"/": sent(head), "/early": sent(interim + head), "/bare": sent(b"HTTP/1.0 204\r\n\r\n")})
    urls = [f"http://a.example{path}" for path in server.answers]
    ends = ask(Internet(tmp_path), server, {"a.example": [[ADDRESS]]}, urls).ends
    server.close()
    lines = [
        ["Server", "first"], ["x-robots-tag", "noindex"], ["CONTENT-type", "text/html"], ["X-Robots-Tag", "nofollow"],
        ["X-Latin", "qualit\xe0"], ["X-Folded", "one  two"], ["X-Empty", ""], ["Content-Length", "2"],
    ]  # fmt: skip
    assert ends[urls[0]]["head"] == ends[urls[1]]["head"] == ["Very well", lines]
    assert ends[urls[2]]["head"] == ["", []]


def test_a_connection_that_is_kept_open_serves_the_next_request_under_the_same_caps(tmp_path: Path) -> None:
    many = b"".join(b"X-%d: more\r\n" % number for number in range(400))
    server = Hostile({f"/{number}": sent(OK + many + b"Content-Length: 2\r\n\r\nok") for number in range(4)})
    urls = [f"http://a.example/{number}#alone" for number in range(4)]
    ends = ask(Internet(tmp_path), server, {"a.example": [[ADDRESS]]}, urls).ends
    server.close()
    assert [ends[url].get("status") for url in urls] == [200] * 4


def test_a_decoded_body_is_no_longer_called_coded(tmp_path: Path) -> None:
    page = "Qualità e velocità".encode("latin-1")
    server = Hostile({"/": coded(brotli.compress(page), "br")})
    end = ask(Internet(tmp_path), server, {"a.example": [[ADDRESS]]}, ["http://a.example/"]).ends["http://a.example/"]
    server.close()
    assert end["body"].encode("latin-1") == page
    assert ["Content-Encoding", "br"] in end["head"][1]
    middleware = DecodingMiddleware(5000)
    request = Request("http://a.example/")
    middleware.process_request(request)
    assert request.headers["Accept-Encoding"] == ACCEPTED.encode()
    response = HtmlResponse("http://a.example/", headers={"Content-Encoding": "br"}, body=brotli.compress(page))
    decoded = middleware.process_response(request, response)
    assert (decoded.body, "Content-Encoding" in decoded.headers) == (page, False)
    assert middleware.process_response(request, decoded) is decoded


def test_scrapys_settings_leave_no_other_way_out() -> None:
    guard = Guard()
    settings = guarded_settings(guard)
    assert settings["SCOUT_GUARD"] is guard
    assert settings["DOWNLOAD_HANDLERS"] == {
        "data": None, "file": None, "ftp": None, "s3": None, "http": CappedHandler, "https": CappedHandler,
    }  # fmt: skip
    assert settings["TWISTED_DNS_RESOLVER"] == "crawler.web.netguard.GuardedResolver"
    assert [settings[f"{name}_ENABLED"] for name in ("REDIRECT", "METAREFRESH", "COOKIES", "RETRY")] == [False] * 4
