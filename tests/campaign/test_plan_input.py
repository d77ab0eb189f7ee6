"""What the planner is asked: which messages fit which channel on which days, what stands there, and what is aimed at.

The clock stands on Monday 16 November 2026, 09:00 in Vietnam; the campaign lasts from 17 to 30 November.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

import pytest

from campaign import campaign_admin, local_facts, planning, scheduling
from campaign.broadcasts import Airing, confirm
from campaign.campaign_admin import AimTerms
from campaign.clock import local_day
from campaign.hours import Airtime, airtime
from campaign.models import (
    Attempt,
    Campaign,
    CampaignAim,
    CampaignMessage,
    Channel,
    Pack,
    PackItem,
    Post,
    PostState,
    Revision,
    Unit,
)
from campaign.planner.values import Candidate, Closure, Measure, PlanInput, Standing
from channels.loudspeaker import Loudspeaker
from content.message import Variant
from content.speech import speak
from content.taxonomy import PILLARS
from tests.campaign.test_consents import agree, approve, story
from tests.campaign.world import World, fresh
from tests.engines import on_both_engines

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SPOKEN = "Xét nghiệm HIV sớm giúp điều trị sớm và sống khỏe mạnh lâu dài bên gia đình. " * 8
DAILY = [0, 1, 2, 3, 4, 5, 6]
FACT = "dien_thoai_tram"


@pytest.fixture
def campaign(world: World) -> Campaign:
    row: Campaign = Campaign.create(
        unit=world.unit, name="Thử", starts_on=date(2026, 11, 17), ends_on=date(2026, 11, 30),
        shares=dict.fromkeys(PILLARS, 20), created_by=world.people["editor"], created_at=world.clock.now(),
    )  # fmt: skip
    for kind in world.channels:
        world.aim(row, kind)
    return row


def pick(campaign: Campaign, revision: Revision, **changes: Any) -> Revision:
    CampaignMessage.create(campaign=campaign, message=revision.message, **changes)
    return revision


def asked(world: World, campaign: Campaign) -> PlanInput:
    return planning.plan_input(campaign, world.clock.now())


def candidate(world: World, campaign: Campaign) -> Candidate:
    (found,) = asked(world, campaign).candidates
    return found


def fits(world: World, campaign: Campaign) -> dict[str, tuple[date, date]]:
    """By kind, the days on which the campaign's one message may go out."""
    kinds = {channel.id: kind for kind, channel in world.channels.items()}
    return {kinds[key]: (fit.first, fit.last) for key, fit in candidate(world, campaign).fits.items()}


def standing(world: World, campaign: Campaign, kind: str = "facebook") -> dict[int, Standing]:
    rules = {row.kind: row for row in asked(world, campaign).channels}
    return {post.key: post for post in rules[kind].standing}


def post(world: World, campaign: Campaign | None, due: datetime, slug: str = "bai", kind: str = "facebook") -> Post:
    known = Revision.get_or_none(Revision.title == f"Bài {slug}")
    return scheduling.schedule(
        world.home.freezer, user=None, campaign=campaign, channel=world.channels[kind],
        revision=known or world.approved(slug, f"{SPOKEN} Bài {slug}."), due=due, now=world.clock.now(),
    )  # fmt: skip


# ---------------------------------------------------------------- messages


def test_a_message_fits_the_kinds_it_was_written_for_while_it_is_valid(world: World, campaign: Campaign) -> None:
    days = date(2026, 11, 1), date(2026, 11, 20)
    pick(campaign, world.approved("ngan", channels=("facebook", "zalo"), valid_from=days[0], valid_until=days[1]))
    assert fits(world, campaign) == {"facebook": days, "zalo": days}


def test_a_message_whose_newest_revision_waits_for_approval_goes_out_in_its_approved_one(
    world: World, campaign: Campaign
) -> None:
    revision = pick(campaign, world.approved("mot"))
    Revision.create(**{**revision.__data__, "id": None, "number": 2, "state": "draft", "title": "Bản nháp"})
    assert candidate(world, campaign).title == revision.title


def test_a_message_without_an_approval_that_stands_is_no_candidate(world: World, campaign: Campaign) -> None:
    revision = pick(campaign, world.approved("mot"))
    Revision.update(document={**revision.document, "text": "Đổi lén."}).execute()
    assert asked(world, campaign).candidates == ()


def test_a_message_does_not_fit_where_a_local_fact_is_missing(world: World, campaign: Campaign) -> None:
    elsewhere = Unit.create(name="Xã Bên Thử", kind="xã", parent=world.unit)
    enter(world, elsewhere)
    Channel.update(unit=elsewhere).where(Channel.kind == "zalo").execute()
    ways = {"zalo": Variant(text=f"Gọi {{{{{FACT}}}}}.", description="Mời gọi.")}
    pick(campaign, world.approved("so-may", variants=ways))
    assert set(fits(world, campaign)) == {"facebook", "zalo", "loudspeaker"}
    Channel.update(unit=world.unit).where(Channel.kind == "zalo").execute()
    assert set(fits(world, campaign)) == {"facebook", "loudspeaker"}


def test_a_message_fits_for_as_long_as_its_local_facts_count_as_fresh(world: World, campaign: Campaign) -> None:
    enter(world, world.unit, days_ago=175)
    pick(campaign, world.approved("so-may", f"Gọi {{{{{FACT}}}}} để hỏi.", channels=("facebook",)))
    last = local_day(world.clock.now()) + timedelta(days=5)
    assert fits(world, campaign)["facebook"][1] == last
    gaps = [local_facts.gaps([FACT], world.unit, day) for day in (last, last + DAY)]
    assert [bool(found) for found in gaps] == [False, True]


def test_a_story_fits_where_and_for_as_long_as_everybody_in_it_agrees(world: World, campaign: Campaign) -> None:
    revision = story(world)
    agree(world, revision, starts_on=date(2026, 11, 10), ends_on=date(2026, 12, 30))
    agree(
        world, revision, alias="Anh Ba", channels=("facebook", "zalo", "loudspeaker"), starts_on=date(2026, 11, 16),
        ends_on=date(2026, 11, 25),
    )  # fmt: skip
    pick(campaign, approve(world, revision))
    assert set(fits(world, campaign).values()) == {(date(2026, 11, 16), date(2026, 11, 25))}
    agree(world, revision, alias="Anh Ba", channels=("facebook",), starts_on=date(2026, 11, 16))
    assert set(fits(world, campaign)) == {"facebook"}


def test_a_story_that_was_taken_back_fits_nowhere(world: World, campaign: Campaign) -> None:
    revision = story(world)
    consent = agree(world, revision)
    pick(campaign, approve(world, revision))
    consent.withdrawn_at = world.clock.now()
    consent.save()
    assert fits(world, campaign) == {}


def test_a_text_that_its_sender_called_back_fits_nowhere(world: World, campaign: Campaign) -> None:
    revision = pick(campaign, world.approved("tu-tinh"))
    now = world.clock.now()
    pack = Pack.create(
        digest="0" * 64, name="Gói", origin="Tỉnh", made_at=now, unit=world.unit, imported_at=now, recalled_at=now
    )
    PackItem.create(pack=pack, message=revision.message, content_hash=revision.content_hash)
    assert fits(world, campaign) == {}


def test_a_message_takes_as_long_on_air_as_its_longest_wording_by_rate_and_readings(
    world: World, campaign: Campaign
) -> None:
    """(reading time with bookends + 30 s) times the readings, less the last pause (loudspeaker.md section 5)."""
    Channel.update(settings={"station": "Đài xã Thử", "reading_rate": "200", "repeat": "2"}).where(
        Channel.kind == "loudspeaker"
    ).execute()
    longest = f"{SPOKEN} Và một câu nữa."
    pick(campaign, world.approved("loa", variants={"loudspeaker": Variant(text=SPOKEN, wordings=(longest,))}))
    station = world.home.adapters.of(Channel.get(Channel.kind == "loudspeaker"))
    assert isinstance(station, Loudspeaker)
    once = speak(f"{station.opening}\n\n{longest}\n\n{station.closing}").seconds(200)
    found = candidate(world, campaign).fits[world.channels["loudspeaker"].id]
    assert found.seconds == ceil(2 * once + 30)
    assert candidate(world, campaign).fits[world.channels["facebook"].id].seconds == 0


def test_a_message_has_on_each_channel_the_wordings_of_its_kind(world: World, campaign: Campaign) -> None:
    ways = {"facebook": Variant(wordings=("Hai.", "Ba.")), "loudspeaker": Variant(text=SPOKEN)}
    pick(campaign, world.approved("ba-cach", variants=ways))
    found = candidate(world, campaign).fits
    assert {kind: found[world.channels[kind].id].wordings for kind in ways} == {"facebook": 3, "loudspeaker": 1}


def test_a_message_brings_its_weight_its_audiences_and_its_voices(world: World, campaign: Campaign) -> None:
    said = {"audience": ("youth", "women"), "spokespersons": ("doctor",)}
    pick(campaign, world.approved("tre", **said), weight=3)
    found = candidate(world, campaign)
    assert (found.weight, found.audiences, found.spokespersons) == (3, {"youth", "women"}, {"doctor"})


def test_a_message_says_when_any_channel_of_the_unit_used_it_last_before_the_campaign(
    world: World, campaign: Campaign
) -> None:
    pick(campaign, world.approved("bai"))
    assert candidate(world, campaign).last_used is None
    world.clock.advance(-10 * DAY)
    post(world, None, world.clock.now() + DAY, kind="zalo")
    last = post(world, None, world.clock.now() + 3 * DAY)
    cancelled = post(world, None, world.clock.now() + 5 * DAY)
    Post.update(state=PostState.CANCELLED).where(Post.id == cancelled.id).execute()
    post(world, campaign, world.clock.now() + 12 * DAY)
    assert candidate(world, campaign).last_used == local_day(last.due_at)


def enter(world: World, unit: Unit, days_ago: int = 0) -> None:
    today = local_day(world.clock.now())
    day = today - timedelta(days=days_ago)
    user = world.people["administrator"]
    local_facts.save(user, unit, FACT, "0200 000 0000", day, world.clock.now(), today)


# ---------------------------------------------------------------- channels


def test_a_station_speaks_in_sessions_and_a_page_in_windows(world: World, campaign: Campaign) -> None:
    session = {"weekdays": [0, 2], "start": "05:30", "end": "06:00", "items": 3, "seconds": 600, "weight": 2}
    window = {"weekdays": [5], "start": "07:00", "end": "09:00", "weight": 4}
    Channel.update(windows=[session]).where(Channel.kind == "loudspeaker").execute()
    Channel.update(windows=[window]).where(Channel.kind == "facebook").execute()
    rules = {row.kind: row for row in asked(world, campaign).channels}
    (found,) = rules["loudspeaker"].sessions
    assert (found.weekdays, found.start, found.items, found.seconds, found.weight) == ({0, 2}, time(5, 30), 3, 600, 2)
    (open_,) = rules["facebook"].windows
    assert (open_.weekdays, open_.start, open_.end, open_.weight) == ({5}, time(7), time(9), 4)
    assert rules["loudspeaker"].windows == rules["facebook"].sessions == ()


def test_a_session_that_says_nothing_takes_two_items_and_at_most_a_quarter_of_an_hour() -> None:
    assert airtime({"start": "05:30", "end": "06:00"}) == Airtime(2, 900)
    assert airtime({"start": "05:30", "end": "05:40"}) == Airtime(2, 600)
    assert airtime({"start": "23:55", "end": "00:00"}) == Airtime(2, 300)


def test_closures_hold_and_public_holidays_where_the_channel_keeps_them(world: World, campaign: Campaign) -> None:
    away = {"first": "2026-11-20", "last": "2026-11-21", "why": "Sửa máy"}
    Channel.update(closures=[away]).where(Channel.kind == "facebook").execute()
    Channel.update(holidays=True).where(Channel.kind == "loudspeaker").execute()
    rules = {row.kind: row for row in asked(world, campaign).channels}
    assert rules["facebook"].closures == (Closure(date(2026, 11, 20), date(2026, 11, 21), "Sửa máy"),)
    assert [(row.first, row.last) for row in rules["loudspeaker"].closures] == [(date(2026, 11, 24),) * 2]
    assert "Văn hóa" in rules["loudspeaker"].closures[0].why


# ---------------------------------------------------------------- what stands


def test_posts_of_others_and_posts_just_before_count_but_not_as_its_own(world: World, campaign: Campaign) -> None:
    mine = post(world, campaign, world.clock.now() + 3 * DAY)
    other = post(world, None, world.clock.now() + 4 * DAY)
    eve = post(world, None, world.clock.now() + HOUR)
    found = standing(world, campaign)
    assert {key: (row.own, row.movable) for key, row in found.items()} == {
        mine.id: (True, True), other.id: (False, False), eve.id: (False, False),
    }  # fmt: skip


def test_what_was_not_aired_or_missed_its_hour_does_not_count_but_holds_an_hour_to_come(
    world: World, campaign: Campaign
) -> None:
    gone = post(world, campaign, world.clock.now() + HOUR)
    coming = post(world, campaign, world.clock.now() + DAY)
    cancelled = post(world, campaign, world.clock.now() + 2 * DAY)
    failed = post(world, campaign, world.clock.now() + 3 * DAY)
    for row, state in (
        (gone, PostState.MISSED), (coming, PostState.NOT_AIRED), (cancelled, PostState.CANCELLED),
        (failed, PostState.FAILED),
    ):  # fmt: skip
        Post.update(state=state).where(Post.id == row.id).execute()
    world.clock.advance(2 * HOUR)
    assert {key: row.own for key, row in standing(world, campaign).items()} == {coming.id: False, failed.id: True}


@on_both_engines
def test_only_what_waits_here_untouched_and_far_enough_may_be_moved(world: World, campaign: Campaign) -> None:
    now = world.clock.now()
    free, _soon, tried, leased, by_hand = (
        post(world, campaign, at) for at in (now + 3 * DAY, now + 20 * MINUTE, now + DAY, now + 2 * DAY, now + 4 * DAY)
    )
    Attempt.create(post=tried, fence=1, worker="w", payload_hash=tried.payload_hash, started_at=now)
    Post.update(lease_until=now + HOUR).where(Post.id == leased.id).execute()
    scheduling.move(world.people["editor"], by_hand, by_hand.due_at + MINUTE, now)
    found = standing(world, campaign)
    assert {key for key, row in found.items() if row.movable} == {free.id}
    assert len(found) == 5


def test_a_script_is_moved_only_before_it_is_handed_over(world: World, campaign: Campaign) -> None:
    due = world.clock.now() + 3 * DAY
    row = post(world, campaign, due, kind="loudspeaker")
    assert standing(world, campaign, "loudspeaker")[row.id].movable
    world.clock.set(due - Loudspeaker.lead - 20 * MINUTE)
    assert not standing(world, campaign, "loudspeaker")[row.id].movable
    Post.update(hold="Đang chờ.").where(Post.id == row.id).execute()
    assert standing(world, campaign, "loudspeaker")[row.id].movable


def test_a_post_whose_own_text_may_not_go_out_stands_for_no_message(world: World, campaign: Campaign) -> None:
    row = post(world, campaign, world.clock.now() + 3 * DAY)
    assert standing(world, campaign)[row.id].message_id == row.revision.message_id
    Revision.update(state="withdrawn").where(Revision.id == row.revision_id).execute()
    assert standing(world, campaign)[row.id].message_id not in {row.revision.message_id}
    assert standing(world, campaign)[row.id].movable


def test_a_post_stands_with_the_text_that_it_says_and_its_time_on_air(world: World, campaign: Campaign) -> None:
    ways = {"loudspeaker": Variant(text=SPOKEN, wordings=(f"{SPOKEN} Hai.", f"{SPOKEN} Ba."))}
    revision = pick(campaign, world.approved("loa", variants=ways))
    rows = [post(world, campaign, world.clock.now() + number * DAY, "loa", "loudspeaker") for number in range(3, 7)]
    found = standing(world, campaign, "loudspeaker")
    assert [found[row.id].wording for row in rows] == [0, 1, 2, 0]
    fit = next(row for row in asked(world, campaign).candidates if row.id == revision.message_id).fits
    assert found[rows[2].id].seconds <= fit[world.channels["loudspeaker"].id].seconds
    assert found[rows[0].id].seconds > 30


# ---------------------------------------------------------------- aims


def test_a_campaign_that_was_set_up_late_counts_from_that_day(world: World, campaign: Campaign) -> None:
    assert asked(world, campaign).counts_from is None
    world.clock.advance(5 * DAY)
    late = Campaign.create(
        unit=world.unit, name="Muộn", starts_on=campaign.starts_on, ends_on=campaign.ends_on, shares=campaign.shares,
        created_at=world.clock.now(),
    )  # fmt: skip
    world.aim(late, "facebook")
    assert asked(world, late).counts_from == date(2026, 11, 21)


def test_a_raise_is_over_what_was_really_published_in_the_days_it_names(world: World, campaign: Campaign) -> None:
    for number in range(3):
        post(world, None, world.clock.now(), f"ky-goc-{number}")
        world.deliver(MINUTE)
    post(world, None, world.clock.now() + HOUR, "chua-dang")
    first, last = local_day(world.clock.now()) - 13 * DAY, local_day(world.clock.now())
    CampaignAim.delete().execute()
    world.aim(campaign, "facebook", raise_percent=50, baseline_from=first, baseline_until=last)
    world.clock.advance(DAY)
    (aim,) = asked(world, campaign).aims
    assert aim.baseline == 1.5
    assert aim.weekly == 2.25


def test_a_baseline_in_minutes_counts_what_people_confirmed(world: World) -> None:
    row = post(world, None, world.clock.now() + HOUR, "loa", "loudspeaker")
    station = world.channels["loudspeaker"]
    world.deliver(HOUR)
    day = local_day(world.clock.now())
    assert planning.baseline([station.id], day, day, Measure.MINUTES) == 0
    confirm(world.people["operator"], fresh(row), Airing(True, row.due_at, times=2), world.clock.now() + MINUTE)
    reader = world.home.adapters.of(station)
    assert isinstance(reader, Loudspeaker)
    words = f"{reader.opening}\n\n{row.payload['text']}\n\n{reader.closing}"
    expected = 7 * 2 * speak(words).seconds(reader.rate) / 60
    assert planning.baseline([station.id], day, day, Measure.MINUTES) == pytest.approx(expected, abs=0.01)


def test_terms_that_are_tried_take_the_place_of_those_that_are_stored(world: World, campaign: Campaign) -> None:
    page = world.channels["facebook"]
    tried = replace(campaign_admin.terms_of(campaign), aims=[AimTerms((page.id,), per_week=2)], floors={"stigma": 4})
    what = planning.plan_input(campaign, world.clock.now(), tried)
    assert [aim.per_week for aim in what.aims] == [2]
    assert [channel.id for channel in what.channels] == [page.id]
    assert what.floors == {"stigma": 4}
