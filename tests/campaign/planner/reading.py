"""An independent reading of the rules: what must hold of any plan, whatever it was made from."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from campaign.planner.values import ChannelRules, Plan, PlanInput, Session, Slot, Window


class Post(NamedTuple):
    """A post of a channel once the plan is applied; `key` where it stands already and stays as it is."""

    at: datetime
    message_id: int
    wording: int
    pillar: str
    seconds: int
    own: bool = True
    key: int | None = None
    is_moved: bool = False


def posts(what: PlanInput, made: Plan, rules: ChannelRules) -> list[Post]:
    """All posts of a channel once the plan is applied, in order of time."""
    mine = [slot for slot in made.slots if slot.channel_id == rules.id]
    gone = {post.key for post in made.dropped} | {slot.replaces for slot in mine}
    found = [
        Post(post.at, post.message_id, post.wording, post.pillar, post.seconds, post.own, post.key)
        for post in rules.standing
        if post.key not in gone
    ]
    for slot in mine:
        found.append(Post(slot.at, slot.message_id, slot.wording, slot.pillar, slot.seconds, is_moved=is_carried(slot)))
    return sorted(found, key=lambda post: (post.at, post.key is None, post.key or 0))


def is_carried(slot: Slot) -> bool:
    """Whether a standing post moves there with its message."""
    return slot.replaces is not None and slot.reason.endswith("; giữ nguyên thông điệp.")


def within(what: PlanInput, rows: Sequence[Post]) -> list[Post]:
    """The campaign's own posts on its days."""
    return [row for row in rows if row.own and what.starts_on <= local_day(what, row.at) <= what.ends_on]


def local_day(what: PlanInput, at: datetime) -> date:
    return at.astimezone(what.zone).date()


# ---------------------------------------------------------------- hours


def is_between(edges: tuple[time, time], at: time) -> bool:
    start, end = edges
    return start <= at < end if start <= end else at >= start or at < end


def is_in(window: Window, wall: datetime) -> bool:
    today, eve = wall.weekday() in window.weekdays, (wall.weekday() - 1) % 7 in window.weekdays
    if window.start < window.end:
        return today and window.start <= wall.time() < window.end
    return (today and wall.time() >= window.start) or (eve and wall.time() < window.end)


def begins(session: Session, wall: datetime, span: timedelta) -> datetime | None:
    """When the airing of a session began into which an instant (on the wall clock) falls."""
    for start in (wall.date(), wall.date() - timedelta(days=1)):
        at = datetime.combine(start, session.start, wall.tzinfo)
        if start.weekday() in session.weekdays and at <= wall < at + span:
            return at
    return None


def airing(what: PlanInput, rules: ChannelRules, at: datetime) -> tuple[datetime, Session] | None:
    """The airing of a session that an instant falls into; items begin on whole minutes, so it may last longer."""
    wall = at.astimezone(what.zone)
    for session in rules.sessions:
        span = timedelta(seconds=session.seconds + session.items * (rules.interval + 60))
        begun = begins(session, wall, span)
        if begun is not None:
            return begun, session
    return None


def is_open(what: PlanInput, rules: ChannelRules, at: datetime) -> bool:
    """Whether a channel may speak at an instant."""
    wall = at.astimezone(what.zone)
    return (
        what.starts_on <= wall.date() <= what.ends_on
        and at >= what.not_before
        and not any(closure.first <= wall.date() <= closure.last for closure in rules.closures)
        and not is_between(rules.quiet, wall.time())
        and (any(is_in(window, wall) for window in rules.windows) or airing(what, rules, at) is not None)
    )


# ---------------------------------------------------------------- limits


def assert_open(what: PlanInput, made: Plan) -> None:
    """No slot in quiet hours, closures, or outside dates, windows and sessions."""
    for rules in what.channels:
        assert all(is_open(what, rules, slot.at) for slot in made.slots if slot.channel_id == rules.id)


def assert_apart(what: PlanInput, made: Plan) -> None:
    """Every new post keeps the gap to every other, but for the items of sessions, and none begins with another."""
    for rules in what.channels:
        rows = posts(what, made, rules)
        for number, one in enumerate(rows):
            for other in rows[number + 1 :]:
                if one.key is not None and other.key is not None:
                    continue
                assert other.at > one.at
                assert other.at - one.at >= rules.min_gap or rules.sessions


def assert_within_days(what: PlanInput, made: Plan) -> None:
    """No day has more posts than allowed, unless frozen ones alone are too many."""
    for rules in what.channels:
        by_day: dict[date, list[Post]] = {}
        for post in posts(what, made, rules):
            by_day.setdefault(local_day(what, post.at), []).append(post)
        for rows in by_day.values():
            assert len(rows) <= rules.max_per_day or all(row.key is not None for row in rows)


def assert_within_sessions(what: PlanInput, made: Plan) -> None:
    """Items and seconds, pauses included, of every airing that has something new."""
    for rules in (row for row in what.channels if row.sessions):
        airings: dict[tuple[datetime, Session], list[Post]] = {}
        for post in posts(what, made, rules):
            found = airing(what, rules, post.at)
            if found is not None:
                airings.setdefault(found, []).append(post)
        for (_, session), rows in airings.items():
            if all(row.key is not None for row in rows):
                continue
            assert len(rows) <= session.items
            assert sum(row.seconds + rules.interval for row in rows) <= session.seconds + rules.interval


def assert_usable(what: PlanInput, made: Plan) -> None:
    """Every message fits its channel and its day, and is of a pillar with a share."""
    known = {message.id: message for message in what.candidates}
    for slot in made.slots:
        chosen = known[slot.message_id]
        fit = chosen.fit(slot.channel_id, local_day(what, slot.at))
        assert fit is not None
        assert chosen.pillar == slot.pillar and what.shares[slot.pillar] > 0 and slot.wording < fit.wordings
        assert is_carried(slot) or slot.seconds == fit.seconds


def assert_new_texts(what: PlanInput, made: Plan) -> None:
    """No new post says what the post before or after it says."""
    for rules in what.channels:
        for a, b in pairwise(posts(what, made, rules)):
            if a.key is None or b.key is None:
                assert (a.message_id, a.wording) != (b.message_id, b.wording)


def assert_legal(what: PlanInput, made: Plan) -> None:
    """All that no plan may break."""
    assert_open(what, made)
    assert_apart(what, made)
    assert_within_days(what, made)
    assert_within_sessions(what, made)
    assert_usable(what, made)
    assert_new_texts(what, made)


# ---------------------------------------------------------------- rules that give way


def too_soon(what: PlanInput, made: Plan) -> Iterator[tuple[int, datetime]]:
    """Channel and instant of the new posts whose message has not rested since an earlier post of the channel, or does
    not until one that stands."""
    for rules in what.channels:
        rows = posts(what, made, rules)
        for row in rows:
            others = [
                abs((local_day(what, other.at) - local_day(what, row.at)).days)
                for other in rows
                if other.message_id == row.message_id
                and (other.at < row.at or (other.at > row.at and (other.key is not None or other.is_moved)))
            ]
            if row.key is None and not row.is_moved and min(others, default=what.rest) < what.rest:
                yield rules.id, row.at


def beside_their_like(what: PlanInput, made: Plan) -> Iterator[tuple[int, datetime]]:
    """Channel and instant of the new posts that follow one of their pillar, or come before one that stands."""
    for rules in what.channels:
        for a, b in pairwise(posts(what, made, rules)):
            if a.pillar == b.pillar:
                if b.key is None and not b.is_moved:
                    yield rules.id, b.at
                elif a.key is None and not a.is_moved:
                    yield rules.id, a.at


def counts(what: PlanInput, made: Plan) -> Counter[str]:
    """The campaign's own posts on its days, by pillar."""
    rows = (row for rules in what.channels for row in within(what, posts(what, made, rules)))
    return Counter(row.pillar for row in rows)
