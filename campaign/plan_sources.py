"""From the tables to the planner: what a campaign asks of it at a moment."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from peewee import Value, fn

from campaign import campaign_admin
from campaign.airtime import INTERVAL, station_of
from campaign.candidates import COUNTING, MADE_UP_FOR, Texts, candidate, last_uses, newest_approved
from campaign.carried import baseline_of
from campaign.clock import day_bounds, local_day
from campaign.hours import airtime, parse_time
from campaign.models import Attempt, Audit, Campaign, Channel, Post, PostState, Revision, Unit
from campaign.planner.values import Aim, ChannelRules, Closure, PlanInput, Session, Standing, Window
from campaign.rights import subtree
from campaign.scheduling import first_act
from campaign.terms import AimTerms, Terms
from channels.registry import KINDS
from content.observances import public_holidays

# Nobody can prepare a post for the very next minute.
HEAD_START = timedelta(minutes=30)
# Posts nearer than this to the campaign keep its messages from coming again too soon.
_NEAR = timedelta(days=14)
_NO_MESSAGE = 0  # what a post stands for whose own text may not go out any more: no id of a message


def gather(campaign: Campaign, now: datetime, terms: Terms, *, exact: bool = True) -> PlanInput:
    """What a campaign of these terms asks of the planner at this moment. Raises ValueError or Problem."""
    rows = Channel.select(Channel, Unit).join(Unit).where(Channel.id.in_(terms.channels)).order_by(Channel.id)
    channels = list(rows)
    stations = {channel.id: station for channel in channels if (station := station_of(channel))}
    texts = Texts(channels, stations)
    used = last_uses(terms.messages, subtree([campaign.unit_id]), day_bounds(terms.starts_on)[0])
    standing = Calendar(campaign, terms, now, texts)
    created_on = local_day(campaign.created_at)
    return PlanInput(
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        not_before=now + HEAD_START,
        channels=tuple(_rules(channel, terms, standing.of(channel)) for channel in channels),
        candidates=tuple(
            candidate(row, texts, terms.weights.get(row.message_id, 1), used.get(row.message_id))
            for row in newest_approved(terms.messages, texts.is_approved)
        ),
        shares=campaign_admin.percentages(terms.shares),
        aims=tuple(_aim(aim) for aim in terms.aims),
        floors=terms.floors,
        peaks=tuple(terms.peaks),
        exposures=terms.exposures,
        min_repeat_days=terms.min_repeat_days,
        counts_from=min(created_on, terms.ends_on) if created_on > terms.starts_on else None,
        exact=exact,
    )


def _aim(aim: AimTerms) -> Aim:
    baseline = None if aim.raise_percent is None else baseline_of(aim) or 0
    return Aim(tuple(sorted(aim.channels)), aim.measure, aim.per_week, aim.raise_percent, baseline, aim.name)


# ---------------------------------------------------------------- channels


def _rules(channel: Channel, terms: Terms, standing: Sequence[Standing]) -> ChannelRules:
    speaks_in_sessions = KINDS[channel.kind].confirmed_by_person
    return ChannelRules(
        id=channel.id,
        name=channel.name,
        kind=channel.kind,
        quiet=(parse_time(channel.quiet[0]), parse_time(channel.quiet[1])),
        min_gap=timedelta(minutes=channel.min_gap_minutes),
        max_per_day=channel.max_per_day,
        windows=() if speaks_in_sessions else tuple(map(_window, channel.windows)),
        sessions=tuple(map(_session, channel.windows)) if speaks_in_sessions else (),
        closures=tuple(_closures(channel, terms)),
        standing=tuple(standing),
        audiences=frozenset(channel.audiences),
        priority=channel.priority,
        interval=INTERVAL,
    )


def _window(row: Mapping[str, Any]) -> Window:
    return Window(
        frozenset(row["weekdays"]), parse_time(row["start"]), parse_time(row["end"]), weight=row.get("weight", 1)
    )


def _session(row: Mapping[str, Any]) -> Session:
    return Session(frozenset(row["weekdays"]), parse_time(row["start"]), *airtime(row), weight=row.get("weight", 1))


def _closures(channel: Channel, terms: Terms) -> list[Closure]:
    own = [
        Closure(date.fromisoformat(row["first"]), date.fromisoformat(row["last"]), row["why"])
        for row in channel.closures
    ]
    return own + (_holidays(terms.starts_on, terms.ends_on) if channel.holidays else [])


@lru_cache(maxsize=16)
def _holidays(first: date, last: date) -> list[Closure]:
    return [Closure(day, day, name) for day, name in public_holidays(first, last).items()]


# ---------------------------------------------------------------- what stands already


class Calendar:
    """The posts on a campaign's channels that count, as the planner sees them."""

    def __init__(self, campaign: Campaign, terms: Terms, now: datetime, texts: Texts) -> None:
        self._campaign, self._not_before, self._texts = campaign, now + HEAD_START, texts
        self._channels = {channel.id: channel for channel in texts.channels}
        self._posts = self._near(terms)
        self._revisions = {
            row.id: row for row in Revision.select().where(Revision.id.in_({post.revision_id for post in self._posts}))
        }
        self._bound = _sent_or_moved_by_hand(campaign)

    def of(self, channel: Channel) -> list[Standing]:
        """The posts of one channel."""
        return [self._standing(post) for post in self._posts if post.channel_id == channel.id]

    def _near(self, terms: Terms) -> list[Post]:
        """The campaign's own posts, and those of others so near that they count."""
        margin = max(_NEAR, timedelta(days=terms.min_repeat_days or 0))
        begin, end = day_bounds(terms.starts_on)[0] - margin, day_bounds(terms.ends_on)[1] + margin
        # What is made up for no longer counts, but an hour that it holds is taken.
        counts = Post.state.in_(COUNTING) | (Post.state.in_(MADE_UP_FOR) & (Post.due_at >= self._not_before))
        is_near = (Post.campaign == self._campaign) | Post.due_at.between(begin, end)
        rows = Post.select().where(Post.channel.in_(list(self._channels)), counts, is_near)
        return list(rows.order_by(Post.due_at, Post.id))

    def _standing(self, post: Post) -> Standing:
        channel, revision = self._channels[post.channel_id], self._revisions[post.revision_id]
        station = self._texts.stations.get(channel.id)
        movable = self._is_movable(post, channel)
        return Standing(
            key=post.id,
            at=post.due_at,
            message_id=_NO_MESSAGE if movable and self._is_stuck(post, revision, channel) else revision.message_id,
            pillar=revision.pillar,
            wording=post.payload.get("wording", 0) % self._texts.ways(revision, channel.kind),
            seconds=station.of_payload(post.payload) if station else 0,
            own=post.campaign_id == self._campaign.id and post.state not in MADE_UP_FOR,
            movable=movable,
        )

    def _is_movable(self, post: Post, channel: Channel) -> bool:
        """Whether nobody but the planner has had a hand in an own post yet: it waits here and its time is far enough.
        What is on hold waits here until its very hour."""
        if post.campaign_id != self._campaign.id or post.state != PostState.SCHEDULED or post.lease_until is not None:
            return False
        acts_at = post.due_at if post.hold else first_act(channel, post.due_at)
        return bool(post.id not in self._bound and acts_at > self._not_before)

    def _is_stuck(self, post: Post, revision: Revision, channel: Channel) -> bool:
        """Whether the very text that a post carries may not go out at its hour."""
        if post.content_hash != revision.content_hash or not self._texts.is_approved(revision):
            return True
        span = self._texts.span(revision, channel)
        return span is None or not span.first <= local_day(post.due_at) <= span.last


def _sent_or_moved_by_hand(campaign: Campaign) -> set[int]:
    """The posts (ids) of a campaign that were tried already, or whose hour a person chose: the audit log says so."""
    subject = Value("post:").concat(Post.id.cast("TEXT"))
    by_hand = Audit.select(Value(1)).where(Audit.action == "move", Audit.subject == subject)
    tried = Attempt.select(Value(1)).where(Attempt.post == Post.id)
    rows = Post.select(Post.id).where(Post.campaign == campaign, fn.EXISTS(by_hand) | fn.EXISTS(tried))
    return {number for (number,) in rows.tuples()}
