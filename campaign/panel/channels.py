"""Channels: whether each one works and what to do where it does not, its hours, its connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from peewee import fn

from campaign import channel_admin, tokens
from campaign.errors import Problem
from campaign.models import Channel, Post, PostState, Unit
from campaign.panel.access import fetch, home, rule, user
from campaign.panel.forms_channel import WINDOW_WEIGHTS, HoursForm, connect_form
from campaign.panel.labels import Look
from campaign.rights import can, units_where
from channels.base import Setting
from channels.registry import KINDS
from content.taxonomy import AUDIENCES

bp = Blueprint("channels", __name__)

# Services that fetch pictures from this home, and so cannot do without `public_url` (channels.md section 3.3).
_FETCHING = frozenset({"zalo"})
_NEEDS_PUBLIC_URL = "Zalo tải ảnh bìa từ Internet: hãy nhờ người quản trị máy đặt public_url trong tệp cấu hình."


@dataclass(frozen=True)
class Health:
    """How a channel does: its look, what is the matter, and the next step."""

    look: Look
    sentence: str = ""
    # Whether it speaks as it stands.
    speaks: bool = False


def health(channel: Channel, missing: Sequence[Setting]) -> Health:
    """How a channel does. The first thing that stands in its way counts."""
    if channel.paused:
        return Health(Look("Tạm dừng", "pause-circle", "amber"), channel.paused)
    if missing:
        names = ", ".join(setting.label for setting in missing)
        return Health(Look("Chưa kết nối", "plug", "red"), f"Còn thiếu: {names}. Hãy điền ở phần Kết nối.")
    if channel.kind in _FETCHING and not home().config.public_url:
        return Health(Look("Thiếu địa chỉ công khai", "globe2", "amber"), _NEEDS_PUBLIC_URL)
    if KINDS[channel.kind].confirmed_by_person:
        return Health(Look("Sẵn sàng", "check-circle", "green"), speaks=True)
    ends = tokens.ending(channel, home().clock.now())
    if ends is not None:
        return Health(ending_look(ends), ends.sentence, speaks=True)
    return Health(Look("Đã kết nối", "check-circle", "green"), speaks=True)


def ending_look(ends: tokens.Ending) -> Look:
    """How a connection that ends soon appears."""
    return Look("Sắp hết hạn", "clock-history", "amber" if ends.stage < len(tokens.WARNED) else "red")


@bp.get("/kenh")
@rule("view")
def index() -> Any:
    """The channels of the person's units with their health, last and next post."""
    rows = Channel.select(Channel, Unit).join(Unit).where(Channel.unit.in_(units_where(user(), "view")))
    channels = list(rows.order_by(Channel.kind, Channel.name))
    missing = channel_admin.missing_by_channel(channels)
    last, coming = _last_and_next(home().clock.now())
    return render_template(
        "channels/index.html",
        channels=channels,
        health={channel.id: health(channel, missing[channel.id]) for channel in channels},
        last=last,
        coming=coming,
    )


def _last_and_next(now: datetime) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """When each channel spoke last and speaks next."""
    last = Post.select(Post.channel, fn.MAX(Post.published_at)).where(Post.published_at.is_null(False))
    waiting = (PostState.SCHEDULED, PostState.SCHEDULED_REMOTELY, PostState.HANDED_OVER)
    coming = Post.select(Post.channel, fn.MIN(Post.due_at)).where(Post.due_at > now, Post.state.in_(waiting))
    return dict(last.group_by(Post.channel).tuples()), dict(coming.group_by(Post.channel).tuples())


# ---------------------------------------------------------------- a new one


@bp.get("/kenh/moi")
@rule("manage")
def new() -> Any:
    """Choose a kind and a name."""
    return _show_new({})


@bp.post("/kenh/moi")
@rule("manage")
def create() -> Any:
    """Make the channel with the defaults of its kind; connecting comes next."""
    unit = fetch(Unit, request.form.get("unit", 0, type=int), "manage")
    try:
        channel = channel_admin.create_channel(
            user(), unit, request.form.get("kind", ""), request.form.get("name", ""), home().clock.now()
        )
    except Problem as problem:
        return _show_new(request.form, str(problem)), 400
    flash("Đã tạo kênh. Bước tiếp theo: điền phần Kết nối.", "success")
    return redirect(url_for("channels.show", channel_id=channel.id), 303)


def _show_new(typed: Mapping[str, Any], sentence: str = "") -> str:
    units = Unit.select().where(Unit.id.in_(units_where(user(), "manage"))).order_by(Unit.id)
    return render_template(
        "channels/new.html",
        kinds=KINDS,
        defaults={kind: channel_admin.defaults(kind) for kind in KINDS},
        units=list(units),
        typed=typed,
        sentence=sentence,
    )


# ---------------------------------------------------------------- one channel


@bp.get("/kenh/<int:channel_id>")
@rule("view")
def show(channel_id: int) -> Any:
    """One channel: health, hours, and for who manages it the forms."""
    return _show(fetch(Channel, channel_id, "view"))


def _show(
    channel: Channel,
    hours: HoursForm | None = None,
    typed: Mapping[str, Any] | None = None,
    sentence: str = "",
    where: str = "",
) -> str:
    """`sentence` says what is wrong in the part of the page that `where` names: hours, connect or pause."""
    missing = channel_admin.missing_by_channel([channel])[channel.id]
    return render_template(
        "channels/show.html",
        channel=channel,
        kind=KINDS[channel.kind],
        health=health(channel, missing),
        hours=hours or HoursForm.of(channel),
        boxes=connect_form(channel, channel_admin.stored_secrets(channel, home().vault), typed),
        manages=can(user(), "manage", channel.unit),
        sentence=sentence,
        where=where,
        weekdays=range(7),
        audiences=AUDIENCES,
        weights=WINDOW_WEIGHTS,
    )


@bp.post("/kenh/<int:channel_id>/ket-noi")
@rule("manage")
def connect(channel_id: int) -> Any:
    """Store the connection."""
    channel = fetch(Channel, channel_id, "manage")
    typed = request.form.to_dict()
    try:
        channel_admin.connect(user(), channel, typed, home().vault, home().clock)
    except Problem as problem:
        return _show(channel, typed=typed, sentence=str(problem), where="connect"), 400
    return _done(channel, "Đã lưu kết nối.")


@bp.post("/kenh/<int:channel_id>/gio")
@rule("manage")
def set_hours(channel_id: int) -> Any:
    """Store the hours."""
    channel = fetch(Channel, channel_id, "manage")
    form = HoursForm.typed(request.form)
    try:
        channel_admin.set_hours(
            user(), channel, form.hours(has_sessions=KINDS[channel.kind].confirmed_by_person), home().clock.now()
        )
    except Problem as problem:
        return _show(channel, form, sentence=str(problem), where="hours"), 400
    return _done(channel, "Đã lưu khung giờ. Bài đã lên lịch giữ nguyên giờ.")


@bp.post("/kenh/<int:channel_id>/tam-dung")
@rule("manage")
def pause(channel_id: int) -> Any:
    """Silence the channel."""
    channel = fetch(Channel, channel_id, "manage")
    try:
        channel_admin.pause(user(), channel, request.form.get("reason", ""), home().clock.now())
    except Problem as problem:
        return _show(channel, sentence=str(problem), where="pause"), 400
    return _done(channel, "Đã tạm dừng kênh.")


@bp.post("/kenh/<int:channel_id>/chay-tiep")
@rule("manage")
def resume(channel_id: int) -> Any:
    """Let the channel speak again."""
    channel = fetch(Channel, channel_id, "manage")
    channel_admin.resume(user(), channel, home().clock.now())
    return _done(channel, "Kênh đã hoạt động lại.")


def _done(channel: Channel, sentence: str) -> Any:
    flash(sentence, "success")
    return redirect(url_for("channels.show", channel_id=channel.id), 303)
