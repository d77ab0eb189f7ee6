"""A plan before its words are made. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaign.planner.aims import wanted
from campaign.planner.choose import Choice, Empty
from campaign.planner.times import Times
from campaign.planner.values import Aim, Measure, PlanInput


@dataclass(frozen=True)
class Draft:
    """The channels with their times and messages. `targets` is how many posts each pillar is to have in all."""

    what: PlanInput
    rows: Mapping[int, Times]
    targets: Mapping[str, int]
    chosen: Mapping[int, Sequence[Choice | Empty]]

    def carried(self, aim: Aim) -> int:
        """What the channels of an aim carry: posts, or seconds on air."""
        lengths = [
            length
            for channel in aim.channels
            for length in (
                *(post.seconds for post in self.rows[channel].own),
                *(choice.seconds for choice in self.chosen[channel] if isinstance(choice, Choice)),
            )
        ]
        return sum(lengths) if aim.measure == Measure.MINUTES else len(lengths)

    def lack(self, aim: Aim) -> int:
        """The seconds that an aim in minutes lacks while its channels have room; 0 for every other aim."""
        has_room = any(len(self.rows[channel].places) < self.rows[channel].ground.capacity for channel in aim.channels)
        is_weighed = aim.measure == Measure.MINUTES and has_room
        return max(0, wanted(self.what, aim) - self.carried(aim)) if is_weighed else 0

    def choices(self, channel: int) -> list[Choice]:
        """The messages that were found for a channel's seats."""
        return [choice for choice in self.chosen[channel] if isinstance(choice, Choice)]

    def empties(self, channel: int) -> list[Empty]:
        """The seats of a channel that no message may take."""
        return [choice for choice in self.chosen[channel] if isinstance(choice, Empty)]

    def pillars(self) -> Counter[str]:
        """How many posts of the campaign each pillar has in all."""
        said = Counter(post.pillar for row in self.rows.values() for post in row.own)
        said.update(choice.message.pillar for channel in self.rows for choice in self.choices(channel))
        return said
