"""Local facts: a text with placeholders goes out only where every one of them is known and was checked of late."""

from datetime import date, timedelta

import pytest

from campaign import local_facts
from campaign.broadcasts import Airing, confirm, script_of
from campaign.clock import local_day
from campaign.errors import NotAllowed, Problem
from campaign.models import Audit, Channel, Post, PostState, Revision, Step, Unit
from campaign.scheduling import hold_changed, renew_local_facts, schedule
from campaign.workflow import Decision, content_of, create, decide, submit
from content.message import Variant, hash_document
from tests.campaign.world import World, content, fresh, state

TEXT = "Mời bà con đến {{tram_y_te}} để được tư vấn. Điện thoại: {{dien_thoai_tram}}."


def today(world: World) -> date:
    return local_day(world.clock.now())


def enter(world: World, name: str, value: str, unit: Unit | None = None, days_ago: int = 0) -> None:
    day = today(world) - timedelta(days=days_ago)
    user = world.people["administrator"]
    local_facts.save(user, unit or world.unit, name, value, day, world.clock.now(), today(world))


def enter_both(world: World) -> None:
    enter(world, "tram_y_te", "Trạm Y tế xã Thử")
    enter(world, "dien_thoai_tram", "0200 000 0000")


def submitted(world: World, slug: str = "tram") -> Revision:
    revision = create(world.people["editor"], world.unit, content(slug, TEXT), world.clock.now())
    submit(world.people["editor"], revision, world.clock.now())
    return revision


def approve(world: World, revision: Revision) -> Revision:
    decide(
        world.people["approver"], revision, Decision.APPROVE, world.clock.now(), seen_hash=revision.content_hash
    )  # fmt: skip
    return revision


def planned(world: World, kind: str = "facebook", later: timedelta = timedelta(0)) -> Post:
    return schedule(
        world.home.freezer, user=world.people["editor"], campaign=None, channel=world.channels[kind],
        revision=approve(world, submitted(world)), due=world.clock.now() + later, now=world.clock.now(),
    )  # fmt: skip


def renew(world: World, post: Post, seen: str | None = None) -> None:
    now_seen = local_facts.seen_hash(local_facts.changes(fresh(post)))
    renew_local_facts(
        world.people["editor"], fresh(post), world.home.freezer, world.clock.now(), seen_hash=seen or now_seen
    )


def test_a_fact_that_changed_once_more_since_it_was_shown_is_not_agreed_to(world: World) -> None:
    enter_both(world)
    post = planned(world)
    enter(world, "dien_thoai_tram", "0200 000 0008")
    shown = local_facts.seen_hash(local_facts.changes(post))
    enter(world, "dien_thoai_tram", "0200 000 0009")
    with pytest.raises(Problem, match="vừa đổi lần nữa"):
        renew(world, post, shown)
    assert fresh(post).payload == post.payload


def test_a_script_with_an_old_fact_is_not_opened_and_not_confirmed(world: World) -> None:
    enter_both(world)
    post = planned(world, "loudspeaker")
    enter(world, "dien_thoai_tram", "0200 000 0009")
    with pytest.raises(Problem, match="đã đổi từ"):
        script_of(fresh(post), world.home.adapters)
    with pytest.raises(Problem, match="đã đổi từ"):
        confirm(world.people["operator"], fresh(post), Airing(True, world.clock.now()), world.clock.now())
    assert state(post) == PostState.SCHEDULED


def test_a_missing_fact_blocks_approval_and_names_the_unit_and_the_fact(world: World) -> None:
    enter(world, "tram_y_te", "Trạm Y tế xã Thử")
    with pytest.raises(Problem, match=r"^Xã Hòa Bình Thử chưa nhập “Điện thoại trạm y tế”"):
        approve(world, submitted(world))


def test_a_fact_older_than_180_days_blocks_approval_until_it_was_checked_again(world: World) -> None:
    enter(world, "tram_y_te", "Trạm Y tế xã Thử")
    enter(world, "dien_thoai_tram", "0200 000 0000", days_ago=181)
    revision = submitted(world)
    with pytest.raises(Problem, match="đã quá 180 ngày"):
        approve(world, revision)
    enter(world, "dien_thoai_tram", "0200 000 0000", days_ago=180)
    approve(world, revision)


def test_a_unit_takes_the_fact_of_the_unit_above_unless_it_has_its_own(world: World) -> None:
    hamlet = Unit.create(parent=world.unit, name="Thôn Thử", kind="thôn")
    enter(world, "tram_y_te", "Trạm Y tế xã Thử")
    assert local_facts.values_of(hamlet) == {"tram_y_te": "Trạm Y tế xã Thử"}
    enter(world, "tram_y_te", "Điểm trạm thôn Thử", hamlet)
    assert local_facts.values_of(hamlet) == {"tram_y_te": "Điểm trạm thôn Thử"}
    local_facts.remove(world.people["administrator"], hamlet, "tram_y_te", world.clock.now())
    assert local_facts.values_of(hamlet) == {"tram_y_te": "Trạm Y tế xã Thử"}


def test_a_message_of_a_province_waits_for_every_commune_that_has_a_channel_for_it(world: World) -> None:
    enter_both(world)
    commune = Unit.create(parent=world.unit, name="Hòa An Thử", kind="xã")
    facebook = world.channels["facebook"]
    facebook.unit = commune
    facebook.save()
    local_facts.remove(world.people["administrator"], world.unit, "dien_thoai_tram", world.clock.now())
    enter(world, "dien_thoai_tram", "0200 000 0009", commune)
    with pytest.raises(Problem, match="Xã Hòa Bình Thử chưa nhập"):  # its Zalo account and its station still lack one
        approve(world, submitted(world))


def test_the_values_of_the_channels_unit_go_out(world: World) -> None:
    enter_both(world)
    planned(world)
    world.deliver()
    assert world.feed == ["Mời bà con đến Trạm Y tế xã Thử để được tư vấn. Điện thoại: 0200 000 0000."]


def test_a_loudspeaker_says_a_telephone_number_digit_by_digit(world: World) -> None:
    enter_both(world)
    post = planned(world, "loudspeaker")
    assert "không hai không không" in post.payload["text"]


def test_signs_in_a_value_are_no_markdown(world: World) -> None:
    enter(world, "tram_y_te", "Trạm *số* [1] <b>A_B</b>")
    enter(world, "dien_thoai_tram", "0200 000 0000")
    assert "Trạm *số* [1] <b>A_B</b>" in planned(world).payload["text"]


def test_a_changed_fact_holds_the_post_until_a_person_agrees_to_the_new_one(world: World) -> None:
    enter_both(world)
    post = planned(world)
    enter(world, "dien_thoai_tram", "0200 000 0009")
    world.deliver()
    assert state(post) == PostState.SCHEDULED
    assert "đã đổi từ “0200 000 0000” thành “0200 000 0009”" in fresh(post).hold
    renew(world, post)
    world.deliver()
    assert state(post) == PostState.PUBLISHED
    assert "0200 000 0009" in world.feed[0]
    assert Audit.select().where(Audit.action == "renew_local_facts").count() == 1


def test_a_fact_that_has_grown_old_since_holds_the_post(world: World) -> None:
    enter_both(world)
    post = planned(world)
    long_ago = today(world) - timedelta(days=181)
    local_facts.LocalFact.update(verified_on=long_ago).execute()
    world.deliver()
    assert "đã quá 180 ngày" in fresh(post).hold


def test_a_channel_in_a_unit_without_the_fact_gets_no_post(world: World) -> None:
    enter_both(world)
    revision = approve(world, submitted(world))
    local_facts.remove(world.people["administrator"], world.unit, "tram_y_te", world.clock.now())
    with pytest.raises(Problem, match="chưa nhập “Trạm y tế”"):
        schedule(
            world.home.freezer, user=None, campaign=None, channel=world.channels["facebook"], revision=revision,
            due=world.clock.now(), now=world.clock.now(),
        )  # fmt: skip


def test_only_the_placeholders_of_the_channels_own_words_are_asked_for(world: World) -> None:
    own = {"facebook": Variant(text="Mời bà con đến trạm."), "zalo": Variant(text="Đến trạm.", description="Đến trạm.")}
    message = content("rieng", TEXT, variants=own, channels=("facebook", "zalo"))
    revision = create(world.people["editor"], world.unit, message, world.clock.now())
    submit(world.people["editor"], revision, world.clock.now())
    approve(world, revision)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("tram_y_te", "  ", "Hãy nhập “Trạm y tế”"),
        ("tram_y_te", "Ở {{ten_xa}}", "chỗ trống khác"),
        ("tram_y_te", "dài " * 60, "dài quá 200"),
        ("dien_thoai_tram", "gọi chị Hai", "phải là số điện thoại"),
        ("trang_cdc_tinh", "http://cdc.example.vn", "https://"),
        ("khong_co", "gì đó", "Không có mục"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_with_one_sentence(
    world: World, name: str, value: str, sentence: str
) -> None:
    with pytest.raises(Problem, match=sentence):
        enter(world, name, value)


def test_a_fact_is_not_checked_tomorrow(world: World) -> None:
    with pytest.raises(Problem, match="sau hôm nay"):
        enter(world, "tram_y_te", "Trạm", days_ago=-1)


def test_who_has_no_say_over_the_unit_enters_nothing(world: World) -> None:
    with pytest.raises(NotAllowed):
        local_facts.save(
            world.people["approver"], world.unit, "tram_y_te", "Trạm", today(world), world.clock.now(), today(world)
        )


def test_every_entry_is_in_the_log_with_what_stood_there_before(world: World) -> None:
    enter(world, "tram_y_te", "Trạm cũ")
    enter(world, "tram_y_te", "Trạm mới")
    last = Audit.select().where(Audit.action == "local_fact").order_by(Audit.id.desc()).first()
    assert (last.detail["before"], last.detail["after"]) == ("Trạm cũ", "Trạm mới")


def test_a_fact_that_changed_takes_back_what_a_service_keeps_until_a_person_agrees(world: World) -> None:
    Channel.update(ahead=True).where(Channel.id == world.channels["facebook"].id).execute()
    world.channels["facebook"] = Channel.get_by_id(world.channels["facebook"].id)
    enter_both(world)
    post = planned(world, later=timedelta(hours=5))
    world.deliver()
    assert state(post) is PostState.SCHEDULED_REMOTELY
    enter(world, "dien_thoai_tram", "0200 111 1111")
    world.home.delivery("thử").withdraw_remote()
    assert state(post) is PostState.SCHEDULED
    assert "0200 111 1111" in fresh(post).hold
    renew(world, post)
    world.deliver()
    assert state(post) is PostState.SCHEDULED_REMOTELY
    world.deliver(timedelta(hours=5, minutes=5))
    (said,) = world.feed
    assert "0200 111 1111" in said and "0200 000 0000" not in said


def frozen_without_telephone(world: World, later: timedelta = timedelta(0)) -> Post:
    """A post whose unit had lost the telephone number at the moment of freezing."""
    enter_both(world)
    post = planned(world, later=later)
    local_facts.remove(world.people["administrator"], world.unit, "dien_thoai_tram", world.clock.now())
    payload = world.home.freezer.payload(content_of(post.revision), "facebook", world.unit)
    Post.update(payload=payload, payload_hash=hash_document(payload)).where(Post.id == post.id).execute()
    return fresh(post)


def test_a_text_frozen_without_a_fact_that_it_needs_is_held_until_a_person_agrees_to_it(world: World) -> None:
    post = frozen_without_telephone(world)
    assert "[Điện thoại trạm y tế]" in post.payload["text"]
    enter(world, "dien_thoai_tram", "0200 000 0009")
    world.deliver()
    assert world.feed == []
    assert "đã đổi từ “chưa nhập” thành “0200 000 0009”" in fresh(post).hold
    assert local_facts.changes(fresh(post)) == [("Điện thoại trạm y tế", "", "0200 000 0009")]
    renew(world, post)
    world.deliver()
    assert "Điện thoại: 0200 000 0009." in world.feed[0]


def test_a_person_who_saw_no_difference_has_not_agreed_to_a_fact_that_the_text_lacked(world: World) -> None:
    post = frozen_without_telephone(world)
    enter(world, "dien_thoai_tram", "0200 000 0009")
    with pytest.raises(Problem, match="vừa đổi lần nữa"):
        renew(world, post, local_facts.seen_hash([]))


def test_a_fact_holds_at_once_the_posts_that_were_frozen_without_it(world: World) -> None:
    post = frozen_without_telephone(world, timedelta(days=3))
    enter(world, "dien_thoai_tram", "0200 000 0009")
    assert hold_changed(world.unit, "dien_thoai_tram") == 1
    assert "Điện thoại trạm y tế" in fresh(post).hold


def test_new_facts_do_not_go_into_a_post_that_the_service_may_be_showing_with_the_old_ones(world: World) -> None:
    enter_both(world)
    post = planned(world, "zalo")
    Step.create(post=post, step="article", handle="bai-1", saved_at=world.clock.now())
    enter(world, "dien_thoai_tram", "0200 111 1111")
    with pytest.raises(Problem, match="thông tin cũ"):
        renew(world, post)
    assert fresh(post).payload == post.payload
