"""The messages a campaign can choose from: which text of each, on which channels, and on which days.

A text may go out on a channel while it is approved and valid, everybody whose story it tells agrees, its sender has not
called it back, and the channel's unit has checked the local facts in it. Delivery looks at the same again, post by
post (`clearance.hold`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from peewee import fn

from campaign import consents, local_facts
from campaign.airtime import Station
from campaign.clock import local_day
from campaign.models import Channel, Consent, LocalFact, Pack, PackItem, Post, PostState, Revision, RevisionState
from campaign.planner.values import Candidate, Fit
from campaign.workflow import content_of, is_approved
from content.message import Message as Content
from content.placeholders import used_by
from content.render import wordings

# Posts that were meant to speak and count for gaps, rests and aims. What a station did not air and what missed its hour
# is made up for.
MADE_UP_FOR = (PostState.NOT_AIRED, PostState.MISSED)
COUNTING = tuple(state for state in PostState if state not in {PostState.CANCELLED, *MADE_UP_FOR})


class Span(NamedTuple):
    """Local days, both included."""

    first: date
    last: date


ALWAYS = Span(date.min, date.max)


def newest_approved(messages: Iterable[int], stands: Callable[[Revision], bool] = is_approved) -> list[Revision]:
    """The newest revision of each message (ids) whose approval stands, where it has one."""
    rows = (
        Revision.select()
        .where(Revision.message.in_(list(messages)), Revision.state == RevisionState.APPROVED)
        .order_by(Revision.message, Revision.number)
    )
    return list({revision.message_id: revision for revision in rows if stands(revision)}.values())


class Texts:
    """What may be said where and when, of some revisions on some channels; asks the database once for each thing."""

    def __init__(self, channels: Sequence[Channel], stations: Mapping[int, Station]) -> None:
        self.channels, self.stations = channels, stations
        self._contents: dict[int, Content] = {}
        self._agreed: dict[int, Mapping[str, Span]] = {}
        self._approved: dict[int, bool] = {}

    def content(self, revision: Revision) -> Content:
        """The words of a revision."""
        if revision.id not in self._contents:
            self._contents[revision.id] = content_of(revision)
        return self._contents[revision.id]

    def is_approved(self, revision: Revision) -> bool:
        """Whether its approval stands."""
        if revision.id not in self._approved:
            self._approved[revision.id] = is_approved(revision)
        return self._approved[revision.id]

    def ways(self, revision: Revision, kind: str) -> int:
        """In how many wordings it says itself on a kind of channel."""
        return len(wordings(self.content(revision), kind))

    def span(self, revision: Revision, channel: Channel) -> Span | None:
        """The days on which a revision may go out on a channel; None where there is none. Its approval is not looked
        at."""
        content = self.content(revision)
        agreed = self._consent(revision, channel.kind)
        facts = self._facts[channel.unit_id]
        needed = used_by(content, channel.kind)
        if channel.kind not in content.channels or agreed is None or revision.content_hash in self._recalled:
            return None
        if not facts.keys() >= set(needed):
            return None
        fresh = (facts[name].verified_on + local_facts.FRESH for name in needed)
        span = Span(max(content.valid_from, agreed.first), min(content.valid_until, agreed.last, *fresh))
        return span if span.first <= span.last else None

    def fits(self, revision: Revision) -> dict[int, Fit]:
        """How a revision fits each channel (id) that it fits."""
        spans = {channel: self.span(revision, channel) for channel in self.channels}
        return {
            channel.id: Fit(span.first, span.last, self._seconds(revision, channel), self.ways(revision, channel.kind))
            for channel, span in spans.items()
            if span is not None
        }

    def _seconds(self, revision: Revision, channel: Channel) -> int:
        station = self.stations.get(channel.id)
        if station is None:
            return 0
        values = {name: fact.value for name, fact in self._facts[channel.unit_id].items()}
        return station.of_message(self.content(revision), values)

    @cached_property
    def _facts(self) -> dict[int, dict[str, LocalFact]]:
        """By unit (id), the local facts that hold there."""
        units = {channel.unit_id: channel.unit for channel in self.channels}
        return {number: local_facts.facts_of(unit) for number, unit in units.items()}

    @cached_property
    def _recalled(self) -> set[str]:
        """The hashes of texts that whoever made them has called back."""
        rows = PackItem.select(PackItem.content_hash).join(Pack).where(Pack.recalled_at.is_null(False))
        return {digest for (digest,) in rows.tuples()}

    @cached_property
    def _told(self) -> set[int]:
        """The messages (ids) for which consent was ever recorded."""
        return {message for (message,) in Consent.select(Consent.message).distinct().tuples()}

    def _consent(self, revision: Revision, kind: str) -> Span | None:
        """The days on which everybody whose story it tells agrees to its going out on a kind of channel."""
        if self.content(revision).register != "testimony" and revision.message_id not in self._told:
            return ALWAYS
        if revision.id not in self._agreed:
            withdrawn = consents.is_withdrawn(revision.message)
            words = [] if withdrawn else consents.last_words(revision.message, revision.content_hash)
            self._agreed[revision.id] = _agreed(words)
        return self._agreed[revision.id].get(kind)


def _agreed(words: Sequence[Consent]) -> dict[str, Span]:
    """By kind of channel, the days to which all of them agree."""
    if not words:
        return {}
    kinds = set.intersection(*(set(row.channels) for row in words))
    span = Span(max(row.starts_on for row in words), min(row.ends_on for row in words))
    return dict.fromkeys(kinds, span)


def candidate(revision: Revision, texts: Texts, weight: int, last_used: date | None) -> Candidate:
    """A message as the planner knows it."""
    content = texts.content(revision)
    return Candidate(
        id=revision.message_id,
        pillar=content.pillar,
        fits=texts.fits(revision),
        title=content.title,
        weight=weight,
        audiences=frozenset(content.audience),
        spokespersons=frozenset(content.spokespersons),
        last_used=last_used,
    )


def last_uses(messages: Iterable[int], units: Iterable[int], before: datetime) -> dict[int, date]:
    """By message (id), the local day on which a channel of the units carried it last before an instant."""
    rows = (
        Post.select(Revision.message, fn.MAX(Post.due_at))
        .join(Revision)
        .switch(Post)
        .join(Channel)
        .where(
            Revision.message.in_(list(messages)),
            Channel.unit.in_(list(units)),
            Post.due_at < before,
            Post.state.in_(COUNTING),
        )
        .group_by(Revision.message)
        .tuples()
    )
    return {message: local_day(at) for message, at in rows}
