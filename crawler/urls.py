"""Addresses: one spelling per page, what belongs to a site, and which pages to read first."""

import re
from dataclasses import dataclass
from functools import lru_cache
from posixpath import splitext
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from crawler.parameters import choosing, telling, without_sessions

LONGEST_URL = 2000
REMEMBERED = 20_000
"""Addresses whose key is known: the pages of a site repeat their links."""
DEFAULT_PORTS = {"http": 80, "https": 443}
ABSOLUTE = re.compile(r"\s*https?://", re.IGNORECASE)
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
PATH_SAFE = UNRESERVED | frozenset("/:@!$&'()*+,;=%")
QUERY_SAFE = PATH_SAFE | frozenset("?")
PLAIN = re.compile(r"[A-Za-z0-9._~/:@!$&'()*+,;=-]*")
"""What is spelt right as it stands, in paths and queries: `PATH_SAFE` without escapes."""
BINARY = re.compile(
    r"\.(7z|aac|ai|apk|avi|avif|bin|bmp|bz2|cab|css|csv|dmg|doc|docm|docx|dot|dotx|dwg|dxf|eot|eps|exe|flac|flv|gif"
    r"|gz|ico|ics|iges|igs|iso|jar|jpe|jpeg|jpg|js|json|key|m4a|m4v|map|mid|midi|mjs|mkv|mov|mp3|mp4|mpeg|mpg|msi"
    r"|numbers|odg|odp|ods|odt|ogg|ogv|otf|pages|pdf|png|pps|ppsx|ppt|pptx|ps|psd|rar|rss|rtf|stl|step|stp|svg|svgz"
    r"|swf|tar|tgz|tif|tiff|ttf|txt|vcf|wasm|wav|webm|webmanifest|webp|wma|wmv|woff|woff2|xls|xlsm|xlsx|xml|xz|zip)$",
    re.IGNORECASE,
)
"""Endings of what is no web page. Documents (PDF, DOCX) are not read yet."""

FRONT_OR_FILE = re.compile(
    r"^(home|homepage|index|default|main|welcome|[^/]*\.([xs]?html?|php\d?|phtml|aspx?|jspx?|jsf|do|action|cfm|cgi|pl))$",
    re.IGNORECASE,
)
"""The last segment of a path that is a page of the folder it lies in, and no folder itself."""
DEFAULT_DOCUMENT = re.compile(r"(?<=/)(index\.(html?|xhtml|shtml)|default\.html?)$", re.IGNORECASE)
"""Files that servers show for their folder. Scripts (`index.php`) are not among them: an `index.html` of few words that leads
into `index.php` is an old custom, and two such pages must not become one."""
SLASHES = re.compile("//+")
LANGUAGE_FOLDER = re.compile(r"^/[a-z]{2}([-_][a-z]{2})?/$", re.IGNORECASE)

MATTERS = re.compile(
    r"\b(about|company|who we are|what we do|mission|vision|team|products?|technolog(y|ies)|solutions?|applications?|services?"
    r"|industr(y|ies)|sectors?|markets?|platforms?|innovation|research|r d|case stud(y|ies)|use cases?|how it works|features"
    r"|patents?|process(es)?|capabilities|projects?"
    r"|chi siamo|chisiamo|azienda|l azienda|societa|profilo|storia|cosa facciamo|prodott[oi]|tecnologi[ae]|soluzion[ei]"
    r"|applicazion[ei]|serviz[io]|servizi|settor[ei]|mercati|piattaforma|innovazione|ricerca|casi studio|casi d uso"
    r"|come funziona|brevett[oi]|process[oi]|lavorazion[ei]|progett[oi]|realizzazion[ei]|competenze|macchin[ae]|impiant[oi])\b"
)
TRIVIAL = re.compile(
    r"\b(privacy|cookies?|legal|imprint|impressum|disclaimer|terms|conditions|gdpr|policy|policies|informativa|note legali"
    r"|termini|condizioni|carts?|checkout|basket|carrello|log ?in|log ?out|sign ?in|sign ?up|register|registrati|account"
    r"|my account|accedi|area riservata|areariservata|password|wishlist|wp admin|wp login|wp json|xmlrpc|feed|rss|print|stampa"
    r"|share|search|cerca|sitemap|404)\b"
)
ARCHIVE = re.compile(
    r"\b(tags?|categor(y|ies|ia|ie)|archives?|archivio|author|autore|page \d+|pagina \d+|blog|news|notizie|novita|events?"
    r"|eventi|press|rassegna stampa|calendar|calendario|jobs?|careers?|lavora con noi|(19|20)\d\d)\b"
)
WORD_BREAK = re.compile(r"[\W_]+")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def canonical_url(url: str, base: str = "", *, keep_session: bool = False) -> str | None:
    """Return the one spelling of an http(s) address to ask for, or None where it is none.

    Lower-case scheme and host (international names in ASCII), no default port, no user info, no fragment, no dot segments,
    escapes in upper case and only where needed; no session id in path or query, no tracking, no parameter that does something
    (`replytocom`, `add-to-cart`). The order of parameters stays: servers may care. `page_key` compares.

    Args:
        url: the address as written.
        base: what a relative `url` counts from.
        keep_session: leave session ids in, for a server that redirects every address without one to one with.
    """
    try:
        # Not joined where it is whole: that would drop a bare `;` at its end.
        parts = urlsplit(url.strip() if not base or ABSOLUTE.match(url) else urljoin(base, url.strip()))
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    host = _ascii_host(parts.hostname or "")
    if scheme not in DEFAULT_PORTS or not host:
        return None
    authority = host if port in {None, DEFAULT_PORTS[scheme]} else f"{host}:{port}"
    path = _escaped(parts.path, PATH_SAFE)
    path = _without_dots(path if keep_session else without_sessions(path)) or "/"
    query = "&".join(telling(_escaped(parts.query, QUERY_SAFE).split("&"), sessions=not keep_session))
    made = urlunsplit((scheme, authority, path, query, ""))
    return made if len(made) <= LONGEST_URL else None


@lru_cache(maxsize=REMEMBERED)
def page_key(url: str) -> str:
    """Return what all addresses of one page share, for comparing only: addresses of one key are asked for once.

    A canonical URL without scheme, leading `www.`, doubled slashes and `index.html`; its parameters sorted, without those that
    order or lay out the same content and without empty ones. Made with care: where a server may show two pages (letter case,
    a slash at the end, `index.php`, the order of the values of one name) the keys differ, and equal content is found by digest.
    """
    authority, slash, rest = url.partition("://")[2].removeprefix("www.").partition("/")
    path, _, query = rest.partition("?")
    path = DEFAULT_DOCUMENT.sub("", SLASHES.sub("/", without_sessions(slash + path) or "/"))
    pairs = "&".join(choosing(query.split("&")))
    return f"{authority}{path}?{pairs}" if pairs else f"{authority}{path}"


def host_of(url: str) -> str:
    """Return the host of a URL, lower-case, without port; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def bare_host_of(url: str) -> str:
    """Return the host of a URL without a leading `www.`: with it and without it is one host."""
    return host_of(url).removeprefix("www.")


def origin_of(url: str) -> str:
    """Return scheme, host and port of a canonical URL: what one robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def folders_of(url: str) -> list[str]:
    """Return the paths of the folders that a canonical URL lies in, the inner ones first, without the root."""
    folder = urlsplit(url).path.rstrip("/").rpartition("/")[0]
    folders: list[str] = []
    while folder:
        folders.append(folder)
        folder = folder.rpartition("/")[0]
    return folders


def at_origin(url: str, origin: str) -> str:
    """Return a canonical URL with another scheme, host and port."""
    return origin + urlunsplit(("", "", *urlsplit(url)[2:]))


def is_binary(url: str) -> bool:
    """Tell whether the path's ending names something that is no web page (an image, an archive, a document)."""
    return BINARY.search(urlsplit(url).path) is not None


@dataclass(frozen=True, slots=True)
class Site:
    """The addresses that belong to a startup: one host with or without `www.`, one port, below one path."""

    host: str
    port: int | None
    """None for the default port of either scheme."""
    folder: str
    """Begins and ends with a slash."""

    @classmethod
    def of(cls, seed: str) -> "Site":
        """Return the site that a canonical seed URL opens: its host, below its path.

        A path that ends in a file (`/a/b.html`) or a front page (`/home`) stands for the folder around it. Any other is a
        folder itself, with or without a slash at its end: of `/startups/foo` the neighbours are other startups.
        """
        parts = urlsplit(seed)
        folder, _, last = parts.path.rpartition("/")
        return cls(bare_host_of(seed), parts.port, f"{folder}/" if not last or FRONT_OR_FILE.match(last) else f"{parts.path}/")

    def same_host(self, url: str) -> bool:
        """Tell whether a canonical URL is on the site's host, whatever its path."""
        parts = urlsplit(url)
        return parts.scheme in DEFAULT_PORTS and bare_host_of(url) == self.host and parts.port == self.port

    def holds(self, url: str) -> bool:
        """Tell whether a canonical URL belongs to the site."""
        return self.same_host(url) and (urlsplit(url).path + "/").startswith(self.folder)

    def moved_to(self, url: str) -> "Site":
        """Return the site after its seed was redirected to `url`.

        On another host it is what `url` opens. On the same one the folder changes to another one beside it. A seed sent up
        towards the root of its host keeps its folder, since the host may belong to many; but not a language (`/en`), which is
        a version of the whole host.
        """
        there = Site.of(url)
        if not self.same_host(url):
            return Site(there.host, there.port, "/") if LANGUAGE_FOLDER.match(there.folder) else there
        folder = there.folder
        upwards = self.folder.startswith(folder) and not LANGUAGE_FOLDER.match(self.folder)
        return self if upwards or self.holds(url) else Site(self.host, self.port, folder)


def page_priority(url: str, anchor_text: str = "") -> int:
    """Return how much a page promises, higher first, from its address and the text of the link to it.

    3 for pages on company, products, technology and the like, 0 for legal notices, carts and log-ins, 1 for archives, 2 else.
    """
    parts = urlsplit(url)
    path = _words(CAMEL.sub(" ", unquote(splitext(parts.path)[0])))
    anchor = _words(anchor_text[:200])
    if TRIVIAL.search(path) or TRIVIAL.search(anchor):
        return 0
    if ARCHIVE.search(path) or parts.query:
        return 1
    return 3 if MATTERS.search(path) or MATTERS.search(anchor) else 2


def _words(text: str) -> str:
    return WORD_BREAK.sub(" ", text.lower().replace("à", "a")).strip()


def _ascii_host(host: str) -> str:
    host = host.rstrip(".").lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    if ":" in host:
        return f"[{host}]"
    return host if re.fullmatch(r"[a-z0-9_.-]{1,253}", host) and ".." not in host and not host.startswith(".") else ""


def _escaped(text: str, safe: frozenset[str]) -> str:
    def one(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in UNRESERVED else f"%{match[1].upper()}"

    if PLAIN.fullmatch(text):
        return text
    text = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    text = ESCAPE.sub(one, text)
    return "".join(
        c if c in safe else "".join(f"%{byte:02X}" for byte in c.encode("utf-8", "replace"))
        for c in text
        if c not in "\t\r\n\0"
    )


def _without_dots(path: str) -> str:
    """Resolve `.` and `..` (RFC 3986 section 5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)
