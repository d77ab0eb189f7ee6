"""Setting up campaigns: dates, aims and pillar mix, checked before they are stored and written to the audit log."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from campaign import audit
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Campaign, CampaignChannel, CampaignMessage, Channel, Message, Unit, User
from campaign.rights import ancestors, need, subtree
from content.observances import OBSERVANCES
from content.taxonomy import PILLARS

LONGEST = 366  # days
MOST_A_WEEK = 50


@dataclass(frozen=True)
class Terms:
    """What a campaign is to be. `shares` are weights by pillar, `aims` posts a week by channel id.

    `anchor` is the observance that its dates follow (content.observances), empty for dates of its own.
    """

    name: str
    starts_on: date
    ends_on: date
    shares: Mapping[str, int]
    min_repeat_days: int
    aims: Mapping[int, int]
    messages: Collection[int]
    anchor: str = ""


def create(user: User, unit: Unit, terms: Terms, now: datetime) -> Campaign:
    """A new campaign of a unit. Raises Problem or NotAllowed."""
    need(user, "plan", unit)
    _check(unit, terms)
    with write():
        campaign: Campaign = Campaign.create(unit=unit, created_by=user, created_at=now, **_row(terms))
        _store_choice(campaign, terms)
        audit.record("create_campaign", campaign, user=user, unit=unit, now=now, **_trace(terms))
    return campaign


def change(user: User, campaign: Campaign, terms: Terms, now: datetime) -> None:
    """Change a campaign. Posts that are scheduled stay; the next plan fills up what is missing."""
    need(user, "plan", campaign.unit)
    _check(campaign.unit, terms)
    with write():
        Campaign.update(**_row(terms)).where(Campaign.id == campaign.id).execute()
        CampaignChannel.delete().where(CampaignChannel.campaign == campaign).execute()
        CampaignMessage.delete().where(CampaignMessage.campaign == campaign).execute()
        _store_choice(campaign, terms)
        audit.record("change_campaign", campaign, user=user, unit=campaign.unit, now=now, **_trace(terms))


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


def _check(unit: Unit, terms: Terms) -> None:
    days = (terms.ends_on - terms.starts_on).days + 1
    usable = {channel.id for channel in channels_for(unit)}
    for broken, sentence in (
        (not terms.name.strip(), "Hãy đặt tên cho chiến dịch."),
        (days < 1, "Ngày kết thúc phải bằng hoặc sau ngày bắt đầu."),
        (days > LONGEST, f"Chiến dịch dài nhất {LONGEST} ngày; hãy chia thành nhiều chiến dịch."),
        (
            any(terms.shares.get(pillar, 0) < 1 for pillar in PILLARS),
            "Trụ cột nào cũng cần tỷ lệ từ 1% trở lên, để không bị bỏ quên.",
        ),
        (not 1 <= terms.min_repeat_days <= 60, "Số ngày nghỉ giữa hai lần của một thông điệp phải từ 1 đến 60."),
        (not terms.aims, "Hãy chọn ít nhất một kênh và ghi số bài mỗi tuần."),
        (not set(terms.aims) <= usable, "Có kênh không thuộc đơn vị của chiến dịch; hãy tải lại trang."),
        (
            any(not 1 <= posts <= MOST_A_WEEK for posts in terms.aims.values()),
            f"Số bài mỗi tuần của một kênh phải từ 1 đến {MOST_A_WEEK}.",
        ),
        (bool(terms.anchor) and terms.anchor not in OBSERVANCES, "Không có dịp này; hãy tải lại trang."),
        (not terms.messages, "Hãy chọn ít nhất một thông điệp."),
        (not _are_usable(unit, terms.messages), "Có thông điệp không thuộc đơn vị hoặc cấp trên; hãy tải lại trang."),
    ):
        if broken:
            raise Problem(sentence)


def _are_usable(unit: Unit, messages: Collection[int]) -> bool:
    found: int = Message.select().where(Message.id.in_(messages), Message.unit.in_(ancestors(unit))).count()
    return found == len(set(messages))


def _row(terms: Terms) -> dict[str, Any]:
    return {
        "name": terms.name.strip(),
        "starts_on": terms.starts_on,
        "ends_on": terms.ends_on,
        "shares": percentages(terms.shares),
        "min_repeat_days": terms.min_repeat_days,
        "anchor": terms.anchor,
    }


def _trace(terms: Terms) -> dict[str, Any]:
    row = {**_row(terms), "starts_on": terms.starts_on.isoformat(), "ends_on": terms.ends_on.isoformat()}
    return {**row, "aims": {str(channel): posts for channel, posts in terms.aims.items()}}


def _store_choice(campaign: Campaign, terms: Terms) -> None:
    for channel, posts in sorted(terms.aims.items()):
        CampaignChannel.create(campaign=campaign, channel=channel, posts_per_week=posts)
    rows = [{"campaign": campaign, "message": message} for message in sorted(set(terms.messages))]
    CampaignMessage.insert_many(rows).execute()
