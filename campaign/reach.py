"""Reach: figures as the services give them, airtime as people confirm it. Measured and estimated are never added,
and "no figure" is not zero."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from campaign import pacing
from campaign.adapters import Adapters
from campaign.broadcasts import PERSON_KINDS, words_of
from campaign.clock import local_day
from campaign.db import connected, write
from campaign.ledger import Ledger
from campaign.models import Campaign, CampaignChannel, Channel, Confirmation, Post, PostState, Reach
from campaign.session import LedgerSession
from campaign.vault import Vault
from channels.base import ChannelError, Figure, NeedsLogin, RateLimited, Receipt, State
from channels.loudspeaker import Loudspeaker
from channels.registry import KINDS
from content.speech import Lexicon, speak

log = logging.getLogger(__name__)

# Ages at which a post is measured: sparing, since a quiet Page has a tiny allowance (channels.md section 2.6).
AGES = (timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=7), timedelta(days=28))

# How long a channel that could not answer is left alone, where it named no time itself.
_SILENCE = timedelta(minutes=30)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

# What counts as carried out, and what as come to nothing. Cancelled posts were taken out of the plan.
DONE = (PostState.PUBLISHED, PostState.AIRED)
# A missed post still waits for a person's choice: it is open, not lost.
FAILED = (PostState.FAILED, PostState.NOT_AIRED, PostState.REMOVED)

# ---------------------------------------------------------------- collecting


def due_for_measuring(now: datetime) -> list[Post]:
    """Published posts that have passed an age at which they were not measured yet."""
    kinds = [kind for kind, cls in KINDS.items() if cls.metrics]
    posts = (
        Post.select(Post, Channel)
        .join(Channel)
        .where(
            Post.state == PostState.PUBLISHED,
            Post.remote_id.is_null(False),
            Post.published_at.between(now - AGES[-1] - timedelta(days=2), now - AGES[0]),
            Channel.kind.in_(kinds),
            Channel.paused == "",
        )
        .order_by(Post.id)
    )
    return [post for post in posts if _is_due(post, now)]


def _is_due(post: Post, now: datetime) -> bool:
    passed = [post.published_at + age for age in AGES if post.published_at + age <= now]
    last = Reach.select(Reach.at).where(Reach.post == post).order_by(Reach.at.desc()).first()
    return bool(passed) and (last is None or last.at < passed[-1])


class Measuring:
    """Takes figures for one worker. What it remembers may be lost: a channel is then asked once too often.

    A channel that cannot answer is left alone until it said, else for half an hour; and a post that has no figures to
    give goes to the end of the queue, so that it never keeps the others from their turn.
    """

    def __init__(self, adapters: Adapters, ledger: Ledger, vault: Vault) -> None:
        self._adapters, self._ledger, self._vault = adapters, ledger, vault
        self._not_before: dict[int, datetime] = {}
        self._tried: dict[int, datetime] = {}

    def due(self, most: int) -> list[Post]:
        """At most so many posts to be measured now, those first that were not tried for longest."""
        now = self._ledger.clock.now()
        posts = due_for_measuring(now)
        self._tried = {post.id: self._tried[post.id] for post in posts if post.id in self._tried}
        open_now = [post for post in posts if not self._is_silent(post, now)]
        return sorted(open_now, key=lambda post: (self._tried.get(post.id, _LONG_AGO), post.id))[:most]

    def take(self, post: Post) -> int:
        """Take the figures of one post now; gives their number. A channel that cannot answer leaves no figures."""
        now = self._ledger.clock.now()
        if self._is_silent(post, now):
            return 0
        self._tried[post.id] = now
        receipt = Receipt(post.remote_id, State.PUBLISHED, post.link)
        session = LedgerSession(post, None, self._ledger, self._vault)
        try:
            figures = self._adapters.of(post.channel).measure(receipt, session)
        except ChannelError as error:
            log.info("post %s: no figures: %s", post.id, error)
            self._leave_alone(post, error, now)
            return 0
        _keep(post, figures, self._ledger.clock.now())
        return len(figures)

    def _is_silent(self, post: Post, now: datetime) -> bool:
        parked_until = post.channel.parked_until or now
        return now < max(parked_until, self._not_before.get(post.channel_id, now))

    def _leave_alone(self, post: Post, error: ChannelError, now: datetime) -> None:
        self._not_before[post.channel_id] = now + _SILENCE
        if isinstance(error, RateLimited) and error.until > now:
            # For everybody: what is measured and what is sent draw on one allowance.
            self._not_before[post.channel_id] = error.until
            pacing.park(post.channel_id, error.until, str(error), self._ledger.clock)
        elif isinstance(error, NeedsLogin):
            # A pause that says why already, by a person or by the program, stays as it is.
            pacing.pause(post.channel_id, str(error))


def collect(post: Post, adapters: Adapters, ledger: Ledger, vault: Vault) -> int:
    """Take the figures of one post, once and now."""
    return Measuring(adapters, ledger, vault).take(post)


def _keep(post: Post, figures: Iterable[Figure], now: datetime) -> None:
    with connected(), write():
        for figure in figures:
            Reach.insert(
                post=post, metric=figure.metric, value=figure.value, measured=figure.measured, note=figure.note, at=now
            ).on_conflict_ignore().execute()


# ---------------------------------------------------------------- adding up


@dataclass
class Total:
    """One metric of one channel: the sum over posts with a figure, and how many posts had none."""

    label: str
    measured: bool
    value: int | None = None
    posts: int = 0
    missing: int = 0
    notes: set[str] = field(default_factory=set)

    def add(self, figure: Reach | None) -> None:
        """Count one post: its newest figure, or that it has none."""
        if figure is None or figure.value is None:
            self.missing += 1
            if figure is not None and figure.note:
                self.notes.add(figure.note)
        else:
            self.value = (self.value or 0) + int(figure.value)
            self.posts += 1


@dataclass
class ChannelReach:
    """What one channel did in a campaign. `airtime` is the confirmed minutes on air, from reading time; None for
    channels that do not speak aloud."""

    channel: Channel
    planned: int = 0
    done: int = 0
    open: int = 0
    failed: int = 0
    totals: dict[str, Total] = field(default_factory=dict)
    airtime: float | None = None


def campaign_reach(campaign: Campaign, adapters: Adapters) -> list[ChannelReach]:
    """The campaign's channels with their counts and newest figures."""
    aims = CampaignChannel.select(CampaignChannel, Channel).join(Channel).where(CampaignChannel.campaign == campaign)
    rows: dict[int, ChannelReach] = {aim.channel_id: _blank(aim.channel) for aim in aims}
    posts = list(_posts(campaign))
    newest = newest_figures(campaign)
    words = words_of(post.id for post in posts if post.state == PostState.AIRED)
    for post in posts:
        row = rows.setdefault(post.channel_id, _blank(post.channel))
        _count(row, post)
        if post.state == PostState.PUBLISHED:
            for name, total in row.totals.items():
                total.add(newest.get(post.id, {}).get(name))
        if post.state == PostState.AIRED and row.airtime is not None:
            row.airtime += airtime_minutes(post, words.get(post.id), adapters)
    return sorted(rows.values(), key=lambda row: (row.channel.kind, row.channel.name))


def _posts(campaign: Campaign) -> Iterable[Post]:
    posts: Iterable[Post] = (
        Post.select(Post, Channel).join(Channel).where(Post.campaign == campaign, Post.state != PostState.CANCELLED)
    )
    return posts


def _blank(channel: Channel) -> ChannelReach:
    kind = KINDS[channel.kind]
    totals = {metric.name: Total(metric.label, metric.measured) for metric in kind.metrics}
    return ChannelReach(channel, totals=totals, airtime=0.0 if channel.kind in PERSON_KINDS else None)


def _count(row: ChannelReach, post: Post) -> None:
    row.planned += 1
    if post.state in DONE:
        row.done += 1
    elif post.state in FAILED:
        row.failed += 1
    else:
        row.open += 1


def newest_figures(campaign: Campaign) -> dict[int, dict[str, Reach]]:
    """The newest figure of each metric of each post of a campaign, by post id."""
    rows = Reach.select().join(Post).where(Post.campaign == campaign).order_by(Reach.at)
    found: dict[int, dict[str, Reach]] = defaultdict(dict)
    for figure in rows:
        found[figure.post_id][figure.metric] = figure
    return found


def latest_figures(post: Post) -> dict[str, Reach]:
    """The newest figure of each metric of a post."""
    return {figure.metric: figure for figure in Reach.select().where(Reach.post == post).order_by(Reach.at)}


def airtime_minutes(post: Post, words: Sequence[Confirmation] | None, adapters: Adapters) -> float:
    """Minutes on air of a confirmed broadcast: reading time (bookends included) by the times it was read. `words` is
    what people said, the last word first."""
    if not words or not words[0].aired:
        return 0.0
    station = adapters.of(post.channel)
    if not isinstance(station, Loudspeaker):
        return 0.0
    try:
        seconds = _seconds(station.opening, post.payload["text"], station.closing, station.rate, station.lexicon)
    except (ChannelError, ValueError) as error:
        log.warning("post %s: no reading time: %s", post.id, error)
        return 0.0
    return seconds * int(words[0].times) / 60


@lru_cache(maxsize=512)
def _seconds(opening: str, text: str, closing: str, rate: int, lexicon: Lexicon) -> float:
    """One script is read many times in a campaign, and counting its syllables is the slow part."""
    return speak("\n\n".join(filter(None, (opening, text, closing))), lexicon=lexicon).seconds(rate)


def posts_by_day(campaign: Campaign) -> dict[date, dict[str, int]]:
    """For each local day, how many posts each kind of channel carried out."""
    days: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for post in _posts(campaign):
        if post.state in DONE and post.published_at is not None:
            days[local_day(post.published_at)][post.channel.kind] += 1
    return {day: dict(kinds) for day, kinds in sorted(days.items())}


def views_by_day(campaign: Campaign, metric_of: dict[str, str]) -> dict[date, dict[str, int]]:
    """For each local day of publication, the newest measured figure named in `metric_of` (kind -> metric), summed."""
    days: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    newest = newest_figures(campaign)
    for post in _posts(campaign):
        metric = metric_of.get(post.channel.kind)
        if post.state != PostState.PUBLISHED or post.published_at is None or metric is None:
            continue
        figure = newest.get(post.id, {}).get(metric)
        if figure is not None and figure.value is not None:
            days[local_day(post.published_at)][post.channel.kind] += int(figure.value)
    return {day: dict(kinds) for day, kinds in sorted(days.items())}
