"""What becomes of posts that stand already but may be moved: which fit no more, where they go, and why. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from campaign.planner.ground import Ground
from campaign.planner.openings import is_quiet
from campaign.planner.spread import cost
from campaign.planner.track import Track
from campaign.planner.values import Candidate, ChannelRules, PlanInput, Standing


def is_stale(post: Standing, channel: ChannelRules, pool: Sequence[Candidate], day: date) -> bool:
    """Whether the message of a movable post may not go out on its channel that day."""
    return post.movable and not any(message.id == post.message_id and message.fit(channel.id, day) for message in pool)


def pair(leaving: Sequence[Standing], free: Sequence[int]) -> dict[int, Standing]:
    """Which of the free instants (seconds, in order) each leaving post takes: the post by the number of the instant.

    The way all of them go together is the shortest. Whoever is earlier stays earlier: exchanging two that cross never
    lengthens it, so a dynamic programme over both rows in order finds it. The latest ones go without where there are
    fewer instants than posts.
    """
    posts = sorted(leaving, key=lambda post: (post.at, post.key))[: len(free)]
    ways: list[float] = [0.0] * (len(free) + 1)  # by number of instants looked at, the shortest way of the posts so far
    taken: list[list[bool]] = []
    for post in posts:
        row, takes = [float("inf")], [False]
        for number, at in enumerate(free):
            here = ways[number] + abs(at - post.at.timestamp())
            takes.append(here < row[number])
            row.append(min(here, row[number]))
        ways = row
        taken.append(takes)
    found: dict[int, Standing] = {}
    end = len(free)
    for post, takes in zip(reversed(posts), reversed(taken), strict=True):
        while not takes[end]:
            end -= 1
        end -= 1
        found[end] = post
    return found


def draw_near(track: Track, places: Sequence[int], leaving: Sequence[Standing]) -> list[int]:
    """The places of a track, with those that leaving posts take drawn near to where these stood: a broadcast of a lost
    day is made up for soon, not in a month that happens to be as even. Each may cost a quarter of the target gap."""
    fixed = set(track.fixed)
    chosen = {*places, *fixed}
    free = [place for place in places if place not in track.standing]
    for number, post in sorted(pair(leaving, [track.instants[place] for place in free]).items()):
        # Costs are counted 2n times, and so is this quarter.
        limit = cost(track, sorted(chosen)) + track.total // 2
        chosen.remove(free[number])
        others, at = sorted(chosen), post.at.timestamp()
        nearest = sorted(range(len(track.instants)), key=lambda place: (abs(track.instants[place] - at), place))
        joining = (place for place in nearest if place not in track.standing and _joins(track, others, place))
        near = next(place for place in joining if cost(track, sorted([*others, place])) <= limit)
        chosen.add(near)
    return sorted(chosen - fixed)


def _joins(track: Track, others: Sequence[int], place: int) -> bool:
    """Whether a post may stand at a place beside others, which are in order."""
    number = bisect_left(others, place)
    before, after = others[max(0, number - 1) : number], others[number : number + 1]
    if any(track.after[other] > place for other in before) or any(track.after[place] > other for other in after):
        return False
    on_day = sum(track.days[other] == track.days[place] for other in others if other not in track.fixed)
    return on_day < track.room[place]


def may_follow(
    what: PlanInput, moved: Standing, standing: Sequence[Standing], channel: ChannelRules, pool: Sequence[Candidate]
) -> bool:
    """Whether a moved post keeps its message: it fits the new day, has rested there, and no neighbour is of its pillar.

    `standing` are the other posts of the channel."""
    day = moved.at.astimezone(what.zone).date()
    if is_stale(moved, channel, pool, day):
        return False
    rests = (
        abs((post.at.astimezone(what.zone).date() - day).days)
        for post in standing
        if post.message_id == moved.message_id
    )
    row = sorted([*standing, moved], key=lambda post: (post.at, post.key))
    beside = (pair_ for pair_ in pairwise(row) if moved in pair_)
    return min(rests, default=what.rest) >= what.rest and all(a.pillar != b.pillar for a, b in beside)


def why(what: PlanInput, ground: Ground, post: Standing) -> str:
    """In Vietnamese, why a movable post does not stay where it is."""
    channel, wall = ground.rules, post.at.astimezone(what.zone)
    closures = [closure.why for closure in channel.closures if closure.first <= wall.date() <= closure.last]
    frozen = [other.at for other in channel.standing if not other.movable]
    on_day = sum(at.astimezone(what.zone).date() == wall.date() for at in frozen)
    gap = channel.min_gap.total_seconds() // 60
    for holds, sentence in (
        (bool(closures), f"ngày {wall:%d/%m} kênh nghỉ ({', '.join(closures)})"),
        (is_quiet(channel.quiet, wall.time()), "giờ cũ nằm trong giờ yên lặng"),
        (on_day >= channel.max_per_day, f"ngày {wall:%d/%m} kênh đã đủ {channel.max_per_day} bài"),
        (any(abs(at - post.at) < channel.min_gap for at in frozen), f"giờ cũ cách một bài khác chưa đủ {gap:.0f} phút"),
        (not what.starts_on <= wall.date() <= what.ends_on, f"ngày {wall:%d/%m} nằm ngoài thời gian chiến dịch"),
        (wall.toordinal() not in ground.served, f"ngày {wall:%d/%m} không còn thông điệp hợp kênh và còn hạn"),
        (post not in ground.track.standing.values(), "giờ cũ không còn chỗ trong khung giờ của kênh"),
    ):
        if holds:
            return sentence
    return "phải nhường chỗ để lịch đủ số bài và giữ khoảng cách"
