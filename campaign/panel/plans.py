"""The plan of a campaign: its aims as sliders, the calendar they lead to, applying it and taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from campaign import campaign_admin, planning
from campaign.carried import baseline_of
from campaign.clock import local_day
from campaign.errors import Problem
from campaign.models import AppliedPlan, Campaign, Channel
from campaign.panel.access import fetch, home, may, rule, user
from campaign.panel.calendar import WEEK
from campaign.panel.forms_plan import (
    MODES,
    Latest,
    Slider,
    aim_slider,
    lowered,
    mode_of,
    name_of,
    peak_sliders,
    terms_and_problem,
    terms_of,
)
from campaign.panel.labels import kind_look
from campaign.panel.plan_view import CHANGE_LOOKS, STRIP_HEIGHT, STRIP_WIDTH, Proposal, marks
from campaign.panel.typed import Typed
from campaign.planner.values import Unmet
from campaign.terms import Terms
from content.taxonomy import PILLARS

bp = Blueprint("plans", __name__)

# Rules that stand in a channel's form; others that stand in the campaign's.
_OF_CHANNEL = frozenset({"windows", "quiet", "max_per_day", "session", "min_gap", "closures"})
_OF_CAMPAIGN = frozenset({"dates", "several"})
_NAME_THEMSELVES = frozenset({"share", "exposures"})
_MOST_WAYS = 3  # aims that are not met which the page shows at once; the others are folded away


@dataclass(frozen=True)
class Way:
    """An aim that is not met, and ways to meet it by one click: pages to open, or a field with the most that fits.
    `name` says whose aim it is, where its reason does not."""

    unmet: Unmet
    name: str
    links: Sequence[tuple[str, str]]
    field: str = ""
    value: str = ""
    unit: str = ""


# ---------------------------------------------------------------- the page


@bp.get("/chien-dich/<int:campaign_id>/ke-hoach")
@rule("plan")
def show(campaign_id: int) -> Any:
    """The plan as the sliders in the address ask for it, to look at before it is applied; with `in=1` to print."""
    campaign = fetch(Campaign, campaign_id, "plan")
    form = Latest(request.args)
    stored = campaign_admin.terms_of(campaign)
    if request.args.get("in"):
        return render_template("campaigns/plan_print.html", **_proposed(campaign, form, stored))
    channels = {row.id: row for row in Channel.select().where(Channel.id.in_(stored.channels))}
    return render_template(
        "campaigns/plan.html",
        sliders=[aim_slider(form, aim, channels, _icons(channels.values())) for aim in stored.aims],
        shares={pillar: form.get(f"share-{pillar}", str(stored.shares.get(pillar, 1))) for pillar in PILLARS},
        rest=_rest(form, stored),
        peaks=peak_sliders(form, stored),
        modes=MODES,
        applied=planning.undoable(campaign, home().clock.now()),
        **_proposed(campaign, form, stored),
    )


@bp.get("/chien-dich/<int:campaign_id>/ke-hoach/xem")
@rule("plan")
def proposal(campaign_id: int) -> Any:
    """The right side of the page alone: what a moved slider leads to. With `nhanh=1` nearly as even, much faster."""
    campaign = fetch(Campaign, campaign_id, "plan")
    stored = campaign_admin.terms_of(campaign)
    exact = not request.args.get("nhanh")
    return render_template(
        "campaigns/plan_proposal.html", **_proposed(campaign, Latest(request.args), stored, exact=exact)
    )


def _proposed(campaign: Campaign, form: Typed, stored: Terms, *, exact: bool = True) -> dict[str, Any]:
    """What the templates need of the proposal."""
    now = home().clock.now()
    terms, sentence = terms_and_problem(form, stored)
    shown = None
    if not sentence:
        try:
            campaign_admin.check_terms(campaign.unit, terms)
            shown = Proposal.of(campaign, now, terms, mode_of(form), exact=exact)
        except Problem as problem:
            sentence = str(problem)
    return {
        "campaign": campaign,
        "sentence": sentence,
        "proposal": shown,
        "ways": _ways(shown) if shown else [],
        "most_ways": _MOST_WAYS,
        "weeks": shown.weeks(_day(form.get("tu", "")) or local_day(now)) if shown else [],
        "week": WEEK,
        "marks": marks(terms.starts_on, terms.ends_on),
        "fields": _fields(terms),
        "has_new_terms": campaign_admin.trace(terms) != campaign_admin.trace(stored),
        "mode": mode_of(form),
        "exact": exact,
        "seen_at": now.isoformat(),
        "now": now,
        "today": local_day(now),
        "looks": CHANGE_LOOKS,
        "strip": (STRIP_WIDTH, STRIP_HEIGHT),
    }


def _icons(channels: Any) -> dict[str, str]:
    return {channel.kind: kind_look(channel.kind).icon for channel in channels}


def _rest(form: Typed, stored: Terms) -> Slider:
    value = form.get("rest", "" if stored.min_repeat_days is None else str(stored.min_repeat_days))
    return Slider("rest", "Nghỉ giữa hai lần của một thông điệp", (), "ngày", value, 1, 21)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _fields(terms: Terms) -> dict[str, str]:
    """The fields of the sliders as they stand, for the form that applies the plan."""
    aims = {name_of(aim): f"{aim.per_week if aim.raise_percent is None else aim.raise_percent:g}" for aim in terms.aims}
    shares = {f"share-{pillar}": str(share) for pillar, share in terms.shares.items()}
    peaks = {f"peak-{number}": f"{peak.factor:g}" for number, peak in enumerate(terms.peaks)}
    return {**aims, **shares, **peaks, "rest": "" if terms.min_repeat_days is None else str(terms.min_repeat_days)}


# ---------------------------------------------------------------- ways to meet an aim


def _ways(shown: Proposal) -> list[Way]:
    baselines = {name_of(aim): baseline_of(aim) or 0 for aim in shown.terms.aims if aim.raise_percent is not None}
    ways = []
    for unmet in shown.plan.unmet:
        field, value = lowered(unmet, shown.terms.aims, float(shown.what.weeks), baselines)
        unit = "phút/tuần" if unmet.aim == "minutes" else "bài/tuần"
        unit = "%" if field in baselines else unit
        ways.append(Way(unmet, _whose(shown, unmet), _links(shown, unmet), field, value, unit))
    return ways


def _whose(shown: Proposal, unmet: Unmet) -> str:
    """The name of the aim, or of its channel; shares and exposures name whom they are about themselves."""
    if unmet.aim in _NAME_THEMSELVES:
        return ""
    names = (aim.name for aim in shown.terms.aims if set(aim.channels) == set(unmet.channels) and aim.name)
    return next(names, ", ".join(shown.channels[channel].name for channel in unmet.channels))


def _links(shown: Proposal, unmet: Unmet) -> list[tuple[str, str]]:
    """Pages on which the change that an aim needs is made; of channels those that the person manages."""
    if unmet.rule in _OF_CHANNEL:
        mine = [shown.channels[channel] for channel in unmet.channels if may("manage", shown.channels[channel])]
        return [
            (f"Sửa giờ và giới hạn của {channel.name}", url_for("channels.show", channel_id=channel.id) + "#hours")
            for channel in mine
        ]
    if unmet.rule in _OF_CAMPAIGN:
        return [("Sửa ngày của chiến dịch", url_for("campaigns.edit", campaign_id=shown.campaign.id) + "#when")]
    label = "Chọn bớt thông điệp" if unmet.aim == "exposures" else "Chọn thêm thông điệp"
    return [(label, url_for("campaigns.edit", campaign_id=shown.campaign.id) + "#what")]


# ---------------------------------------------------------------- applying and taking back


@bp.post("/chien-dich/<int:campaign_id>/ke-hoach")
@rule("plan")
def apply(campaign_id: int) -> Any:
    """Put the plan that was shown into the calendar."""
    campaign = fetch(Campaign, campaign_id, "plan")
    form, now = Latest(request.form), home().clock.now()
    try:
        terms = terms_of(form, campaign_admin.terms_of(campaign))
        planning.apply(
            user(), campaign, form.get("fingerprint", ""), _seen_at(form, now), now, home().freezer, terms,
            mode_of(form),
        )  # fmt: skip
    except Problem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("plans.show", campaign_id=campaign.id, **_changed(form)), 303)
    return redirect(url_for("campaigns.show", campaign_id=campaign.id), 303)


def _changed(form: Typed) -> dict[str, Any]:
    """The sliders of a form that could not be applied, for the address of the page."""
    names = {"cach", "rest"} | {name for name in request.form if name.startswith(("aim-", "share-", "peak-"))}
    return {name: form.get(name, "") for name in sorted(names)}


def _seen_at(form: Typed, now: datetime) -> datetime:
    """When the plan was shown, as the form says; never later than now."""
    try:
        seen_at = datetime.fromisoformat(form.get("seen_at", ""))
    except ValueError:
        abort(400)
    if seen_at.utcoffset() is None:
        abort(400)
    return min(seen_at, now)


@bp.post("/chien-dich/<int:campaign_id>/ke-hoach/hoan-tac")
@rule("plan")
def undo(campaign_id: int) -> Any:
    """Take the newest application back."""
    campaign = fetch(Campaign, campaign_id, "plan")
    applied = AppliedPlan.get_or_none(AppliedPlan.id == request.form.get("applied", 0, type=int))
    if applied is None or applied.campaign_id != campaign.id:
        abort(404)
    try:
        planning.undo(user(), applied, home().clock.now())
    except Problem as problem:
        flash(str(problem), "danger")
    else:
        flash("Đã hoàn tác: lịch trở lại như trước khi áp dụng kế hoạch.", "success")
    return redirect(url_for("plans.show", campaign_id=campaign.id), 303)
