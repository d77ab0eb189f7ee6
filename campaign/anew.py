"""Planning anew: as if no movable post stood anywhere, told as changes of those that do. Pure."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import replace

from campaign.planner.values import ChannelRules, Dropped, Plan, PlanInput, Slot, Standing

_ANEW = "Bỏ vì lịch được xếp lại từ đầu."


def anew(what: PlanInput) -> PlanInput:
    """The same as if no movable post stood anywhere."""
    channels = tuple(
        replace(channel, standing=tuple(post for post in channel.standing if not post.movable))
        for channel in what.channels
    )
    return replace(what, channels=channels)


def against(plan: Plan, what: PlanInput) -> Plan:
    """A plan that was made anew, told as changes of the posts of `what` that may be moved: what comes out as it was is
    kept; a message in the same wording moves; at the same hour the message changes; the rest is added and dropped."""
    changes = [_Changes(plan, channel) for channel in what.channels]
    slots = [slot for row in changes for slot in row.slots]
    return replace(
        plan,
        slots=tuple(sorted(slots, key=lambda slot: (slot.at, slot.channel_id))),
        dropped=(*plan.dropped, *(dropped for row in changes for dropped in row.dropped)),
        kept=plan.kept + sum(row.kept for row in changes),
    )


class _Changes:
    """What a plan made anew changes on one channel."""

    def __init__(self, plan: Plan, channel: ChannelRules) -> None:
        self._new = [slot for slot in plan.slots if slot.channel_id == channel.id]
        self._old = [post for post in channel.standing if post.movable]
        self.kept = len(self._pairs(lambda post: (post.message_id, post.wording, post.at)))
        moved = self._pairs(lambda post: (post.message_id, post.wording))
        taken_over = [*moved, *self._pairs(lambda post: post.at)]
        self.slots = [*self._new, *(replace(slot, replaces=post.key) for slot, post in taken_over)]
        self.dropped = [Dropped(channel.id, post.key, post.at, _ANEW) for post in self._old]

    def _pairs(self, trait: Callable[[Slot | Standing], Hashable]) -> list[tuple[Slot, Standing]]:
        """The new slots and old posts that share a trait, the earlier ones first; both are then done with."""
        waiting: dict[Hashable, deque[Standing]] = defaultdict(deque)
        for post in self._old:
            waiting[trait(post)].append(post)
        found, left = [], []
        for slot in self._new:
            posts = waiting[trait(slot)]
            if posts:
                found.append((slot, posts.popleft()))
            else:
                left.append(slot)
        self._new = left
        self._old = [post for posts in waiting.values() for post in posts]
        return found
