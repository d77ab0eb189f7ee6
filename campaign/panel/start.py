"""The first page: what needs this person now, and the week ahead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from campaign import broadcasts, tasks
from campaign.channel_admin import missing_by_channel
from campaign.clock import day_bounds, local, local_day
from campaign.ledger import PAUSED
from campaign.models import Channel, Message, Post, PostState, Revision, note
from campaign.panel import waiting
from campaign.panel.access import SIGNED_IN, actions, home, readable_units, rule, user
from campaign.panel.channels import ending_look, health
from campaign.panel.labels import Look, kind_look, post_look, revision_look
from campaign.panel.tasks import due_look
from campaign.rights import units_where
from campaign.tokens import Ending

bp = Blueprint("start", __name__)

# How many things of one sort the page shows before it only counts them.
MOST = 5
MOST_A_DAY = 6
DAYS = 7
# What a glance at the week leaves out: it will not be seen by anybody.
GONE = (PostState.CANCELLED, PostState.REMOVED)


@dataclass(frozen=True)
class Task:
    """One thing that waits for this person, with the page where it is dealt with."""

    look: Look
    title: str
    detail: str
    url: str


@dataclass(frozen=True)
class Tasks:
    """Things of one sort: the first few, how many there are, and the page that has all of them."""

    heading: str
    shown: Sequence[Task]
    total: int
    url: str


@dataclass(frozen=True)
class Day:
    """A day of the week ahead; `more` counts the posts that are not shown."""

    date: date
    posts: Sequence[Post]
    more: int


@bp.get("/")
@rule(SIGNED_IN)
def index() -> Any:
    """The first page. Who only airs broadcasts goes straight to them."""
    if "air" in actions() and "view" not in actions():
        return redirect(url_for("broadcasts.today"))
    is_reader = "view" in actions()
    return render_template(
        "start.html",
        groups=[group for group in _groups() if group.total],
        week=_week() if is_reader else [],
        today=local_day(home().clock.now()),
        is_paused=bool(note(PAUSED)),
        has_messages=is_reader and Message.select().where(Message.unit.in_(readable_units())).exists(),
    )


def _groups() -> Iterable[Tasks]:
    if "tasks" in actions():
        yield _to_do()
    if "plan" in actions():
        yield _troubled()
    if actions() & {"plan", "manage"}:
        yield _silent_channels()
        yield _ending_connections()
    if "approve" in actions():
        yield _revisions("Chờ bạn duyệt", waiting.to_approve(), "cho-toi")
    if "write" in actions():
        yield _revisions("Bị trả lại cho bạn", waiting.returned_to_me(), "tra-lai")
    if "air" in actions():
        yield _broadcasts()


def _to_do() -> Tasks:
    today, mine = local_day(home().clock.now()), tasks.open_tasks(user())
    shown = [
        Task(
            due_look(task, today),
            task.title,
            task.unit.name,
            url_for("tasks.index", _anchor=f"viec-{task.id}"),
        )
        for task in mine[:MOST]
    ]
    return Tasks("Việc phải làm", shown, len(mine), url_for("tasks.index"))


def _revisions(heading: str, query: Any, tab: str) -> Tasks:
    shown = [
        Task(
            revision_look(row.state),
            row.title,
            f"Bản {row.number}",
            url_for("approvals.show", revision_id=row.id),
        )
        for row in query.order_by(Revision.changed_at).limit(MOST)
    ]
    return Tasks(heading, shown, query.count(), url_for("approvals.index", muc=tab))


def _troubled() -> Tasks:
    query = waiting.troubled_posts()
    shown = [_post_task(post) for post in query.order_by(Post.due_at).limit(MOST)]
    return Tasks("Bài đăng cần xử lý", shown, query.count(), url_for("posts.attention"))


def _post_task(post: Post) -> Task:
    due = local(post.due_at)
    detail = f"{post.channel.name}, {due:%H:%M} ngày {due:%d/%m/%Y}. {post.hold or post.error}".strip()
    return Task(post_look(post.state, post.hold), post.revision.title, detail, url_for("posts.show", post_id=post.id))


def _broadcasts() -> Tasks:
    today = local_day(home().clock.now())
    posts = broadcasts.of_day(user(), today)
    shown = [
        Task(
            post_look(post.state),
            post.payload["title"],
            f"{local(post.due_at):%H:%M}, {post.channel.name}",
            url_for("broadcasts.today"),
        )
        for post in posts[:MOST]
    ]
    return Tasks("Phát thanh hôm nay", shown, len(posts), url_for("broadcasts.today"))


def _silent_channels() -> Tasks:
    """Channels that will not send as they stand: paused, or still without something they need."""
    units = units_where(user(), "plan") | units_where(user(), "manage")
    channels = list(Channel.select().where(Channel.unit.in_(units)).order_by(Channel.id))
    missing = missing_by_channel(channels)
    states = [(channel, health(channel, missing[channel.id])) for channel in channels]
    silent = [
        Task(
            state.look,
            channel.name,
            f"{kind_look(channel.kind).label}. {state.sentence}",
            url_for("channels.show", channel_id=channel.id),
        )
        for channel, state in states
        if not state.speaks
    ]
    return Tasks("Kênh chưa gửi được", silent[:MOST], len(silent), url_for("channels.index"))


def _ending_connections() -> Tasks:
    """Channels that a person must connect anew before they fall silent."""
    query, now, shown = waiting.ending_connections(), home().clock.now(), []
    for channel in query.order_by(Channel.login_ends_at).limit(MOST):
        ends = Ending.of(channel.login_ends_at, now)
        url = url_for("channels.show", channel_id=channel.id, _anchor="connect")
        shown.append(Task(ending_look(ends), channel.name, ends.sentence, url))
    return Tasks("Kết nối sắp hết hạn", shown, query.count(), url_for("channels.index"))


def _week() -> list[Day]:
    first = local_day(home().clock.now())
    begin, _ = day_bounds(first)
    end, _ = day_bounds(first + timedelta(days=DAYS))
    rows = (
        Post.select(Post, Channel, Revision.id, Revision.title)
        .join(Channel)
        .switch(Post)
        .join(Revision)
        .where(
            Channel.unit.in_(units_where(user(), "view")),
            Post.due_at >= begin,
            Post.due_at < end,
            Post.state.not_in(GONE),
        )
        .order_by(Post.due_at, Post.id)
    )
    by_day = {day: list(posts) for day, posts in groupby(rows, key=lambda post: local_day(post.due_at))}
    days = [first + timedelta(days=offset) for offset in range(DAYS)]
    return [_day(day, by_day.get(day, [])) for day in days]


def _day(day: date, posts: list[Post]) -> Day:
    return Day(day, posts[:MOST_A_DAY], max(0, len(posts) - MOST_A_DAY))
