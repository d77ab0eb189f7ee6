"""A channel as the planner finds it: its limits, the messages that fit it, its track and how much that takes. Pure."""

from dataclasses import dataclass
from fractions import Fraction

from campaign.planner.spread import capacity
from campaign.planner.track import Track, lay
from campaign.planner.values import Candidate, ChannelRules, Fit, Measure, PlanInput, Standing


@dataclass(frozen=True)
class Ground:
    """What a channel has to plan with. `capacity` counts posts beside the fixed ones; `length` is how many seconds one
    of its messages takes on average; `served` are the local days on which it has a message."""

    rules: ChannelRules
    pool: tuple[Candidate, ...]
    track: Track
    capacity: int
    length: Fraction
    served: frozenset[int]

    @property
    def fixed(self) -> list[Standing]:
        """The campaign's own posts on the track that are never moved."""
        return [self.track.standing[place] for place in self.track.fixed]

    @property
    def movable(self) -> int:
        """How many of the campaign's own posts may be moved, wherever they stand."""
        return sum(post.own and post.movable for post in self.rules.standing)

    def amount(self, measure: Measure) -> int:
        """How much its fixed posts carry already: posts, or seconds on air."""
        return sum(post.seconds for post in self.fixed) if measure == Measure.MINUTES else len(self.fixed)


def ground(what: PlanInput, channel: ChannelRules, *, every_day: bool = False) -> Ground:
    """The ground of a channel; with `every_day`, as if it had a message every day."""
    pool = tuple(row for row in what.candidates if channel.id in row.fits and what.shares.get(row.pillar, 0) > 0)
    fits = [message.fits[channel.id] for message in pool]
    served = frozenset(day for fit in set(fits) for day in _days(what, fit))
    shortest = min((fit.seconds for fit in fits), default=0)
    track = lay(what, channel, None if every_day else served, shortest)
    lengths = [fit.seconds for fit, message in zip(fits, pool, strict=True) for _ in range(message.weight)]
    length = Fraction(sum(lengths), len(lengths)) if lengths else Fraction(0)
    return Ground(channel, pool, track, capacity(track), length, served)


def _days(what: PlanInput, fit: Fit) -> range:
    """The local days of the campaign on which a message may go out, as ordinals."""
    first = max(fit.first, what.starts_on).toordinal()
    return range(first, min(fit.last, what.ends_on).toordinal() + 1)
