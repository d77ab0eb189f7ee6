"""What channels really carried: the baseline over which a campaign is to raise it."""

from collections.abc import Iterable
from datetime import date

from campaign.airtime import station_of
from campaign.broadcasts import words_of
from campaign.clock import day_bounds
from campaign.models import Channel, Post, PostState
from campaign.planner.values import Measure
from campaign.terms import AimTerms

CARRIED = (PostState.PUBLISHED, PostState.AIRED)


def baseline_of(aim: AimTerms) -> float | None:
    """What the channels of an aim carried a week in its baseline: as entered, else counted; None where it says
    neither."""
    if aim.baseline is not None or aim.baseline_from is None or aim.baseline_until is None:
        return aim.baseline
    return baseline(aim.channels, aim.baseline_from, aim.baseline_until, aim.measure)


def baseline(channels: Iterable[int], first: date, last: date, measure: Measure = Measure.POSTS) -> float:
    """Posts, or minutes on air as confirmed, a week that channels (ids) really carried together from one local day to
    another, both included; two digits behind the point."""
    begin, end = day_bounds(first)[0], day_bounds(last)[1]
    posts = (
        Post.select()
        .where(Post.channel.in_(list(channels)), Post.state.in_(CARRIED))
        .where(Post.published_at >= begin, Post.published_at < end)
    )
    amount = posts.count() if measure == Measure.POSTS else _minutes(list(posts))
    return round(amount * 7 / ((last - first).days + 1), 2)


def _minutes(posts: list[Post]) -> float:
    words = words_of(post.id for post in posts)
    found = Channel.select().where(Channel.id.in_({post.channel_id for post in posts}))
    stations = {channel.id: station_of(channel) for channel in found}
    minutes = 0.0
    for post in posts:
        station, said = stations[post.channel_id], words.get(post.id)
        if station is not None and said and said[0].aired:
            minutes += station.once(post.payload) * int(said[0].times) / 60
    return minutes
