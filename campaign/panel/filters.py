"""What templates use: Vietnamese dates, times and numbers, labels, icons and the addresses of static files."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from markupsafe import Markup, escape

from campaign import workers
from campaign.clock import local, local_day
from campaign.panel import labels
from campaign.panel.access import home
from campaign.panel.menu import menu
from campaign.workers import Pulse
from channels.script import WEEKDAYS, duration, short_day
from content.render import safe_html

_STATIC = Path(__file__).parent / "static"


def day_of(value: date | datetime | str) -> date:
    """The local calendar day of an instant, a day or an ISO date."""
    if isinstance(value, datetime):
        return local_day(value)
    return date.fromisoformat(value) if isinstance(value, str) else value


def date_words(value: date | datetime | str) -> str:
    """ "Thứ Ba, 24/11/2026"."""
    day = day_of(value)
    return f"{WEEKDAYS[day.weekday()]}, {short_day(day)}"


def date_short(value: date | datetime | str) -> str:
    """ "24/11/2026"."""
    return short_day(day_of(value))


def day_month(value: date | datetime | str) -> str:
    """ "24/11"."""
    day = day_of(value)
    return f"{day.day:02}/{day.month:02}"


def weekday(value: date | datetime | str) -> str:
    """ "Thứ Ba"."""
    return WEEKDAYS[day_of(value).weekday()]


def clock_time(instant: datetime) -> str:
    """ "07:30" on Vietnam's clock."""
    return f"{local(instant):%H:%M}"


def moment(instant: datetime) -> str:
    """ "07:30, Thứ Ba, 24/11/2026" on Vietnam's clock."""
    return f"{clock_time(instant)}, {date_words(instant)}"


def relative_day(value: date | datetime | str) -> str:
    """ "hôm nay", "ngày mai", "hôm qua", else "Thứ Ba, 24/11/2026"."""
    day = day_of(value)
    names = {0: "hôm nay", 1: "ngày mai", -1: "hôm qua"}
    return names.get((day - local_day(home().clock.now())).days) or date_words(day)


def ago(instant: datetime) -> str:
    """How far an instant is from now: "5 phút trước", "sau 2 giờ"; beyond a week the day itself."""
    span = instant - home().clock.now()
    size = abs(span)
    if size < timedelta(minutes=1):
        return "vừa xong" if span <= timedelta(0) else "ngay bây giờ"
    if size >= timedelta(days=7):
        return date_short(instant)
    for unit, name in ((timedelta(days=1), "ngày"), (timedelta(hours=1), "giờ"), (timedelta(minutes=1), "phút")):
        if size >= unit:
            return f"{size // unit} {name} trước" if span < timedelta(0) else f"sau {size // unit} {name}"
    raise AssertionError("unreachable: a minute is the smallest unit")


def number(value: float | None, digits: int | None = None) -> str:
    """A number the Vietnamese way: 1.234,5. None is "–": no figure, which is not zero."""
    if value is None:
        return "–"
    if digits is None:
        digits = 0 if float(value).is_integer() else 1
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,"))


def percent(share: float | None, digits: int = 0) -> str:
    """A share of one as "37%"."""
    return "–" if share is None else f"{number(share * 100, digits)}%"


def markdown(source: str) -> Markup:
    """Markdown as HTML that content.render has sanitised."""
    return Markup(safe_html(source))  # noqa: S704


def paragraphs(text: str) -> Markup:
    """Plain text as it will stand on a channel: paragraphs at empty lines, line breaks kept."""
    blocks = (escape(block.strip()).replace("\n", Markup("<br>")) for block in text.split("\n\n") if block.strip())
    return Markup("").join(Markup("<p>{}</p>").format(block) for block in blocks)


def short_hash(value: str) -> str:
    """The beginning of a content hash, enough for people to compare."""
    return value[:8]


def icon(name: str, label: str = "") -> Markup:
    """A symbol of the sprite: decoration, or with a label the only carrier of a meaning."""
    about = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" {}><use href="{}#{}"/></svg>').format(about, static("vendor/icons.svg"), name)


def static(name: str) -> str:
    """The address of a static file; it changes with the file, so that browsers may keep what they have."""
    return url_for("static", filename=name, v=_fingerprint(name))


def silent_workers() -> list[Pulse]:
    """The workers that fell silent without a word, for the pages on which people begin their day."""
    return workers.silent_workers(home().clock.now())


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:8]


FILTERS: tuple[Callable[..., Any], ...] = (
    date_words, date_short, day_month, weekday, clock_time, moment, relative_day, ago, number, percent, markdown,
    paragraphs, short_hash, duration, labels.pillar, labels.audience, labels.topic, labels.register,
)  # fmt: skip
GLOBALS: tuple[Callable[..., Any], ...] = (
    icon, static, menu, labels.revision_look, labels.post_look, labels.pillar_look, labels.kind_look,
    labels.audit_look, silent_workers,
)  # fmt: skip


def install(app: Flask) -> None:
    """Give the templates of the panel these filters and globals, each under its own name."""
    for function in FILTERS:
        app.add_template_filter(function, function.__name__)
    for function in GLOBALS:
        app.add_template_global(function, function.__name__)
