"""What guards every answer: response headers, a limit on bodies, the host names that are answered to."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.problems import Problem, unexpected

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # an address of this page holds the firm's need
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
LONGEST_NUMBER = 18
"""Digits of a Content-Length that is looked at closely; Python refuses to read numbers of thousands."""


class Guard:
    """ASGI middleware that adds the headers, refuses large bodies and foreign host names, and answers for what breaks."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, names: tuple[str, ...]) -> None:
        """Guard `app`; `names` are the host names answered to, any port, or `*`."""
        self._app = app
        self._max = max_body_bytes
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store" if scope["path"].startswith("/api/") else "no-cache")
            await send(message)

        headers = Headers(scope=scope)
        if not self._is_known(headers.get("host", "")):
            problem = Problem(421, "unknown-host", "this service does not answer to that host name: see SCOUT_API_NAMES")
            await problem(scope, receive, guarded)
            return
        body = await self._body(headers, receive)
        if body is None:
            problem = Problem(413, "body-too-large", f"the request's body is larger than {self._max} bytes")
            await problem(scope, receive, guarded)
            return
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def replayed() -> Message:
            return next(messages, None) or await receive()

        try:
            await self._app(scope, replayed, guarded)
        except Exception as error:  # noqa: BLE001  # the server would log the error's words, and answer without the headers
            problem = unexpected(scope["method"], error)
            if not begun:
                await problem(scope, receive, guarded)

    def _is_known(self, host: str) -> bool:
        name = host.lower().rpartition(":")[0] if not host.endswith("]") and ":" in host else host.lower()
        return "*" in self._names or name in self._names

    async def _body(self, headers: Headers, receive: Receive) -> bytes | None:
        """Return the whole body, or None as soon as it is known to be too large."""
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit() and (len(length) > LONGEST_NUMBER or int(length) > self._max):
            return None
        body = b""
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return body
            part: bytes = message.get("body", b"")
            body += part
            if len(body) > self._max:
                return None
            if not message.get("more_body"):
                return body
