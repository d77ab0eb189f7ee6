"""The contract of `channels/base.py`, for every kind of channel: what a service may do to us, and what must hold then.

Online kinds run against their simulated service over real HTTP; the fixture `rig` also searches everything that was
logged or raised for secrets.
"""

import unicodedata
from dataclasses import fields
from datetime import timedelta

import pytest
from rigs import RIGS, Crash, MemorySession, Rig, post

from channels.base import (
    Absent,
    Channel,
    Found,
    Media,
    NeedsLogin,
    Outgoing,
    RateLimited,
    Receipt,
    Rejected,
    State,
    Temporary,
    Unsure,
)
from channels.registry import KINDS

# More than the requests of the longest delivery, so that every answer is lost once.
REQUESTS = range(1, 9)
SAVES = range(1, 5)


def deliver(rig: Rig) -> Receipt:
    """What the ledger does: try, after doubt read back, and send again only where that cannot make a second post."""
    for _ in range(8):
        rig.clock.advance(minutes=1)
        channel, session = rig.channel(), rig.session()
        try:
            return channel.publish(rig.outgoing, session)
        except Temporary:
            continue
        except Unsure:
            receipt = read_back(rig, channel, session)
            if receipt:
                return receipt
    raise AssertionError("The post never arrived")


def read_back(rig: Rig, channel: Channel, session: MemorySession) -> Receipt | None:
    """The adopted receipt, or None where a new attempt continues what is saved."""
    rig.clock.advance(minutes=1)
    sighting = channel.find(rig.outgoing, rig.clock() - timedelta(minutes=5), session)
    if isinstance(sighting, Found):
        return sighting.receipt
    assert not isinstance(sighting, Absent)
    assert channel.resumable_after & session.steps.keys(), sighting.reason
    return None


# ---------------------------------------------------------------- declared data


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_declares_itself_completely_in_vietnamese(kind: str) -> None:
    channel = KINDS[kind]
    labels = [channel.label, *(setting.label for setting in channel.settings)]
    labels += [setting.help for setting in channel.settings] + [metric.label for metric in channel.metrics]

    assert channel.kind == kind
    assert channel.icon
    assert all(label.strip() and label == unicodedata.normalize("NFC", label) for label in labels)
    assert len({setting.name for setting in channel.settings}) == len(channel.settings)
    assert len({metric.name for metric in channel.metrics}) == len(channel.metrics)


@pytest.mark.parametrize("kind", KINDS)
def test_service_addresses_come_from_the_configuration_and_secrets_have_no_default(kind: str) -> None:
    for setting in KINDS[kind].settings:
        assert setting.from_config == setting.name.endswith("_url")
        assert not (setting.secret and (setting.default or setting.from_config))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_in_this_suite_or_confirmed_by_a_person(kind: str) -> None:
    assert kind in RIGS or KINDS[kind].confirmed_by_person


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_reads_back_if_and_only_if_it_says_so(kind: str) -> None:
    assert KINDS[kind].reads_back == (KINDS[kind].find is not Channel.find)


@pytest.mark.parametrize("kind", RIGS)
def test_every_service_has_a_pace_that_it_surely_bears(kind: str) -> None:
    pace = KINDS[kind].pace
    assert pace is not None and pace.burst > 0 and pace.every > timedelta(0)


@pytest.mark.parametrize("kind", RIGS)
def test_a_kind_says_that_it_revises_and_removes_exactly_where_it_does(kind: str) -> None:
    channel = KINDS[kind]
    assert channel.removes == (channel.remove is not Channel.remove)
    assert bool(channel.revises) == (channel.revise is not Channel.revise)
    assert channel.revises <= {field.name for field in fields(Outgoing)}


# ---------------------------------------------------------------- before approval


def test_a_good_post_has_no_problems(rig: Rig) -> None:
    assert rig.channel().problems(rig.outgoing) == []


def test_a_post_beyond_the_limits_has_a_problem_for_each(rig: Rig) -> None:
    channel = rig.channel()
    limits = channel.limits
    good = channel.problems(rig.outgoing)
    over = {"text": limits.text, "title": limits.title, "description": limits.description}
    for name, most in over.items():
        if most is not None:
            long = post(media=rig.outgoing.media, **{name: "a" * (most + 1)})
            assert len(channel.problems(long)) == len(good) + 1

    heavy = Media("1" * 64, "image/png", "Ảnh", b"0" * ((limits.picture_bytes or 0) + 1), rig.outgoing.media[0].url)
    strange = Media("1" * 64, "image/gif", "Ảnh", b"0", rig.outgoing.media[0].url)
    assert len(channel.problems(post(media=(heavy,)))) == 1
    assert len(channel.problems(post(media=(strange,)))) == 1
    assert len(channel.problems(post(media=rig.outgoing.media * 2))) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_post_is_a_problem_everywhere(kind: str, wire: object) -> None:
    settings = {setting.name: setting.default or "1" for setting in KINDS[kind].settings}
    assert KINDS[kind](settings, wire).problems(post(text=" "))


# ---------------------------------------------------------------- delivery


def test_an_accepted_post_is_on_the_service_exactly_once(rig: Rig) -> None:
    receipt = rig.channel().publish(rig.outgoing, rig.session())

    assert receipt.state is State.PUBLISHED
    assert receipt.remote_id
    assert receipt.link and receipt.link.startswith("https://")
    assert rig.words() == [rig.outgoing.text]


def test_a_link_reaches_the_public_too(rig: Rig) -> None:
    link = "https://hiv.example.vn/bai-1"
    rig.outgoing = post(link=link, media=rig.outgoing.media, due=rig.outgoing.due)
    rig.channel().publish(rig.outgoing, rig.session())

    assert rig.words() == [f"{rig.outgoing.text}\n\n{link}"]


def test_a_refused_connection_is_temporary_and_leaves_nothing(rig: Rig) -> None:
    rig.catch(Temporary, lambda: rig.nowhere(rig.wire()).publish(rig.outgoing, rig.session()))

    assert rig.words() == []
    assert deliver(rig).state is State.PUBLISHED


@pytest.mark.parametrize("fault", ["timeout_after_accept", "cut"])
def test_a_post_accepted_without_an_answer_is_found_or_resumed_and_never_sent_twice(rig: Rig, fault: str) -> None:
    rig.fail(fault)
    rig.catch(Unsure, lambda: rig.channel().publish(rig.outgoing, rig.session()))

    receipt = read_back(rig, rig.channel(), rig.session()) or deliver(rig)
    assert receipt.state is State.PUBLISHED
    assert rig.words() == [rig.outgoing.text]


@pytest.mark.parametrize("fault", ["html_502", "empty_200", "cut_before"])
def test_an_answer_that_says_nothing_is_unsure_and_never_proves_absence(rig: Rig, fault: str) -> None:
    rig.fail(fault)
    rig.catch(Unsure, lambda: rig.channel().publish(rig.outgoing, rig.session()))

    sighting = rig.channel().find(rig.outgoing, rig.clock() - timedelta(minutes=5), rig.session())
    assert not isinstance(sighting, Absent)
    assert isinstance(sighting, Found) == (rig.words() == [rig.outgoing.text])


@pytest.mark.parametrize("lost", REQUESTS)
def test_whichever_answer_is_lost_the_post_is_public_exactly_once(rig: Rig, lost: int) -> None:
    channel, session = rig.channel(lose=lost), rig.session()
    try:
        channel.publish(rig.outgoing, session)
    except Temporary:
        deliver(rig)
    except Unsure:
        _ = read_back(rig, rig.channel(), session) or deliver(rig)

    assert rig.words() == [rig.outgoing.text]


@pytest.mark.parametrize("save", SAVES)
def test_whenever_the_process_dies_after_saving_a_new_attempt_makes_one_post(rig: Rig, save: int) -> None:
    session = rig.session(crash_at=save)
    try:
        rig.channel().publish(rig.outgoing, session)
    except Crash:
        assert rig.steps
        deliver(rig)

    assert rig.words() == [rig.outgoing.text]


def test_every_step_that_makes_resuming_safe_is_one_the_channel_saves(rig: Rig) -> None:
    rig.channel().publish(rig.outgoing, rig.session())

    assert rig.channel().resumable_after <= rig.steps.keys()


# ---------------------------------------------------------------- refusals


def test_a_used_up_allowance_parks_the_channel_until_a_named_hour(rig: Rig) -> None:
    rig.fail("rate_limit")
    error = rig.catch(RateLimited, lambda: rig.channel().publish(rig.outgoing, rig.session()))

    assert rig.clock() < error.until <= rig.clock() + timedelta(days=1)
    assert rig.words() == []
    rig.clock.advance(days=1)
    assert deliver(rig).state is State.PUBLISHED


def test_dead_secrets_ask_for_a_new_login_in_one_sentence(rig: Rig) -> None:
    rig.kill()
    error = rig.catch(NeedsLogin, lambda: rig.channel().publish(rig.outgoing, rig.session()))

    assert "nối lại kênh" in str(error)
    assert rig.words() == []


def test_reading_back_with_dead_secrets_says_nothing_about_the_post(rig: Rig) -> None:
    rig.kill()
    sighting = rig.channel().find(rig.outgoing, rig.clock(), rig.session())

    assert not isinstance(sighting, Found | Absent)


# ---------------------------------------------------------------- reading back


def test_a_post_that_another_row_of_the_ledger_owns_is_not_adopted(rig: Rig) -> None:
    receipt = rig.channel().publish(rig.outgoing, rig.session())
    session = rig.session()
    session.steps = {}
    since = rig.clock() - timedelta(minutes=1)

    assert rig.channel().find(rig.outgoing, since, session) == Found(receipt)
    session.taken.add(receipt.remote_id)
    assert not isinstance(rig.channel().find(rig.outgoing, since, session), Found | Absent)


def test_a_post_older_than_the_doubt_is_not_adopted(rig: Rig) -> None:
    rig.channel().publish(rig.outgoing, rig.session())
    rig.clock.advance(hours=1)
    session = rig.session()
    session.steps = {}

    assert not isinstance(rig.channel().find(rig.outgoing, rig.clock(), session), Found | Absent)


# ---------------------------------------------------------------- afterwards


def test_a_revised_post_shows_the_new_words(rig: Rig) -> None:
    receipt = rig.channel().publish(rig.outgoing, rig.session())
    changed = post(text="Lời mới, đã được duyệt.", media=rig.outgoing.media)

    assert rig.channel().revise(receipt, changed, rig.session()).remote_id == receipt.remote_id
    assert rig.words() == [changed.text]


def test_a_removed_post_is_gone_and_reported_as_removed(rig: Rig) -> None:
    receipt = rig.channel().publish(rig.outgoing, rig.session())

    assert rig.channel().refresh(receipt, rig.session()).state is State.PUBLISHED
    assert rig.channel().remove(receipt, rig.session()).state is State.REMOVED
    assert rig.words() == []
    assert rig.channel().refresh(receipt, rig.session()).state is State.REMOVED


def test_what_is_gone_already_cannot_be_removed_or_brought_back_by_revising(rig: Rig) -> None:
    receipt = rig.channel().publish(rig.outgoing, rig.session())
    rig.channel().remove(receipt, rig.session())

    rig.catch(Rejected, lambda: rig.channel().remove(receipt, rig.session()))
    rig.catch(Rejected, lambda: rig.channel().revise(receipt, rig.outgoing, rig.session()))
    assert rig.words() == []


@pytest.mark.parametrize("lost", REQUESTS)
def test_whichever_answer_is_lost_a_post_revised_again_shows_the_new_words_once(rig: Rig, lost: int) -> None:
    receipt = rig.channel().publish(rig.outgoing, rig.session())
    changed = post(text="Lời mới, đã được duyệt.", media=rig.outgoing.media)
    try:
        rig.channel(lose=lost).revise(receipt, changed, rig.session())
    except Temporary:
        rig.channel().revise(receipt, changed, rig.session())

    assert rig.words() == [changed.text]


def test_reach_holds_every_declared_metric_and_never_an_unexplained_gap(rig: Rig) -> None:
    receipt = rig.channel().publish(rig.outgoing, rig.session())
    rig.clock.advance(hours=2)
    figures = rig.channel().measure(receipt, rig.session())

    assert [figure.metric for figure in figures] == [metric.name for metric in rig.channel().metrics]
    assert all(figure.value is not None or figure.note for figure in figures)
    assert any(figure.value is not None for figure in figures)


@pytest.mark.parametrize("ahead", [timedelta(minutes=30), timedelta(days=20)])
def test_a_post_given_ahead_of_time_is_published_by_the_service_at_its_hour(rig: Rig, ahead: timedelta) -> None:
    rig.outgoing = post(due=rig.clock() + ahead)
    if rig.channel().remote_window is None:
        rig.catch(Rejected, lambda: rig.channel().schedule_remotely(rig.outgoing, rig.session()))
        return
    receipt = rig.channel().schedule_remotely(rig.outgoing, rig.session())
    assert receipt.state is State.SCHEDULED_REMOTELY
    assert rig.channel().refresh(receipt, rig.session()) == receipt
    assert rig.words() == []

    rig.clock.advance(seconds=ahead.total_seconds() + 60)
    assert rig.channel().refresh(receipt, rig.session()).state is State.PUBLISHED
    assert rig.words() == [rig.outgoing.text]
