"""Campaigns: the list, the form, the calendar, the plan and what was reached."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from peewee import fn

from campaign import campaign_admin, planning, reach, rolling
from campaign.clock import day_bounds, local_day
from campaign.errors import Problem
from campaign.models import Campaign, CampaignChannel, Channel, Message, Post, PostState, Revision, RevisionState, Unit
from campaign.panel import calendar, charts
from campaign.panel.access import fetch, home, rule, user
from campaign.panel.forms_campaign import CampaignForm
from campaign.planner import Plan, Slot
from campaign.reach import DONE, FAILED
from campaign.rights import ancestors, units_where
from channels.registry import KINDS
from content.observances import OBSERVANCES, Occurrence, upcoming
from content.taxonomy import PILLARS

bp = Blueprint("campaigns", __name__)

_MOST = 100
# The measured figure of each kind that counts views, for the chart.
_VIEWS = {"facebook": "post_media_view", "zalo": "total_view"}
ATTENTION = (PostState.FAILED, PostState.UNSURE, PostState.MISSED)
_WAITING = (PostState.SCHEDULED, PostState.SENDING, PostState.SCHEDULED_REMOTELY, PostState.PROCESSING,
            PostState.HANDED_OVER)  # fmt: skip
STATUSES = {
    "cho": "Sắp gửi", "xong": "Đã thực hiện", "can-xu-ly": "Cần xử lý", "khong": "Không thực hiện", "huy": "Đã hủy",
}  # fmt: skip


@dataclass
class Tally:
    """How many posts of a campaign stand where. Cancelled posts are not counted."""

    planned: int = 0
    done: int = 0
    failed: int = 0

    @property
    def open(self) -> int:
        """Posts that are still to go out."""
        return self.planned - self.done - self.failed


def tallies(campaigns: Iterable[Campaign]) -> dict[int, Tally]:
    """The tally of each campaign, in one question to the database."""
    rows = (
        Post.select(Post.campaign, Post.state, fn.COUNT(Post.id))
        .where(Post.campaign.in_(list(campaigns)), Post.state != PostState.CANCELLED)
        .group_by(Post.campaign, Post.state)
        .tuples()
    )
    found: dict[int, Tally] = {}
    for campaign, state, count in rows:
        tally = found.setdefault(campaign, Tally())
        tally.planned += count
        tally.done += count if state in DONE else 0
        tally.failed += count if state in FAILED else 0
    return found


def phase(campaign: Campaign, today: date) -> tuple[str, str, str]:
    """Where a campaign stands in time: words, icon and tone."""
    if today < campaign.starts_on:
        return "Sắp tới", "calendar-event", "blue"
    if today > campaign.ends_on:
        return "Đã kết thúc", "flag", "grey"
    return "Đang chạy", "play-circle", "green"


@bp.get("/chien-dich")
@rule("view")
def index() -> Any:
    """The campaigns of the person's units, the latest first."""
    rows = (
        Campaign.select(Campaign, Unit)
        .join(Unit)
        .where(Campaign.unit.in_(units_where(user(), "view")))
        .order_by(Campaign.starts_on.desc(), Campaign.id.desc())
        .limit(_MOST)
    )
    campaigns = list(rows)
    today = local_day(home().clock.now())
    return render_template(
        "campaigns/index.html",
        campaigns=campaigns,
        tallies=tallies(campaigns),
        nothing=Tally(),
        phases={campaign.id: phase(campaign, today) for campaign in campaigns},
    )


# ---------------------------------------------------------------- the form


@bp.get("/chien-dich/moi")
@rule("plan")
def new() -> Any:
    """An empty form; whoever plans for several units chooses one first."""
    units = list(Unit.select().where(Unit.id.in_(units_where(user(), "plan"))).order_by(Unit.id))
    chosen = request.args.get("don_vi", type=int) or (units[0].id if len(units) == 1 else None)
    if chosen is None:
        return render_template("campaigns/unit.html", units=units)
    unit = fetch(Unit, chosen, "plan")
    offered = offered_messages(unit)
    form = CampaignForm(messages=[row.message_id for row in offered if row.state == RevisionState.APPROVED])
    return _show_form(form, unit, offered)


@bp.post("/chien-dich/moi")
@rule("plan")
def create() -> Any:
    """Store a new campaign."""
    unit = fetch(Unit, request.form.get("unit", 0, type=int), "plan")
    form = CampaignForm.typed(request.form)
    offered = offered_messages(unit)
    try:
        campaign = campaign_admin.create(user(), unit, form.terms(_pillars(offered)), home().clock.now())
    except Problem as problem:
        return _show_form(form, unit, offered, sentence=str(problem)), 400
    flash("Đã tạo chiến dịch. Hãy xem bản kế hoạch rồi áp dụng.", "success")
    return redirect(url_for("campaigns.plan", campaign_id=campaign.id), 303)


@bp.get("/chien-dich/<int:campaign_id>/sua")
@rule("plan")
def edit(campaign_id: int) -> Any:
    """The form of a campaign."""
    campaign = fetch(Campaign, campaign_id, "plan")
    return _show_form(CampaignForm.of(campaign), campaign.unit, offered_messages(campaign.unit), campaign)


@bp.post("/chien-dich/<int:campaign_id>/sua")
@rule("plan")
def change(campaign_id: int) -> Any:
    """Store the changes of a campaign."""
    campaign = fetch(Campaign, campaign_id, "plan")
    form = CampaignForm.typed(request.form)
    offered = offered_messages(campaign.unit)
    try:
        campaign_admin.change(user(), campaign, form.terms(_pillars(offered)), home().clock.now())
    except Problem as problem:
        return _show_form(form, campaign.unit, offered, campaign, str(problem)), 400
    flash("Đã lưu chiến dịch. Bài đã lên lịch giữ nguyên; xem kế hoạch để bổ sung phần còn thiếu.", "success")
    return redirect(url_for("campaigns.show", campaign_id=campaign.id), 303)


def offered_messages(unit: Unit) -> list[Revision]:
    """What a campaign of the unit may carry: for each message of the unit and those above it the newest approved
    revision, else the newest one. Words are left in the database."""
    rows = (
        Revision.select(Revision.id, Revision.message, Revision.number, Revision.title, Revision.pillar, Revision.state)
        .join(Message)
        .where(Message.unit.in_(ancestors(unit)))
        .order_by(Revision.message, Revision.number)
    )
    newest: dict[int, Revision] = {}
    for row in rows:
        held = newest.get(row.message_id)
        if held is None or row.state == RevisionState.APPROVED or held.state != RevisionState.APPROVED:
            newest[row.message_id] = row
    return sorted(newest.values(), key=lambda row: row.title)


def _pillars(offered: Sequence[Revision]) -> dict[int, str]:
    return {row.message_id: row.pillar for row in offered}


def _show_form(
    form: CampaignForm, unit: Unit, offered: Sequence[Revision], campaign: Campaign | None = None, sentence: str = ""
) -> str:
    return render_template(
        "campaigns/form.html",
        form=form,
        unit=unit,
        campaign=campaign,
        sentence=sentence,
        pillars=PILLARS,
        offered={pillar: [row for row in offered if row.pillar == pillar] for pillar in PILLARS},
        channels=campaign_admin.channels_for(unit),
        occasions=_occasions(),
    )


def _occasions() -> list[Occurrence]:
    """The next occurrence of every observance, the nearest first."""
    today = local_day(home().clock.now())
    return sorted((upcoming(row, today) for row in OBSERVANCES.values()), key=lambda row: row.starts)


@bp.post("/chien-dich/<int:campaign_id>/lap-lai")
@rule("plan")
def roll(campaign_id: int) -> Any:
    """The same campaign a year on."""
    campaign = fetch(Campaign, campaign_id, "plan")
    try:
        rolled = rolling.roll_on(user(), campaign, home().clock.now())
    except Problem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("campaigns.show", campaign_id=campaign.id), 303)
    flash("Đã lập chiến dịch cho lần sau. Hãy xem lại ngày, kênh và thông điệp rồi mới áp dụng kế hoạch.", "success")
    return redirect(url_for("campaigns.edit", campaign_id=rolled.id), 303)


# ---------------------------------------------------------------- the calendar


@bp.get("/chien-dich/<int:campaign_id>")
@rule("view")
def show(campaign_id: int) -> Any:
    """The calendar of a campaign; what it shows stands in the address."""
    campaign = fetch(Campaign, campaign_id, "view")
    today = local_day(home().clock.now())
    weeks = calendar.mondays(campaign.starts_on, campaign.ends_on)
    week = _day(request.args.get("tuan", ""))
    shown = [calendar.monday(week)] if week else list(calendar.leaf(weeks, _day(request.args.get("tu", "")) or today))
    channel, status = request.args.get("kenh", type=int), request.args.get("trang_thai", "")
    posts = posts_between(campaign, shown[0], shown[-1] + calendar.WEEK, channel, status)
    return render_template(
        "campaigns/show.html",
        campaign=campaign,
        tally=tallies([campaign]).get(campaign.id, Tally()),
        phase=phase(campaign, today),
        today=today,
        weeks=calendar.fill(shown, campaign.starts_on, campaign.ends_on, posts),
        all_weeks=weeks,
        week=shown[0] if week else None,
        earlier=shown[0] - calendar.WEEK if shown[0] > weeks[0] else None,
        later=shown[-1] + calendar.WEEK if shown[-1] < weeks[-1] else None,
        count=len(posts),
        channels=_channels(campaign),
        statuses=STATUSES,
        channel=channel,
        status=status,
        progress=_progress(campaign, today),
        observance=OBSERVANCES.get(campaign.anchor),
        next_dates=rolling.next_dates(campaign, today) if campaign.anchor in OBSERVANCES else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _progress(campaign: Campaign, today: date) -> tuple[int, int]:
    """Days that have passed, today included, and days in all."""
    days = (campaign.ends_on - campaign.starts_on).days + 1
    return max(0, min(days, (today - campaign.starts_on).days + 1)), days


def _channels(campaign: Campaign) -> list[Channel]:
    """The channels a campaign aims at or has posts on."""
    aimed = CampaignChannel.select(CampaignChannel.channel).where(CampaignChannel.campaign == campaign)
    used = Post.select(Post.channel).where(Post.campaign == campaign)
    rows = Channel.select().where(Channel.id.in_(aimed) | Channel.id.in_(used)).order_by(Channel.kind, Channel.name)
    return list(rows)


def posts_between(
    campaign: Campaign, first: date, end: date, channel: int | None = None, status: str = ""
) -> list[Post]:
    """The posts of a campaign from the first day up to but not including `end`, without their words."""
    wanted = [
        Post.campaign == campaign, Post.due_at >= day_bounds(first)[0], Post.due_at < day_bounds(end)[0],
        _status(status),
    ]  # fmt: skip
    if channel is not None:
        wanted.append(Post.channel == channel)
    rows = (
        Post.select(
            Post.id, Post.due_at, Post.state, Post.hold, Post.channel, Post.revision, Channel.id, Channel.name,
            Channel.kind, Revision.id, Revision.title, Revision.pillar,
        )
        .join(Channel)
        .switch(Post)
        .join(Revision)
        .where(*wanted)
        .order_by(Post.due_at, Post.id)
    )  # fmt: skip
    return list(rows)


def _status(status: str) -> Any:
    match status:
        case "cho":
            return Post.state.in_(_WAITING)
        case "xong":
            return Post.state.in_(DONE)
        case "can-xu-ly":
            return Post.state.in_(ATTENTION) | ((Post.hold != "") & (Post.state == PostState.SCHEDULED))
        case "khong":
            return Post.state.in_(FAILED)
        case "huy":
            return Post.state == PostState.CANCELLED
        case _:
            return Post.state != PostState.CANCELLED


# ---------------------------------------------------------------- the plan


@dataclass(frozen=True)
class ChannelPlan:
    """What a proposal holds for one channel."""

    channel: Channel
    posts_per_week: int
    posts: int
    pillars: Counter[str]


@bp.get("/chien-dich/<int:campaign_id>/ke-hoach")
@rule("plan")
def plan(campaign_id: int) -> Any:
    """The plan as it stands now, to look at before it is applied."""
    campaign = fetch(Campaign, campaign_id, "plan")
    now = home().clock.now()
    try:
        proposal, sentence = planning.propose(campaign, now), ""
    except Problem as problem:
        proposal, sentence = Plan((), ()), str(problem)
    aims = list(
        CampaignChannel.select(CampaignChannel, Channel).join(Channel).where(CampaignChannel.campaign == campaign)
    )
    approved = planning.approved(campaign)
    return render_template(
        "campaigns/plan.html",
        campaign=campaign,
        proposal=proposal,
        sentence=sentence,
        seen_at=now.isoformat(),
        channels={aim.channel_id: aim.channel for aim in aims},
        summary=[_channel_plan(aim, proposal.slots) for aim in aims],
        titles={revision.message_id: revision.title for revision in approved},
        approved=len(approved),
        picked=campaign.picks.count(),
        days={day: [proposal.slots[index] for index in of_day] for day, of_day in planning.by_day(proposal).items()},
        pillars=PILLARS,
        planned=tallies([campaign]).get(campaign.id, Tally()).planned,
    )


def _channel_plan(aim: CampaignChannel, slots: Sequence[Slot]) -> ChannelPlan:
    pillars = Counter(slot.pillar for slot in slots if slot.channel_id == aim.channel_id)
    return ChannelPlan(aim.channel, aim.posts_per_week, pillars.total(), pillars)


@bp.post("/chien-dich/<int:campaign_id>/ke-hoach")
@rule("plan")
def apply(campaign_id: int) -> Any:
    """Schedule the plan that was shown."""
    campaign = fetch(Campaign, campaign_id, "plan")
    now = home().clock.now()
    try:
        posts = planning.apply(
            user(), campaign, request.form.get("fingerprint", ""), _seen_at(now), now, home().freezer
        )  # fmt: skip
    except Problem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("campaigns.plan", campaign_id=campaign.id), 303)
    flash(f"Đã lên lịch {posts} bài đăng.", "success")
    return redirect(url_for("campaigns.show", campaign_id=campaign.id), 303)


def _seen_at(now: datetime) -> datetime:
    """When the plan was shown, as the form says; never later than now."""
    try:
        seen_at = datetime.fromisoformat(request.form.get("seen_at", ""))
    except ValueError:
        abort(400)
    if seen_at.utcoffset() is None:
        abort(400)
    return min(seen_at, now)


# ---------------------------------------------------------------- what was reached


@bp.get("/chien-dich/<int:campaign_id>/tiep-can", endpoint="reach")
@rule("reach")
def show_reach(campaign_id: int) -> Any:
    """The figures of a campaign, by channel and by day; measured and estimated apart."""
    campaign = fetch(Campaign, campaign_id, "reach")
    span = campaign.starts_on, campaign.ends_on
    rows = reach.campaign_reach(campaign, home().adapters)
    return render_template(
        "campaigns/reach.html",
        campaign=campaign,
        rows=rows,
        sums={name: sum(getattr(row, name) for row in rows) for name in ("planned", "done", "open", "failed")},
        airtime=sum(row.airtime for row in rows if row.airtime is not None),
        has_airtime=any(row.airtime is not None for row in rows),
        posts_chart=charts.stacked(reach.posts_by_day(campaign), *span),
        views_chart=charts.stacked(reach.views_by_day(campaign, _VIEWS), *span),
        kinds=list(KINDS),
        now=home().clock.now(),
    )
