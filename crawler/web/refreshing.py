"""When a page need not be asked for again: what sitemaps say of the last change, and when that is to be believed."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

LASTMOD = re.compile(
    r"\s*(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?\s*(?P<zone>Z|[+-]\d\d:?\d\d)?)?)?)?\s*",
    re.IGNORECASE,
)
"""W3C date and time, as sitemaps.org asks for."""
ANYWHERE = timedelta(hours=12)
"""A day without a time zone ends this much after it ends in UTC, at the latest."""
TODAY = timedelta(days=1)
MOST_TODAY = 0.5
"""Share of a sitemap's dates that may lie within the last day before none of them is believed."""
FEW = 3
"""Dates below which a sitemap is judged by none of them being of today."""
BELIEVED = timedelta(days=30)
"""Since the page was last asked for: after that it is asked for whatever the sitemap says."""


def latest(lastmod: str) -> datetime | None:
    """Return the latest moment (UTC) that a `lastmod` may stand for: the end of its day, month or year; None if it is none."""
    match = LASTMOD.fullmatch(lastmod)
    if match is None:
        return None
    year, month, day = int(match["year"]), int(match["month"] or 12), int(match["day"] or 0)
    try:
        if not day:
            begin = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
            return begin - timedelta(seconds=1) + ANYWHERE
        if match["hour"] is None:
            return datetime(year, month, day, 23, 59, 59, tzinfo=UTC) + ANYWHERE
        moment = datetime(year, month, day, int(match["hour"]), int(match["minute"]), int(match["second"] or 0), tzinfo=UTC)
        if match["second"] is None:
            moment += timedelta(seconds=59)
        return moment - _offset(match["zone"])
    except (ValueError, OverflowError):
        return None


def believable(lastmods: Mapping[str, str], now: datetime) -> bool:
    """Tell whether a sitemap's dates (by address) say when pages changed; one that always says today does not."""
    moments = [moment for text in lastmods.values() if text and (moment := latest(text))]
    today = sum(moment > now - TODAY for moment in moments)
    if len(moments) < FEW:
        return bool(moments) and not today
    return today <= MOST_TODAY * len(moments)


def unchanged(lastmod: str, seen_at: datetime, now: datetime) -> bool:
    """Tell whether a believable `lastmod` says that a page is as it was when it was asked for at `seen_at`."""
    moment = latest(lastmod) if lastmod else None
    return moment is not None and moment < seen_at and timedelta() <= now - seen_at < BELIEVED


def _offset(zone: str | None) -> timedelta:
    if zone is None:
        return -ANYWHERE
    if zone in {"Z", "z"}:
        return timedelta()
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
