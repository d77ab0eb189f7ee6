"""Campaigns in the panel: setting one up, the plan and its application, the calendar, and what was reached."""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from campaign import campaign_admin, planning
from campaign.broadcasts import Airing, confirm
from campaign.campaign_admin import Terms, percentages
from campaign.home import add_user
from campaign.models import Audit, Campaign, Message, Post, PostState, Reach, Unit
from campaign.panel import calendar, charts
from content.taxonomy import PILLARS
from tests.campaign.world import World, fresh
from tests.conftest import PASSWORD

Browsers = Callable[[str], FlaskClient]
EVEN = dict.fromkeys(PILLARS, 20)
NOON = datetime(2026, 11, 17, 5, 0, tzinfo=UTC)  # a Tuesday, 12:00 in Vietnam


@pytest.fixture
def editor(world: World, client_of: Browsers) -> FlaskClient:
    return client_of("editor")


@pytest.fixture
def campaign(world: World) -> Campaign:
    """Two weeks on Facebook and the loudspeaker with one message a pillar."""
    messages = [world.approved(f"bai-{pillar}", f"Lời {pillar}.", pillar=pillar).message_id for pillar in PILLARS]
    terms = Terms(
        "Tháng hành động", date(2026, 11, 16), date(2026, 11, 29), EVEN, 2,
        {world.channels["facebook"].id: 5, world.channels["loudspeaker"].id: 3}, messages,
    )  # fmt: skip
    return campaign_admin.create(world.people["editor"], world.unit, terms, world.clock.now())


def applied(world: World, campaign: Campaign) -> int:
    now = world.clock.now()
    fingerprint = planning.propose(campaign, now).fingerprint
    return planning.apply(world.people["editor"], campaign, fingerprint, now, now, world.home.freezer)


def typed(world: World, **changes: Any) -> dict[str, Any]:
    """What a browser sends for a complete campaign."""
    channel = world.channels["facebook"].id
    values = {
        "unit": str(world.unit.id),
        "name": "Ngày 1/12",
        "starts_on": "2026-11-20",
        "ends_on": "2026-12-04",
        **{f"share-{pillar}": "30" for pillar in PILLARS},
        "min_repeat_days": "3",
        "channel": [str(channel)],
        f"aim-{channel}": "4",
        "message": [str(Message.get().id)],
    }
    return {**values, **changes}


# ---------------------------------------------------------------- setting up


def test_a_campaign_is_stored_with_shares_that_sum_to_a_hundred_and_leads_to_its_plan(
    editor: FlaskClient, world: World
) -> None:
    answer = editor.post("/chien-dich/moi", data=typed(world))
    made = Campaign.get()
    assert (answer.status_code, answer.location) == (303, f"/chien-dich/{made.id}/ke-hoach")
    assert made.shares == EVEN
    assert [(aim.channel.kind, aim.posts_per_week) for aim in made.aims] == [("facebook", 4)]
    assert Audit.select().where(Audit.action == "create_campaign", Audit.user == world.people["editor"]).count() == 1


IMPOSSIBLE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"name": " "}, "Hãy đặt tên"),
    ({"ends_on": "2026-11-01"}, "Ngày kết thúc phải bằng hoặc sau"),
    ({"starts_on": ""}, "hãy chọn ngày"),
    ({"share-stigma": "0"}, "Trụ cột nào cũng cần"),
    ({"share-stigma": "nhiều"}, "phải là một số"),
    ({"channel": []}, "Hãy chọn ít nhất một kênh"),
    ({"message": []}, "Hãy chọn ít nhất một thông điệp"),
    ({"message": ["999999"]}, "Có thông điệp không thuộc đơn vị"),
)


def test_a_form_that_cannot_be_stored_comes_back_as_typed_with_one_sentence(editor: FlaskClient, world: World) -> None:
    for changes, sentence in IMPOSSIBLE:
        form = typed(world, **changes)
        answer = editor.post("/chien-dich/moi", data=form)
        assert answer.status_code == 400, changes
        assert sentence in answer.text
        assert f'value="{form["ends_on"]}"' in answer.text
    assert not Campaign.select().exists()


def test_ticking_a_pillar_takes_all_its_messages_without_javascript(editor: FlaskClient, world: World) -> None:
    page = editor.get("/chien-dich/moi").text
    assert page.count('name="whole_pillar"') == len(PILLARS)
    editor.post("/chien-dich/moi", data=typed(world, message=[], whole_pillar=["stigma"]))
    assert Campaign.get().picks.count() == page.split('id="what"')[1].split("Giảm kỳ thị")[1].split("</fieldset>")[
        0
    ].count('name="message"')


def test_a_new_form_offers_what_is_approved_already_ticked_and_marks_the_rest(
    editor: FlaskClient, world: World
) -> None:
    message = world.approved("da-duyet").message_id
    page = " ".join(editor.get("/chien-dich/moi").text.split())
    assert f'value="{message}" checked' in page
    assert page.count("checked") == 1
    assert "Bản nháp" in page


def test_messages_of_other_units_are_not_offered_and_not_accepted(editor: FlaskClient, world: World) -> None:
    other = Unit.create(name="Xã Khác", kind="xã")
    stranger = Message.create(slug="cua-xa-khac", unit=other, created_at=world.clock.now())
    answer = editor.post("/chien-dich/moi", data=typed(world, message=[str(stranger.id)]))
    assert answer.status_code == 400
    assert not Campaign.select().exists()


def test_whoever_plans_for_several_units_chooses_one_first(world: World, client_of: Browsers) -> None:
    second = Unit.create(name="Xóm Hai", kind="xóm", parent=world.unit)
    page = client_of("editor").get("/chien-dich/moi").text
    assert "Đơn vị tổ chức chiến dịch" in page
    assert "Xóm Hai" in client_of("editor").get(f"/chien-dich/moi?don_vi={second.id}").text


def test_changing_a_campaign_keeps_its_posts(editor: FlaskClient, world: World, campaign: Campaign) -> None:
    posts = applied(world, campaign)
    answer = editor.post(f"/chien-dich/{campaign.id}/sua", data=typed(world, name="Tên mới"))
    assert answer.location == f"/chien-dich/{campaign.id}"
    assert Campaign.get_by_id(campaign.id).name == "Tên mới"
    assert Post.select().where(Post.campaign == campaign).count() == posts


@pytest.mark.parametrize("weights", [{"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 999, "c": 1}, {"a": 30, "b": 30, "c": 45}])
def test_percentages_sum_to_a_hundred_and_forget_no_pillar(weights: dict[str, int]) -> None:
    shares = percentages(weights)
    assert sum(shares.values()) == 100
    assert min(shares.values()) >= 1


# ---------------------------------------------------------------- the plan


def test_the_plan_says_first_what_it_cannot_meet_then_every_slot_and_why(
    editor: FlaskClient, world: World, campaign: Campaign
) -> None:
    world.channels["facebook"].max_per_day = 1
    world.channels["facebook"].save()
    campaign.aims.where(campaign.aims.model.channel == world.channels["facebook"]).get().delete_instance()
    campaign.aims.model.create(campaign=campaign, channel=world.channels["facebook"], posts_per_week=20)
    page = editor.get(f"/chien-dich/{campaign.id}/ke-hoach").text
    proposal = planning.propose(campaign, world.clock.now())
    assert page.index("Chưa đạt đủ mục tiêu") < page.index("Theo kênh") < page.index("Lịch đề xuất")
    assert proposal.unmet[0].reason in page
    assert page.count("Vì sao?") == len(proposal.slots)
    assert proposal.slots[0].reason.split("“")[0] in page


def test_applying_schedules_what_was_shown_and_opens_the_calendar(
    editor: FlaskClient, world: World, campaign: Campaign
) -> None:
    page = editor.get(f"/chien-dich/{campaign.id}/ke-hoach").text
    fingerprint = page.split('name="fingerprint" value="')[1].split('"')[0]
    seen_at = page.split('name="seen_at" value="')[1].split('"')[0]
    answer = editor.post(f"/chien-dich/{campaign.id}/ke-hoach", data={"fingerprint": fingerprint, "seen_at": seen_at})
    assert (answer.status_code, answer.location) == (303, f"/chien-dich/{campaign.id}")
    assert Post.select().where(Post.campaign == campaign).count() == 16
    assert "Đã lên lịch 16 bài đăng." in editor.get(answer.location).text


def test_a_plan_that_has_changed_since_it_was_shown_is_not_applied(
    editor: FlaskClient, world: World, campaign: Campaign
) -> None:
    seen = {"fingerprint": "0" * 64, "seen_at": world.clock.now().isoformat()}
    answer = editor.post(f"/chien-dich/{campaign.id}/ke-hoach", data=seen)
    assert answer.location == f"/chien-dich/{campaign.id}/ke-hoach"
    assert "hãy xem lại bản kế hoạch mới" in editor.get(answer.location).text
    assert not Post.select().exists()


def test_a_plan_without_its_moment_is_refused(editor: FlaskClient, campaign: Campaign) -> None:
    for seen_at in ("", "hôm qua", "2026-11-16T09:00:00"):
        answer = editor.post(f"/chien-dich/{campaign.id}/ke-hoach", data={"fingerprint": "x", "seen_at": seen_at})
        assert answer.status_code == 400, seen_at


# ---------------------------------------------------------------- the calendar


def test_the_calendar_shows_time_zone_weekday_title_and_state_in_words(
    editor: FlaskClient, world: World, campaign: Campaign
) -> None:
    applied(world, campaign)
    page = editor.get(f"/chien-dich/{campaign.id}").text
    for words in ("GMT+7", "Thứ Hai", "Chủ nhật", "Đã lên lịch", "Bài bai-stigma", "Ngày thứ 1 trên 14"):
        assert words in page
    assert page.count('class="cal-post ') == 16


def test_filters_stand_in_the_address(editor: FlaskClient, world: World, campaign: Campaign) -> None:
    applied(world, campaign)
    on_the_page = Post.select().where(Post.channel == world.channels["facebook"])
    ids = [post.id for post in on_the_page.order_by(Post.id).limit(3)]
    Post.update(state=PostState.FAILED).where(Post.id == ids[0]).execute()
    Post.update(state=PostState.CANCELLED).where(Post.id == ids[1]).execute()
    Post.update(hold="Chờ").where(Post.id == ids[2]).execute()
    expected = {
        "": 15,
        "trang_thai=can-xu-ly": 2,
        "trang_thai=khong": 1,
        "trang_thai=huy": 1,
        "trang_thai=xong": 0,
        "trang_thai=cho": 14,
        "tuan=2020-01-06": 0,
        f"kenh={world.channels['loudspeaker'].id}&trang_thai=cho": 6,
    }
    for query, count in expected.items():
        shown = editor.get(f"/chien-dich/{campaign.id}?{query}").text.count('class="cal-post ')
        assert shown == count, query


def test_the_calendar_asks_as_much_of_the_database_for_sixty_posts_as_for_six(
    editor: FlaskClient, world: World, campaign: Campaign, caplog: pytest.LogCaptureFixture
) -> None:
    def queries(*addresses: str) -> int:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="peewee"):
            for address in addresses:
                assert editor.get(address).status_code == 200
        return sum(record.name == "peewee" for record in caplog.records)

    pages = [f"/chien-dich/{campaign.id}{part}" for part in ("", "/tiep-can", "/ke-hoach")] + ["/can-xu-ly"]
    world.post("facebook", "mot", NOON)
    Post.update(campaign=campaign).execute()
    editor.get(pages[0])
    few = queries(*pages)
    applied(world, campaign)
    Post.update(state=PostState.PUBLISHED, published_at=NOON).where(Post.id.bin_and(1) == 0).execute()
    Post.update(state=PostState.FAILED).where(Post.id.bin_and(1) == 1).execute()
    assert queries(*pages) == few


def test_a_long_campaign_is_turned_six_weeks_at_a_time() -> None:
    weeks = calendar.mondays(date(2026, 1, 1), date(2026, 12, 31))
    shown = calendar.leaf(weeks, date(2026, 11, 16))
    assert len(shown) == calendar.LEAF
    assert shown[0] <= date(2026, 11, 16) < shown[-1] + calendar.WEEK
    assert calendar.leaf(weeks, date(2030, 1, 1))[-1] == weeks[-1]
    assert calendar.leaf(weeks, date(2020, 1, 1))[0] == weeks[0]


def test_a_campaign_of_another_unit_does_not_exist(world: World, campaign: Campaign, client_of: Browsers) -> None:
    other = Unit.create(name="Xã Khác", kind="xã")
    add_user(world.home, login="khac", name="Người khác", password=PASSWORD, unit=other, roles=["editor"])
    stranger = client_of("khac")
    for part in ("", "/sua", "/ke-hoach", "/tiep-can"):
        assert stranger.get(f"/chien-dich/{campaign.id}{part}").status_code == 404
    assert campaign.name not in stranger.get("/chien-dich").text


@pytest.mark.parametrize(("login", "part"), [("reviewer", "/ke-hoach"), ("approver", "/sua"), ("operator", "")])
def test_who_may_not_plan_or_view_finds_no_such_page(
    campaign: Campaign, client_of: Browsers, login: str, part: str
) -> None:
    assert client_of(login).get(f"/chien-dich/{campaign.id}{part}").status_code == 404


# ---------------------------------------------------------------- what was reached


def reached(world: World, campaign: Campaign) -> None:
    """Two posts on the Page, one with a figure; one broadcast read twice."""
    for slug in ("mot", "hai"):
        post = world.post("facebook", slug)
        Post.update(campaign=campaign, state=PostState.PUBLISHED, published_at=NOON).where(Post.id == post.id).execute()
        world.clock.advance(timedelta(minutes=1))
        value = 1234 if slug == "mot" else None
        Reach.create(post=post, metric="post_media_view", value=value, measured=True, note="", at=NOON)
    broadcast = world.post("loudspeaker", "ba", world.clock.now() + timedelta(hours=1))
    Post.update(campaign=campaign, state=PostState.HANDED_OVER).where(Post.id == broadcast.id).execute()
    world.clock.advance(timedelta(hours=2))
    confirm(world.people["operator"], fresh(broadcast), Airing(aired=True, times=2), world.clock.now())


def test_reach_keeps_no_figure_apart_from_zero_and_counts_the_posts_without_one(
    editor: FlaskClient, world: World, campaign: Campaign
) -> None:
    reached(world, campaign)
    page = " ".join(editor.get(f"/chien-dich/{campaign.id}/tiep-can").text.split())
    assert "<strong>1.234</strong>" in page
    assert "từ 1 bài; 1 bài không có số liệu" in page
    assert '<span class="muted">không có số liệu</span>' in page  # the metrics nobody gave a figure for


def test_reach_separates_measured_from_estimated_and_tells_the_minutes_on_air(
    editor: FlaskClient, world: World, campaign: Campaign
) -> None:
    reached(world, campaign)
    page = editor.get(f"/chien-dich/{campaign.id}/tiep-can").text
    speaker = page.split("Kênh loudspeaker")[1]
    assert speaker.index("Đo được") < speaker.index("Ước tính") < speaker.index("Thời lượng phát")
    assert "không có số đo tự động" in speaker


def test_the_charts_have_words_for_those_who_cannot_see_them_and_no_inline_style(
    editor: FlaskClient, world: World, campaign: Campaign
) -> None:
    reached(world, campaign)
    page = editor.get(f"/chien-dich/{campaign.id}/tiep-can").text
    assert page.count('<svg class="chart"') == 2
    assert page.count("<desc") == 2
    assert page.count("Bảng số liệu") == 2
    assert " style=" not in page
    assert "<script>" not in page


def test_a_bar_chart_stacks_to_scale_and_adds_a_long_stretch_up_by_weeks() -> None:
    first = date(2026, 11, 16)
    short = charts.stacked({first: {"facebook": 2, "zalo": 2}}, first, first + timedelta(days=6))
    assert [bar.height for bar in short.bars] == [116.0, 116.0]
    assert short.bars[1].y + short.bars[1].height == short.bars[0].y
    figures = {first + timedelta(days=number): {"zalo": 1} for number in range(7)}
    long = charts.stacked(figures, first, first + timedelta(days=90))
    assert (long.weekly, [bar.value for bar in long.bars]) == (True, [7])


def test_a_chart_without_figures_stands() -> None:
    chart = charts.stacked({}, date(2026, 11, 16), date(2026, 11, 16))
    assert (chart.bars, chart.rows, chart.total) == ([], [], 0)
