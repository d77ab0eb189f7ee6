"""The steps of planning in their order. Pure: one input has one plan, byte for byte, however its parts are listed.

1. Ground: each channel's messages, track and room.
2. Demand: the aims as numbers of posts; aims in minutes are weighed again once the messages are known.
3. Times: `spread` puts the posts on each track; what stands already stays unless there is need.
4. Mix: the whole campaign's shares are dealt to pillars, and the pillars to channels.
5. Messages: `choose`, channel by channel, each knowing what the others say.
6. What is not met, and why: `unmet`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from campaign.planner.aims import posts_of, wanted
from campaign.planner.choose import Choice, Empty, Uses, choose
from campaign.planner.draft import Draft
from campaign.planner.ground import Ground, ground
from campaign.planner.mix import apportion, share_out
from campaign.planner.moves import why
from campaign.planner.spread import evenness
from campaign.planner.times import Times, set_times
from campaign.planner.unmet import explain
from campaign.planner.values import Dropped, Plan, PlanInput, Relaxed, Slot

_ROUNDS = 4  # how often aims in minutes are weighed anew; the first weighing is off by a message or two


def plan(what: PlanInput) -> Plan:
    """Fill the channels as the aims ask."""
    what = _ordered(what)
    grounds = {channel.id: ground(what, channel) for channel in what.channels}
    amounts = [wanted(what, aim) for aim in what.aims]
    draft = _draft(what, grounds, amounts)
    for _ in range(_ROUNDS):
        lacks = [draft.lack(aim) for aim in what.aims]
        if not any(lacks):
            break
        amounts = [amount + lack for amount, lack in zip(amounts, lacks, strict=True)]
        draft = _draft(what, grounds, amounts)
    return _finish(draft)


def _ordered(what: PlanInput) -> PlanInput:
    """The same in one order, so that the order in which things are listed does not matter."""
    channels = (
        replace(
            channel,
            standing=tuple(sorted(channel.standing, key=lambda post: (post.at, post.key))),
            closures=tuple(sorted(channel.closures, key=lambda closure: (closure.first, closure.last, closure.why))),
        )
        for channel in what.channels
    )
    aims = (replace(aim, channels=tuple(sorted(aim.channels))) for aim in what.aims)
    return replace(
        what,
        channels=tuple(sorted(channels, key=lambda channel: channel.id)),
        candidates=tuple(sorted(what.candidates, key=lambda message: message.id)),
        shares=dict(sorted(what.shares.items())),
        aims=tuple(sorted(aims, key=lambda aim: aim.channels)),
        peaks=tuple(sorted(what.peaks, key=lambda peak: (peak.first, peak.last, peak.name))),
    )


def _draft(what: PlanInput, grounds: Mapping[int, Ground], amounts: Sequence[int]) -> Draft:
    # A channel without an aim keeps what it has.
    posts = {channel: min(row.capacity, row.movable) for channel, row in grounds.items()}
    for aim, amount in zip(what.aims, amounts, strict=True):
        posts |= posts_of(aim, amount, grounds)
    rows = {channel: set_times(what, row, posts[channel]) for channel, row in grounds.items()}
    targets, quotas = _quotas(what, rows)
    uses = Uses(what, {channel: row.rules for channel, row in rows.items()})
    chosen = {
        channel: choose(what, row.rules, row.seats, quotas[channel], uses, row.budgets())
        for channel, row in rows.items()
    }
    return Draft(what, rows, targets, chosen)


def _quotas(what: PlanInput, rows: Mapping[int, Times]) -> tuple[dict[str, int], dict[int, dict[str, int]]]:
    """How many posts each pillar is to have in the whole campaign, and how many new ones on each channel."""
    shares = {pillar: share for pillar, share in what.shares.items() if share > 0}
    have = Counter(post.pillar for row in rows.values() for post in row.own if post.pillar in shares)
    total = have.total() + sum(len(row.seats) for row in rows.values())
    floors = {pillar: max(have[pillar], what.floors.get(pillar, 0)) for pillar in shares}
    if sum(floors.values()) <= total:
        targets = apportion(shares, total, floors)
    else:  # what stands stays; the rest goes to those below their floors
        lacks = {pillar: floor - have[pillar] for pillar, floor in floors.items()}
        more = apportion(lacks, total - have.total(), {})
        targets = {pillar: have[pillar] + more.get(pillar, 0) for pillar in shares}
    may = {channel: {pillar: _seats_for(pillar, row) for pillar in shares} for channel, row in rows.items()}
    missing = {pillar: target - have[pillar] for pillar, target in targets.items()}
    return targets, share_out(missing, {channel: len(row.seats) for channel, row in rows.items()}, may)


def _seats_for(pillar: str, row: Times) -> int:
    """How many seats of a channel lie on days on which it has a message of the pillar."""
    channel = row.ground.rules.id
    fits = {message.fits[channel] for message in row.ground.pool if message.pillar == pillar}
    return sum(any(fit.first <= seat.day <= fit.last for fit in fits) for seat in row.seats)


# ---------------------------------------------------------------- the finished plan


def _finish(draft: Draft) -> Plan:
    slots = (slot for row in draft.rows.values() for slot in _slots(draft, row))
    return Plan(
        slots=tuple(sorted(slots, key=lambda slot: (slot.at, slot.channel_id))),
        unmet=tuple(explain(draft)),
        relaxed=tuple(relaxed for row in draft.rows.values() for relaxed in _relaxed(draft, row)),
        dropped=tuple(dropped for row in draft.rows.values() for dropped in _dropped(draft, row)),
        kept=sum(row.kept for row in draft.rows.values()),
        evenness={
            channel: round(evenness(row.ground.track, sorted({*row.places, *row.ground.track.fixed})), 4)
            for channel, row in draft.rows.items()
        },
        targets=draft.targets,
    )


def _slots(draft: Draft, row: Times) -> Iterator[Slot]:
    channel = row.ground.rules
    times = _on_air(draft, row)
    for number, (place, choice) in enumerate(zip(row.seated, draft.chosen[channel.id], strict=True)):
        if isinstance(choice, Choice):
            message, held = choice.message, row.replaced.get(number)
            yield Slot(
                channel.id, times[place], message.id, message.pillar, choice.wording, choice.seconds, choice.reason,
                held.key if held else None,
            )  # fmt: skip
    for place, post in row.carried.items():
        reason = f"Đổi giờ vì {why(draft.what, row.ground, post)}; giữ nguyên thông điệp."
        yield Slot(channel.id, times[place], post.message_id, post.pillar, post.wording, post.seconds, reason, post.key)


def _on_air(draft: Draft, row: Times) -> dict[int, datetime]:
    """When what is new begins, by place."""
    lengths = {place: post.seconds for place, post in row.carried.items()}
    for place, choice in zip(row.seated, draft.chosen[row.ground.rules.id], strict=True):
        if isinstance(choice, Choice):
            lengths[place] = choice.seconds
    return row.on_air(lengths)


def _relaxed(draft: Draft, row: Times) -> Iterator[Relaxed]:
    channel = row.ground.rules.id
    times = _on_air(draft, row)
    for place, choice in zip(row.seated, draft.chosen[channel], strict=True):
        if isinstance(choice, Choice):
            yield from (Relaxed(channel, times[place], rule, sentence) for rule, sentence in choice.relaxed)


def _dropped(draft: Draft, row: Times) -> Iterator[Dropped]:
    channel = row.ground.rules
    for post in row.dropped:
        is_open = post in row.ground.track.standing.values()
        cause = "mục tiêu không cần nhiều bài như vậy" if is_open else why(draft.what, row.ground, post)
        yield Dropped(channel.id, post.key, post.at, f"Bỏ vì {cause}.")
    for number, post in row.replaced.items():
        choice = draft.chosen[channel.id][number]
        if isinstance(choice, Empty):
            yield Dropped(channel.id, post.key, post.at, f"Bỏ vì {choice.reason}.")
