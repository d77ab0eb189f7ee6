"""How many posts the aims ask of each channel. Pure."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil

from campaign.planner.ground import Ground
from campaign.planner.values import Aim, Measure, PlanInput


def wanted(what: PlanInput, aim: Aim) -> int:
    """What an aim asks for in the whole campaign: posts, or seconds on air. A part of a post is a post."""
    scale = 60 if aim.measure == Measure.MINUTES else 1
    return ceil(aim.weekly * what.weeks * scale)


def posts_of(aim: Aim, amount: int, grounds: Mapping[int, Ground]) -> dict[int, int]:
    """How many posts beside the fixed ones each channel of an aim gets, so that together they carry `amount` (posts or
    seconds) or as much as there is room for. Those of a group are dealt one by one to the channel that has least for
    its priority (Sainte-Laguë), fixed posts included."""
    mine = [grounds[channel] for channel in sorted(aim.channels)]
    posts = {ground.rules.id: 0 for ground in mine}
    missing = Fraction(amount - sum(ground.amount(aim.measure) for ground in mine))
    while missing > 0:
        open_ = [ground for ground in mine if posts[ground.rules.id] < ground.capacity]
        if not open_:
            break
        least = max(open_, key=lambda ground: _claim(ground, posts[ground.rules.id]))
        posts[least.rules.id] += 1
        missing -= (least.length or 1) if aim.measure == Measure.MINUTES else 1
    return posts


def _claim(ground: Ground, posts: int) -> Fraction:
    return Fraction(ground.rules.priority, 2 * (len(ground.fixed) + posts) + 1)
