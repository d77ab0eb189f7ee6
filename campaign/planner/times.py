"""The times of one channel: which standing posts stay, which move, and which seats wait for a message. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from campaign.planner.choose import Seat
from campaign.planner.ground import Ground
from campaign.planner.moves import draw_near, is_stale, may_follow, pair
from campaign.planner.openings import seconds
from campaign.planner.spread import spread
from campaign.planner.track import instant, next_minute
from campaign.planner.values import ChannelRules, PlanInput, Standing


@dataclass(frozen=True)
class Times:
    """One channel with its times. Places are numbers of the track's.

    `standing` are all posts that stay, of whatever campaign, moved ones at their new time. `carried` has, by place, the
    posts that move there with their message, as they were. `seats` wait for a message, in order of time; `seated` are
    their places; `replaced` has, by number of the seat, the post that gives itself up for it. `dropped` posts give way
    to nothing.
    """

    ground: Ground
    places: Sequence[int]
    standing: tuple[Standing, ...]
    carried: Mapping[int, Standing]
    seats: tuple[Seat, ...]
    seated: tuple[int, ...]
    replaced: Mapping[int, Standing]
    dropped: tuple[Standing, ...]

    @property
    def rules(self) -> ChannelRules:
        """The channel, with the posts that stay."""
        return replace(self.ground.rules, standing=self.standing)

    @property
    def own(self) -> list[Standing]:
        """The campaign's own posts within its days that stay and keep their message."""
        inside = {post.key for post in (*self.ground.track.standing.values(), *self.carried.values())}
        return [post for post in self.standing if post.own and post.key in inside]

    @property
    def kept(self) -> int:
        """How many movable posts stay as they are."""
        return sum(post.movable for post in self.own) - len(self.carried)

    def budgets(self) -> dict[int, int]:
        """By number of the session, the seconds on air that the posts that stay leave."""
        track = self.ground.track
        staying = {
            place: track.standing[place]
            for place in self.places
            if place in track.standing and place not in self.seated
        }
        left = _left(self.ground, staying)
        for place, post in self.carried.items():
            if (session := track.sessions[place]) >= 0:
                left[session] -= post.seconds + self.ground.rules.interval
        return left

    def on_air(self, lengths: Mapping[int, int]) -> dict[int, datetime]:
        """When what is new begins, by place. `lengths` are the seconds of new and carried posts by place: within a
        session one follows the other, on whole minutes; elsewhere a place is an instant already."""
        track, interval = self.ground.track, self.ground.rules.interval
        free_from: dict[int, int] = defaultdict(int)
        found: dict[int, datetime] = {}
        for place in sorted(self.places):
            session = track.sessions[place]
            stays = place in track.standing
            if session < 0:
                found[place] = track.standing[place].at if stays else instant(track.instants[place])
                continue
            free = max(free_from[session], track.airtimes[session].free_from)
            at = seconds(track.standing[place].at) if stays else free
            length = lengths.get(place, track.standing[place].seconds if stays else 0)
            found[place] = instant(at)
            free_from[session] = max(free, next_minute(at + length + interval))
        return {place: at for place, at in found.items() if place in lengths}


def set_times(what: PlanInput, ground: Ground, posts: int) -> Times:
    """The times of so many posts beside the fixed ones, with as few moves as there can be."""
    track, channel = ground.track, ground.rules
    places = spread(track, posts, exact=what.exact)
    seen = {track.standing[place].key for place in places if place in track.standing}
    leaving = [post for post in channel.standing if post.own and post.movable and post.key not in seen]
    places = draw_near(track, places, leaving)
    staying = {place: track.standing[place] for place in places if place in track.standing}
    stale = {place for place, post in staying.items() if is_stale(post, channel, ground.pool, day_of(what, post.at))}
    held = {place: post for place, post in staying.items() if place not in stale}
    keys = {post.key for post in held.values()}
    standing = [post for post in channel.standing if post.key in keys or not (post.own and post.movable)]
    free = [place for place in places if place not in track.standing]
    heirs = {free[number]: post for number, post in pair(leaving, [track.instants[place] for place in free]).items()}
    room = _Room(ground, held, [*free, *stale])

    carried: dict[int, Standing] = {}
    waiting: list[tuple[int, Seat, Standing | None]] = []
    for place in sorted({*free, *stale}):
        at = staying[place].at if place in stale else room.begin(place)
        before = staying.get(place) or heirs.get(place)
        moved = replace(before, at=at) if before is not None and place not in stale else None
        follows = moved is not None and may_follow(what, moved, standing, channel, ground.pool)
        if before is not None and moved is not None and follows and room.takes(place, moved.seconds):
            standing.append(moved)
            carried[place] = before
        else:
            waiting.append((place, Seat(at, day_of(what, at), track.sessions[place]), before))
    taken = {post.key for post in heirs.values()}
    return Times(
        ground=ground,
        places=places,
        standing=tuple(sorted(standing, key=lambda post: (post.at, post.key))),
        carried=carried,
        seats=tuple(seat for _, seat, _ in waiting),
        seated=tuple(place for place, _, _ in waiting),
        replaced={number: post for number, (_, _, post) in enumerate(waiting) if post is not None},
        dropped=tuple(post for post in leaving if post.key not in taken),
    )


class _Room:
    """What the sessions of a channel have room for while posts move into them; other places have room for any one."""

    def __init__(self, ground: Ground, held: Mapping[int, Standing], waiting: Sequence[int]) -> None:
        self.track, self.interval = ground.track, ground.rules.interval
        self.left = _left(ground, held)
        self.waiting = Counter(self.track.sessions[place] for place in waiting)
        self.shortest = min((message.fits[ground.rules.id].seconds for message in ground.pool), default=0)
        self.last: dict[int, int] = {}  # by session, when the last of the movable posts that stay begins
        for place, post in held.items():
            self.last[self.track.sessions[place]] = seconds(post.at)

    def begin(self, place: int) -> datetime:
        """When a new post begins there; in a session, an instant that says after which others it comes."""
        session, at = self.track.sessions[place], self.track.instants[place]
        if session < 0:
            return instant(at)
        airtime = self.track.airtimes[session]
        return instant(max(airtime.free_from, self.last.get(session, 0)) + at - airtime.at)

    def takes(self, place: int, length: int) -> bool:
        """Whether a post of so many seconds fits there beside the shortest for all other places that wait; if it does,
        it is in."""
        session = self.track.sessions[place]
        if session < 0:
            return True
        others = (self.waiting[session] - 1) * (self.shortest + self.interval)
        if length + others > self.left[session]:
            return False
        self.left[session] -= length + self.interval
        self.waiting[session] -= 1
        return True


def _left(ground: Ground, staying: Mapping[int, Standing]) -> dict[int, int]:
    """By number of the session, the seconds on air that posts leave that stay at their places."""
    track, interval = ground.track, ground.rules.interval
    left = {number: airtime.seconds for number, airtime in enumerate(track.airtimes)}
    for place, post in sorted(staying.items()):
        session = track.sessions[place]
        if post.movable and session >= 0:
            over = next_minute(seconds(post.at) + post.seconds + interval)
            left[session] = min(left[session] - post.seconds - interval, track.airtimes[session].ends - over)
    return left


def day_of(what: PlanInput, at: datetime) -> date:
    """The local day of an instant."""
    return at.astimezone(what.zone).date()
