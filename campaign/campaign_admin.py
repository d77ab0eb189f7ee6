"""Setting up campaigns: dates, aims and pillar mix, checked before they are stored and written to the audit log."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from campaign import audit
from campaign.carried import baseline_of
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Campaign, CampaignAim, CampaignChannel, CampaignMessage, Channel, Message, Unit, User
from campaign.planner.values import Exposures, Measure, Peak
from campaign.rights import ancestors, need, subtree
from campaign.terms import AimTerms, Terms, check

__all__ = ["AimTerms", "Terms", "change", "channels_for", "check_terms", "create", "percentages", "terms_of", "trace"]


def create(user: User, unit: Unit, terms: Terms, now: datetime) -> Campaign:
    """A new campaign of a unit. Raises Problem or NotAllowed."""
    need(user, "plan", unit)
    check_terms(unit, terms)
    with write():
        campaign: Campaign = Campaign.create(unit=unit, created_by=user, created_at=now, **_row(terms))
        _store_choice(campaign, terms)
        audit.record("create_campaign", campaign, user=user, unit=unit, now=now, **trace(terms))
    return campaign


def change(user: User, campaign: Campaign, terms: Terms, now: datetime) -> None:
    """Change a campaign. Posts that are scheduled stay; the next plan fills up what is missing."""
    need(user, "plan", campaign.unit)
    check_terms(campaign.unit, terms)
    row = _row(terms)
    with write():
        Campaign.update(**row).where(Campaign.id == campaign.id).execute()
        CampaignAim.delete().where(CampaignAim.campaign == campaign).execute()  # its channels go along
        CampaignMessage.delete().where(CampaignMessage.campaign == campaign).execute()
        _store_choice(campaign, terms)
        audit.record("change_campaign", campaign, user=user, unit=campaign.unit, now=now, **trace(terms))
    for name, value in row.items():
        setattr(campaign, name, value)


def terms_of(campaign: Campaign) -> Terms:
    """A stored campaign as the terms that would make it."""
    picks = list(campaign.picks.order_by(CampaignMessage.message))
    return Terms(
        name=campaign.name,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        shares=campaign.shares,
        aims=_aims_of(campaign),
        messages=[pick.message_id for pick in picks],
        min_repeat_days=campaign.min_repeat_days,
        floors=campaign.floors,
        peaks=[
            Peak(date.fromisoformat(row["first"]), date.fromisoformat(row["last"]), row["factor"], row["name"])
            for row in campaign.peaks
        ],
        exposures=Exposures(campaign.least_exposures, campaign.most_exposures),
        weights={pick.message_id: pick.weight for pick in picks if pick.weight != 1},
        anchor=campaign.anchor,
    )


def _aims_of(campaign: Campaign) -> list[AimTerms]:
    channels: dict[int, list[int]] = {}
    for row in campaign.channels.order_by(CampaignChannel.channel):
        channels.setdefault(row.aim_id, []).append(row.channel_id)
    return [
        AimTerms(
            tuple(channels.get(aim.id, ())), Measure(aim.measure), aim.per_week, aim.raise_percent, aim.baseline,
            aim.baseline_from, aim.baseline_until, aim.name,
        )
        for aim in campaign.aims.order_by(CampaignAim.id)
    ]  # fmt: skip


def channels_for(unit: Unit) -> list[Channel]:
    """The channels a campaign of the unit may use: its own and those of the units below."""
    rows = Channel.select().where(Channel.unit.in_(subtree([unit.id]))).order_by(Channel.kind, Channel.name)
    return list(rows)


def percentages(weights: Mapping[str, int]) -> dict[str, int]:
    """Weights as whole percentages that sum to 100, by largest remainder, at least 1 for each weight above 0."""
    total = sum(weights.values())
    exact = {pillar: weight * 100 / total for pillar, weight in weights.items()}
    result = {pillar: max(1, int(share)) for pillar, share in exact.items()}
    by_remainder = sorted(exact, key=lambda pillar: result[pillar] - exact[pillar])
    for step in range(abs(100 - sum(result.values()))):
        if sum(result.values()) < 100:
            result[by_remainder[step % len(by_remainder)]] += 1
        else:
            result[max(result, key=lambda pillar: result[pillar])] -= 1
    return result


def check_terms(unit: Unit, terms: Terms) -> None:
    """Raises Problem where a campaign of the unit cannot have these terms."""
    check(terms, {channel.id: channel for channel in channels_for(unit)})
    if not _are_usable(unit, terms.messages):
        raise Problem("Có thông điệp không thuộc đơn vị hoặc cấp trên; hãy tải lại trang.")
    for aim in terms.aims:
        if aim.raise_percent is not None and not baseline_of(aim):
            raise Problem("Trong kỳ gốc các kênh của mục tiêu chưa có bài nào; hãy chọn kỳ khác hoặc ghi số liệu.")


def _are_usable(unit: Unit, messages: Collection[int]) -> bool:
    found: int = Message.select().where(Message.id.in_(messages), Message.unit.in_(ancestors(unit))).count()
    return found == len(set(messages))


def _row(terms: Terms) -> dict[str, Any]:
    return {
        "name": terms.name.strip(),
        "starts_on": terms.starts_on,
        "ends_on": terms.ends_on,
        "shares": percentages(terms.shares),
        "floors": {pillar: floor for pillar, floor in terms.floors.items() if floor},
        "peaks": [
            {"name": peak.name, "first": f"{peak.first}", "last": f"{peak.last}", "factor": peak.factor}
            for peak in terms.peaks
        ],
        "least_exposures": terms.exposures.least,
        "most_exposures": terms.exposures.most,
        "min_repeat_days": terms.min_repeat_days,
        "anchor": terms.anchor,
    }


def trace(terms: Terms) -> dict[str, Any]:
    """Terms as plain JSON values, in one form: what the audit log keeps, and what two terms are compared by."""
    row = {**_row(terms), "starts_on": f"{terms.starts_on}", "ends_on": f"{terms.ends_on}"}
    aims = [
        {name: f"{value}" if isinstance(value, date) else value for name, value in row.items()}
        for row in _aim_rows(terms)
    ]
    weights = {str(message): terms.weights.get(message, 1) for message in sorted(set(terms.messages))}
    return {**row, "aims": aims, "messages": weights}


def _aim_rows(terms: Terms) -> list[dict[str, Any]]:
    rows = [{**asdict(aim), "channels": sorted(aim.channels)} for aim in terms.aims]
    return sorted(rows, key=lambda row: row["channels"])


def _store_choice(campaign: Campaign, terms: Terms) -> None:
    for row in _aim_rows(terms):
        channels = row.pop("channels")
        aim = CampaignAim.create(campaign=campaign, **row)
        rows = [{"campaign": campaign, "channel": channel, "aim": aim} for channel in channels]
        CampaignChannel.insert_many(rows).execute()
    picks = [
        {"campaign": campaign, "message": message, "weight": terms.weights.get(message, 1)}
        for message in sorted(set(terms.messages))
    ]
    CampaignMessage.insert_many(picks).execute()
