"""What of a campaign's aims a plan does not meet, which rule stands in the way, and what would meet it. Pure."""

from collections import Counter
from collections.abc import Iterator

from campaign.planner.aims import wanted
from campaign.planner.draft import Draft
from campaign.planner.shortfall import Shortfall
from campaign.planner.values import Unmet
from content.taxonomy import AUDIENCES, PILLARS

_NAMED = 3  # messages that a sentence names


def explain(draft: Draft) -> Iterator[Unmet]:
    """One entry for every aim, share, exposure and seat that is not met in full."""
    for aim in draft.what.aims:
        if draft.carried(aim) < wanted(draft.what, aim):
            yield Shortfall(draft, aim).unmet()
    yield from _shares(draft)
    yield from _floors(draft)
    yield from _exposures(draft)
    yield from _seats(draft)


def _shares(draft: Draft) -> Iterator[Unmet]:
    """Pillars that have fewer posts than their share."""
    said = draft.pillars()
    for pillar, target in draft.targets.items():
        lack = target - said[pillar]
        if lack <= 0:
            continue
        usable = [message for message in draft.what.candidates if message.pillar == pillar and message.fits]
        name = f"trụ cột “{PILLARS.get(pillar, pillar)}”"
        reason = (
            f"{len(usable)} thông điệp của trụ cột này chỉ dùng được {said[pillar]} lần mà không trái hạn, kênh và giờ"
            if usable
            else "chưa có thông điệp nào đã duyệt, còn hạn và hợp kênh"
        )
        yield Unmet(
            "share", tuple(sorted(draft.rows)), target, said[pillar], "messages",
            f"Thiếu {lack} trong {target} bài của {name}: {reason}",
            "hãy thêm hoặc duyệt thông điệp của trụ cột này cho các kênh, hoặc hạ tỷ lệ của trụ cột",
        )  # fmt: skip


def _floors(draft: Draft) -> Iterator[Unmet]:
    """Pillars whose floor gives way, as all floors together are more than the campaign has posts."""
    total = sum(draft.targets.values())
    for pillar, target in draft.targets.items():
        floor = draft.what.floors.get(pillar, 0)
        if target < floor:
            yield Unmet(
                "share", tuple(sorted(draft.rows)), floor, target, "posts",
                f"Thiếu {floor - target} trong {floor} bài tối thiểu của trụ cột “{PILLARS.get(pillar, pillar)}”: "
                f"cả chiến dịch chỉ có {total} bài, không đủ mức tối thiểu của mọi trụ cột",
                "hãy tăng mục tiêu số bài, hoặc hạ số bài tối thiểu",
            )  # fmt: skip


def _exposures(draft: Draft) -> Iterator[Unmet]:
    """Messages that an audience meets, but too seldom to remember."""
    least = draft.what.exposures.least
    titles = {message.id: message.title for message in draft.what.candidates}
    for audience, channels in _audiences(draft).items():
        met = Counter(post.message_id for channel in channels for post in draft.rows[channel].own)
        met.update(choice.message.id for channel in channels for choice in draft.choices(channel))
        seldom = sorted(
            (message for message, times in met.items() if times < least and message in titles),
            key=lambda message: (met[message], message),
        )
        if not seldom:
            continue
        lack = sum(least - met[message] for message in seldom)
        named = ", ".join(f"“{titles[message]}”" for message in seldom[:_NAMED])
        others = f" và {len(seldom) - _NAMED} thông điệp khác" if len(seldom) > _NAMED else ""
        fewer = met.total() // least
        instead = f", hoặc chỉ dùng khoảng {fewer} thông điệp" if 0 < fewer < len(met) else ""
        yield Unmet(
            "exposures", channels, least, min(met[message] for message in seldom), "posts",
            f"{audience} gặp {len(seldom)} trong {len(met)} thông điệp chưa đủ {least} lần: {named}{others}",
            f"tăng thêm {lack} bài{instead}",
        )  # fmt: skip


def _audiences(draft: Draft) -> dict[str, tuple[int, ...]]:
    """Who is reached, in words, and on which channels; a channel without audiences has a public of its own."""
    found: dict[str, list[int]] = {}
    for channel, row in draft.rows.items():
        rules = row.ground.rules
        names = [AUDIENCES.get(audience, audience) for audience in sorted(rules.audiences)]
        for name in names or [f"Người theo dõi kênh {rules.name}"]:
            found.setdefault(name, []).append(channel)
    return {name: tuple(channels) for name, channels in found.items()}


def _seats(draft: Draft) -> Iterator[Unmet]:
    """Times that no message may take."""
    for channel, row in draft.rows.items():
        kinds = Counter((empty.rule, empty.reason, empty.change) for empty in draft.empties(channel))
        for (rule, reason, change), count in sorted(kinds.items()):
            wanted_ = len(row.seats)
            yield Unmet(
                "slot", (channel,), wanted_, wanted_ - count, rule, f"{count} khung giờ còn trống: {reason}", change
            )
