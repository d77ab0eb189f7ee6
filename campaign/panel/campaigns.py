"""Campaigns: the list, the form, the calendar and what was reached."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from campaign import campaign_admin, planning, reach, rolling
from campaign.broadcasts import PERSON_KINDS
from campaign.clock import local_day
from campaign.errors import Problem
from campaign.models import Campaign, Revision, RevisionState, Unit
from campaign.panel import calendar, charts
from campaign.panel.access import fetch, home, may, rule, user
from campaign.panel.campaign_queries import (
    STATUSES,
    Tally,
    channels_of,
    offered_messages,
    phase,
    posts_between,
    tallies,
)
from campaign.panel.forms_campaign import AIM_LABELS, WEIGHTS, AimRow, CampaignForm
from campaign.rights import units_where
from campaign.terms import LONGEST
from channels.registry import KINDS
from content.observances import OBSERVANCES, Occurrence, between, upcoming
from content.taxonomy import PILLARS

bp = Blueprint("campaigns", __name__)

_MOST = 100
# The measured figure of each kind that counts views, for the chart.
_VIEWS = {"facebook": "post_media_view", "zalo": "total_view"}


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
    return redirect(url_for("plans.show", campaign_id=campaign.id), 303)


@bp.get("/chien-dich/<int:campaign_id>/sua")
@rule("plan")
def edit(campaign_id: int) -> Any:
    """The form of a campaign."""
    campaign = fetch(Campaign, campaign_id, "plan")
    return _show_form(
        CampaignForm.of(campaign, campaign_admin.terms_of(campaign)),
        campaign.unit,
        offered_messages(campaign.unit),
        campaign,
    )


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
        peak_offers=_peak_offers(),
        aim_kinds=AIM_LABELS,
        no_aim=AimRow(),
        stations=PERSON_KINDS,
        weights=WEIGHTS,
    )


def _occasions() -> list[Occurrence]:
    """The next occurrence of every observance, the nearest first."""
    today = local_day(home().clock.now())
    return sorted((upcoming(row, today) for row in OBSERVANCES.values()), key=lambda row: row.starts)


def _peak_offers() -> list[Occurrence]:
    """The observances that a campaign which is set up now may speak more densely on."""
    today = local_day(home().clock.now())
    return between(today, today + timedelta(days=LONGEST))


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
        channels=channels_of(campaign),
        statuses=STATUSES,
        channel=channel,
        status=status,
        progress=_progress(campaign, today),
        applied=planning.undoable(campaign, home().clock.now()) if may("plan", campaign) else None,
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
