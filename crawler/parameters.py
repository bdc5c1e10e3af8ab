"""Parts of an address that do not say which page it shows: sessions, tracking, actions, orders and views of one list."""

import re
from collections.abc import Iterable
from itertools import groupby

TRACKING = re.compile(
    r"(?i)(utm|hsa)_\w+|(mtm|pk|piwik|matomo)_(campaign|cpn|kwd|keyword|source|medium|content|group|placement)"
    r"|(stm|itm)_(source|medium|campaign|content|term)|at_(medium|campaign)|fb_(action_ids|action_types|source|ref)"
    r"|gclid|gclsrc|dclid|gbraid|wbraid|gad_(source|campaignid)|srsltid|fbclid|msclkid|yclid|ysclid|twclid|ttclid|igsh(id)?"
    r"|li_fat_id|epik|rb_clickid|mc_[ce]id|_hs(enc|mi)|__hs(tc|sc|fp)|hsctatracking|mkt_tok|_ga|_gl|_ke|vero_(id|conv)"
    r"|oly_(enc|anon)_id|wickedid|_openstat|s_kwcid|ef_id|wt_m?c|trk(campaign|info)?|cjevent|ref_src|__cf_chl_\w+|cn-reloaded"
    r"|doing_wp_cron"
)
"""Names that say where a visitor came from."""
ACTION = re.compile(
    r"(?i)replytocom|like_comment|_wpnonce|add-to-cart|add_to_(cart|wishlist|compare)|remove_(item|from_wishlist)|undo_item|removed_item"
)
"""Names of what a click does on a page that is the same without it."""
SHARED_BY = re.compile(r"(?i)facebook|twitter|x|linkedin|pinterest|whatsapp|telegram|reddit|tumblr|email|print|pocket")
SESSION = re.compile(r"(?i)aspsessionid\w*|phpsessid|jsessionid|osc?sid|xtcsid|zenid|cfid|cftoken|_?sessid|cgisessid")
"""Names that only sessions have."""
MAYBE_SESSION = re.compile(r"(?i)s|sid|ssid|ses|sess|session|session_?(id|key|token)|visitor_?id|uniqid")
"""Names that sessions share with sections, shops and talks: the value decides."""
RANDOM = re.compile(
    r"(?i)[0-9a-f]{16,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[a-z0-9]*[0-9])(?=(?:[a-z]*[0-9]+[a-z]+){3})[a-z0-9]{16,}"
)
"""Values that nobody typed: long hex numbers, UUIDs, letters and digits in turn."""
LONGEST_RANDOM = 200
CLOCK = re.compile(r"\d{10,}")
SESSION_IN_PATH = re.compile(r"(?i);(jsessionid|phpsessid|sid|sessionid)=[^/?#;]*|/\(([A-Z]\([\w-]{8,}\))+\)(?=/|$)")
"""Java's and PHP's path parameter, and the segment of ASP.NET without cookies, `/(S(lit3py55t21z5v55vlm25s55))/`."""
SESSION_SEGMENT = re.compile(r"(?i)/(?:phpsessid|jsessionid|sid|sessionid)[=,]([^/?#]+)(?=/|$)")
"""A segment of its own, `/sid=5f0c.../`: dropped where the value is random."""

ORDER_NAME = re.compile(
    r"(?i)(product_list_|list_)?(sort|order|sort_?by|order_?by|sort_?order|order_?dir|sort_?dir|dir(ection)?)"
)
ORDER = re.compile(
    r"(?i)[-+]?(asc(ending)?|desc(ending)?|up|down|newest|oldest|latest|recent|popular(ity)?|rating|relevance|best_?sell(er|ing)|default"
    r"|((product_)?(name|title|price|prezzo|nome|titolo|date|data|modified|created(_at)?|published|position|sales|menu_order|rand))"
    r"([-_.:, ]|%20|%2C|%3A)?(asc|desc|up|down|low|high)?)"
)
VIEW_NAME = re.compile(r"(?i)view|view_?mode|viewmode|layout|display|mode|product_list_mode|format|output|tmpl")
VIEW = re.compile(r"(?i)grid|list|table|tiles?|compact|print(er|able)?(_?friendly)?|component|amp")
BARE_FLAG = re.compile(r"(?i)print|printable|printer_?friendly|amp|noamp")
FLAG = re.compile(BARE_FLAG.pattern + "|stampa|mobile")
ON = re.compile(r"(?i)|0|1|y|yes|no|true|false|on|off")


def without_sessions(path: str) -> str:
    """Return a path without the session ids that servers write into it."""
    path = SESSION_IN_PATH.sub("", path)
    return SESSION_SEGMENT.sub(lambda match: "" if is_random(match[1]) else match[0], path)


def telling(pairs: Iterable[str], *, sessions: bool = True) -> list[str]:
    """Return the parameters (`name=value`) that a server may need to choose a page, in their order.

    What goes: tracking, session ids (unless `sessions` is False), actions. An address without them asks for the same page.
    """
    return [pair for pair in map(_mended, pairs) if pair and not _idle(*_split(pair), sessions=sessions)]


def choosing(pairs: Iterable[str]) -> list[str]:
    """Return the parameters that tell one page from another, sorted by name: for comparing addresses, not for asking.

    Beyond `telling`, what goes are orders and views of the same content (known names with known values only: `view=article`
    and `order=1234` stay) and parameters with an empty value (`a=`, but not a bare `about`). Values of one name keep
    their order.
    """
    kept = [pair for pair in telling(pairs) if not _same_content(*_split(pair))]
    grouped = groupby(sorted(kept, key=lambda pair: _split(pair)[0]), key=lambda pair: _split(pair)[0])
    return [pair for _, group in grouped for pair in dict.fromkeys(group)]


def is_random(text: str) -> bool:
    """Tell whether a value looks like a number that a program drew: a session, a token, a UUID."""
    return len(text) <= LONGEST_RANDOM and RANDOM.fullmatch(text) is not None


def _mended(pair: str) -> str:
    """Undo `&amp;` written for `&` in an address that was escaped twice."""
    while pair.startswith("amp;"):
        pair = pair[len("amp;") :]
    return pair


def _split(pair: str) -> tuple[str, str | None]:
    name, equals, value = pair.partition("=")
    return name, value if equals else None


def _idle(name: str, value: str | None, *, sessions: bool) -> bool:
    if TRACKING.fullmatch(name) or ACTION.fullmatch(name):
        return True
    if value is None:
        return False
    if sessions and (SESSION.fullmatch(name) or (MAYBE_SESSION.fullmatch(name) and is_random(value))):
        return True
    return bool((name == "_" and CLOCK.fullmatch(value)) or (name == "share" and SHARED_BY.fullmatch(value)))


def _same_content(name: str, value: str | None) -> bool:
    if value is None:
        return BARE_FLAG.fullmatch(name) is not None
    if not value or (FLAG.fullmatch(name) and ON.fullmatch(value)):
        return True
    return bool(
        (ORDER_NAME.fullmatch(name) and ORDER.fullmatch(value)) or (VIEW_NAME.fullmatch(name) and VIEW.fullmatch(value))
    )
