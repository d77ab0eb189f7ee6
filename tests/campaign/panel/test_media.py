"""Pictures at their public address: kept for a day, and gone for the world once what they belong to is taken back."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from campaign import withdrawals, workflow
from campaign.models import Consent, MediaFile, Message, Post, Revision
from campaign.pictures import COVER
from campaign.scheduling import schedule
from campaign.workflow import Decision, create, decide, save, submit
from content.message import Picture
from tests.campaign.test_consents import STORY, agree, approve
from tests.campaign.world import World, content
from tests.engines import on_both_engines

Browsers = Callable[[str], FlaskClient]


@pytest.fixture
def everybody(client_of: Browsers) -> FlaskClient:
    """The browser of somebody who is not signed in."""
    return client_of("nobody")


@pytest.fixture
def picture(world: World) -> Picture:
    """A picture of the unit that is too heavy for Zalo."""
    data = io.BytesIO()
    Image.effect_noise((1400, 1100), 90).convert("RGB").save(data, "JPEG")
    editor, now = world.people["editor"], world.clock.now()
    made = world.home.store.add(data.getvalue(), "Một buổi truyền thông.", user=editor, unit=world.unit, now=now)
    MediaFile.update(size=2**21).where(MediaFile.sha256 == made.sha256).execute()
    return made


def story(world: World, slug: str = "chuyen", **changes: Any) -> Post:
    """A person's story that is on its way to Zalo."""
    words = content(slug, STORY, register="testimony", **changes)
    revision = create(world.people["editor"], world.unit, words, world.clock.now())
    submit(world.people["editor"], revision, world.clock.now())
    agree(world, revision)
    return schedule(
        world.home.freezer, user=world.people["editor"], campaign=None, channel=world.channels["zalo"],
        revision=approve(world, revision), due=world.clock.now(), now=world.clock.now(),
    )  # fmt: skip


def carried(post: Post) -> str:
    """The picture that goes out with a post."""
    return str(post.payload["media"][0]["sha256"])


def take_back(world: World, message: Message) -> None:
    for consent in Consent.select().where(Consent.message == message):
        withdrawals.withdraw(world.people["approver"], consent, "Gọi điện ngày 16/11.", world.clock.now())


def retire(world: World, revision: Revision) -> None:
    workflow.withdraw(world.people["approver"], Revision.get_by_id(revision.id), "Số liệu đã cũ.", world.clock.now())


def is_open(browser: FlaskClient, sha256: str) -> bool:
    return browser.get(f"/media/{sha256}.jpg").status_code == 200


def test_who_has_a_picture_of_ours_asks_again_after_a_day(everybody: FlaskClient, picture: Picture) -> None:
    answer = everybody.get(f"/media/{picture.sha256}.jpg")
    assert answer.cache_control.public
    assert answer.cache_control.max_age == 24 * 60 * 60
    again = everybody.get(f"/media/{picture.sha256}.jpg", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@on_both_engines
def test_the_picture_of_a_withdrawn_story_is_gone_as_it_was_and_as_it_went_out(
    world: World, everybody: FlaskClient, picture: Picture
) -> None:
    post = story(world, picture=picture)
    assert carried(post) != picture.sha256
    assert is_open(everybody, picture.sha256) and is_open(everybody, carried(post))
    take_back(world, post.revision.message)
    assert not is_open(everybody, picture.sha256)
    assert not is_open(everybody, carried(post))


def test_the_card_that_was_drawn_for_a_withdrawn_story_is_gone(world: World, everybody: FlaskClient) -> None:
    post = story(world)
    assert is_open(everybody, carried(post))
    take_back(world, post.revision.message)
    assert not is_open(everybody, carried(post))


def test_the_bundled_cover_belongs_to_no_story(world: World, everybody: FlaskClient) -> None:
    post = story(world, title="Liều 漢")
    assert MediaFile.get_by_id(carried(post)).origin == COVER
    take_back(world, post.revision.message)
    assert is_open(everybody, carried(post))


def test_a_later_text_of_a_withdrawn_story_does_not_bring_its_picture_back(
    world: World, everybody: FlaskClient, picture: Picture
) -> None:
    post = story(world, picture=picture)
    take_back(world, post.revision.message)
    save(
        world.people["editor"], post.revision.message, content("chuyen", "Lời khác.", picture=picture),
        world.clock.now(), post.content_hash,
    )  # fmt: skip
    assert not is_open(everybody, picture.sha256)


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_picture_that_another_message_shows_stays(
    world: World, everybody: FlaskClient, picture: Picture, is_approved: bool
) -> None:
    post = story(world, picture=picture)
    if is_approved:
        world.approved("khac", picture=picture)
    else:
        create(world.people["editor"], world.unit, content("khac", "Lời nháp.", picture=picture), world.clock.now())
    take_back(world, post.revision.message)
    assert is_open(everybody, picture.sha256)


def test_a_picture_that_nothing_shows_and_that_of_a_draft_are_there(
    world: World, everybody: FlaskClient, picture: Picture
) -> None:
    assert is_open(everybody, picture.sha256)
    create(world.people["editor"], world.unit, content("nhap", "Lời nháp.", picture=picture), world.clock.now())
    assert is_open(everybody, picture.sha256)


def test_a_withdrawn_approval_takes_the_picture_with_it_until_a_new_draft_shows_it(
    world: World, everybody: FlaskClient, picture: Picture
) -> None:
    revision = world.approved("bai", picture=picture)
    retire(world, revision)
    assert not is_open(everybody, picture.sha256)
    changed = content("bai", "Số liệu mới.", picture=picture)
    save(world.people["editor"], revision.message, changed, world.clock.now(), revision.content_hash)
    assert is_open(everybody, picture.sha256)


def test_a_rejected_text_before_the_withdrawn_one_does_not_keep_the_picture(
    world: World, everybody: FlaskClient, picture: Picture
) -> None:
    editor, approver, now = world.people["editor"], world.people["approver"], world.clock.now()
    first = create(editor, world.unit, content("bai", "Lời đầu.", picture=picture), now)
    submit(editor, first, now)
    decide(approver, first, Decision.REJECT, now, seen_hash=first.content_hash, comment="Chưa rõ ý.")
    second = save(editor, first.message, content("bai", "Lời sau.", picture=picture), now, first.content_hash)
    submit(editor, second, now)
    decide(approver, second, Decision.APPROVE, now, seen_hash=second.content_hash)
    assert is_open(everybody, picture.sha256)
    retire(world, second)
    assert not is_open(everybody, picture.sha256)


def test_an_older_text_whose_approval_stands_keeps_the_picture(
    world: World, everybody: FlaskClient, picture: Picture
) -> None:
    editor, approver, now = world.people["editor"], world.people["approver"], world.clock.now()
    first = world.approved("bai", picture=picture)
    second = save(editor, first.message, content("bai", "Lời sau.", picture=picture), now, first.content_hash)
    submit(editor, second, now)
    decide(approver, second, Decision.APPROVE, now, seen_hash=second.content_hash)
    retire(world, second)
    assert is_open(everybody, picture.sha256)


def test_who_is_signed_in_still_sees_what_has_to_be_taken_down_and_nothing_keeps_it(
    world: World, client_of: Browsers, picture: Picture
) -> None:
    take_back(world, story(world, picture=picture).revision.message)
    answer = client_of("editor").get(f"/media/{picture.sha256}.jpg")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    assert answer.data == world.home.store.read(picture.sha256)
