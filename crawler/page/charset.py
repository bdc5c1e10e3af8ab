"""Bytes of a page into text, whatever charset they declare."""

import codecs

from bs4.dammit import EncodingDetector

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
WESTERN = frozenset({"iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii", "windows-1252", "cp1252"})
"""Charsets that browsers all read as windows-1252 (WHATWG Encoding Standard)."""


def decode(html: bytes, charset: str | None = None) -> str:
    """Decode a page: its byte order mark, else UTF-8 where the bytes are, else the declared charset, else windows-1252.

    A page of mostly UTF-8 with stray bytes keeps its letters: the strays are read as windows-1252.
    """
    for bom, encoding in BOMS:
        if html.startswith(bom):
            return html[len(bom) :].decode(encoding, "replace")
    try:
        return html.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = EncodingDetector.find_declared_encoding(html, is_html=True, search_entire_document=False)
    for name in (declared, charset):
        # UTF-16 without a mark cannot have shown its own declaration; UTF-8 has just failed.
        known = _codec(name)
        if known and not known.startswith("utf"):
            try:
                return html.decode("cp1252" if known in WESTERN else known)
            except (UnicodeError, LookupError):
                continue
    mixed = html.decode("utf-8", _STRAY_BYTES)
    wide = sum(1 for character in mixed if ord(character) > 0xFF)  # noqa: PLR2004  # beyond what a stray byte turns into
    strays = html.decode("utf-8", "replace").count("\ufffd")
    letters = sum(1 for character in mixed if not character.isascii()) - strays
    return mixed if max(letters, wide) > strays else html.decode("cp1252", _WESTERN_GAPS)


def _codec(name: str | None) -> str | None:
    try:
        return codecs.lookup(name.strip(" \"'")).name if name else None
    except (LookupError, ValueError):
        return None


def _stray_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


def _western_gaps(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return " " * (error.end - error.start), error.end


_STRAY_BYTES = "startup-scout-stray-bytes"
_WESTERN_GAPS = "startup-scout-western-gaps"
codecs.register_error(_STRAY_BYTES, _stray_bytes)
codecs.register_error(_WESTERN_GAPS, _western_gaps)
