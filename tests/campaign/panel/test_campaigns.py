"""Campaigns in the panel: setting one up, the calendar, and what was reached. The plan: test_plans.py."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from campaign import campaign_admin, planning
from campaign.broadcasts import Airing, confirm
from campaign.campaign_admin import AimTerms, percentages, terms_of
from campaign.home import add_user
from campaign.models import Audit, Campaign, Message, Post, PostState, Reach, Unit
from campaign.panel import calendar, charts
from campaign.planner.values import Exposures, Measure, Peak
from content.taxonomy import PILLARS
from tests.campaign.world import World, fresh
from tests.conftest import PASSWORD

Browsers = Callable[[str], FlaskClient]
EVEN = dict.fromkeys(PILLARS, 20)
NOON = datetime(2026, 11, 17, 5, 0, tzinfo=UTC)  # a Tuesday, 12:00 in Vietnam


@pytest.fixture
def editor(world: World, client_of: Browsers) -> FlaskClient:
    return client_of("editor")


def applied(world: World, campaign: Campaign) -> int:
    """Apply the plan; gives the number of posts."""
    now = world.clock.now()
    fingerprint = planning.propose(campaign, now).fingerprint
    planning.apply(world.people["editor"], campaign, fingerprint, now, now, world.home.freezer)
    return Post.select().where(Post.campaign == campaign).count()


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
        "least": "3",
        "most": "10",
        "channel": [str(channel)],
        f"aim-{channel}": "4",
        f"kind-{channel}": "posts",
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
    assert terms_of(made).aims == [AimTerms((world.channels["facebook"].id,), per_week=4)]
    assert terms_of(made).min_repeat_days == 3
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
    ({"least": "0"}, "Số lần gặp một thông điệp"),
    ({"most": ""}, "phải là một số"),
    ({"floor-stigma": "nhiều"}, "phải là một số"),
    ({"peak": ["0"], "peak-name-0": "1/12"}, "“Cao điểm từ ngày” chưa phải một ngày"),
    ({"peak": ["0"], "peak-first-0": "2026-12-01", "peak-factor-0": "inf"}, "phải là một số"),
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


def test_an_aim_of_a_station_may_be_minutes_and_any_aim_a_raise_over_what_was_carried_before(
    editor: FlaskClient, world: World
) -> None:
    page, station = world.channels["facebook"].id, world.channels["loudspeaker"].id
    form = typed(
        world,
        channel=[str(page), str(station)],
        **{f"aim-{page}": "25", f"kind-{page}": "raise-posts", f"baseline-{page}": "2,5"},
        **{f"aim-{station}": "12.5", f"kind-{station}": "minutes"},
    )
    editor.post("/chien-dich/moi", data=form)
    made = Campaign.get()
    assert terms_of(made).aims == [
        AimTerms((page,), raise_percent=25, baseline=2.5),
        AimTerms((station,), Measure.MINUTES, 12.5),
    ]
    shown = " ".join(editor.get(f"/chien-dich/{made.id}/sua").text.split())
    assert f'name="baseline-{page}" value="2.5"' in shown
    assert '<option value="raise-posts" selected>' in shown
    assert '<option value="minutes" selected>' in shown


def test_minutes_are_offered_to_stations_only(editor: FlaskClient, world: World) -> None:
    rows = editor.get("/chien-dich/moi").text.split('<ul class="aims">')[1].split("</ul>")[0].split("<li>")[1:]
    offers = {name: 'value="minutes"' in row for row in rows for name in world.channels if f"Kênh {name}" in row}
    assert offers == {"facebook": False, "zalo": False, "loudspeaker": True}


def test_a_baseline_may_be_two_days_between_which_the_posts_are_counted(editor: FlaskClient, world: World) -> None:
    world.post("facebook", "bai-truoc")
    world.deliver()
    page = world.channels["facebook"].id
    baseline = {f"from-{page}": "2026-11-10", f"until-{page}": "2026-11-16"}
    editor.post("/chien-dich/moi", data=typed(world, **{f"kind-{page}": "raise-posts"}, **baseline))
    (aim,) = terms_of(Campaign.get()).aims
    assert (aim.raise_percent, aim.baseline) == (4, None)
    assert (aim.baseline_from, aim.baseline_until) == (date(2026, 11, 10), date(2026, 11, 16))


def test_channels_that_share_an_aim_come_back_together_and_not_on_their_own(editor: FlaskClient, world: World) -> None:
    both = [str(world.channels[kind].id) for kind in ("facebook", "zalo")]
    group = {"group": ["0"], "name-group-0": "Mạng xã hội", "aim-group-0": "6", "channels-group-0": both}
    editor.post("/chien-dich/moi", data=typed(world, channel=[], **group))
    made = Campaign.get()
    assert terms_of(made).aims == [AimTerms(tuple(map(int, both)), per_week=6, name="Mạng xã hội")]
    shown = " ".join(editor.get(f"/chien-dich/{made.id}/sua").text.split())
    assert shown.count("thuộc “Mạng xã hội”") == 2
    assert f'name="channel" value="{both[0]}" checked' not in shown
    assert f'name="channels-group-0" value="{both[0]}" checked' in shown


def test_floors_peaks_exposures_and_weights_are_stored_and_come_back(editor: FlaskClient, world: World) -> None:
    message = world.approved("uu-tien").message_id
    form = typed(
        world,
        message=[str(message)],
        **{"floor-stigma": "4", "least": "2", "most": "6", "min_repeat_days": "", "peak": ["0", "1"]},
        **{"peak-name-0": "1/12", "peak-first-0": "2026-12-01", "peak-last-0": "", "peak-factor-0": "2,5"},
        **{"weight": ["0", "1"], "weighed-0": str(message), "weight-0": "3", "weighed-1": "", "weight-1": "2"},
    )
    editor.post("/chien-dich/moi", data=form)
    made = Campaign.get()
    terms = terms_of(made)
    assert terms.floors == {"stigma": 4}
    assert terms.peaks == [Peak(date(2026, 12, 1), date(2026, 12, 1), 2.5, "1/12")]
    assert (terms.exposures, terms.min_repeat_days, terms.weights) == (Exposures(2, 6), None, {message: 3})
    shown = " ".join(editor.get(f"/chien-dich/{made.id}/sua").text.split())
    for field in ('name="floor-stigma" value="4"', 'name="peak-factor-0" value="2.5"', 'name="most" value="6"'):
        assert field in shown
    assert f'<option value="{message}" selected>' in shown
    assert '<option value="3" selected>' in shown


def test_observances_within_a_year_are_offered_as_peaks(editor: FlaskClient) -> None:
    offers = editor.get("/chien-dich/moi").text.split("data-peak-offers")[1].split("</p>")[0]
    assert 'data-first="2026-12-01"' in offers
    assert "Ngày Thế giới phòng, chống AIDS" in offers


@pytest.mark.parametrize("weights", [{"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 999, "c": 1}, {"a": 30, "b": 30, "c": 45}])
def test_percentages_sum_to_a_hundred_and_forget_no_pillar(weights: dict[str, int]) -> None:
    shares = percentages(weights)
    assert sum(shares.values()) == 100
    assert min(shares.values()) >= 1


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


def test_the_pages_ask_as_much_of_the_database_for_thirty_posts_as_for_ten(
    editor: FlaskClient, world: World, campaign: Campaign, caplog: pytest.LogCaptureFixture
) -> None:
    def queries(*addresses: str) -> int:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="peewee"):
            for address in addresses:
                assert editor.get(address).status_code == 200
        return sum(record.name == "peewee" for record in caplog.records)

    def fill(per_week: float) -> int:
        aims = [replace(aim, per_week=per_week) for aim in terms_of(campaign).aims]
        terms = replace(terms_of(campaign), aims=aims)
        campaign_admin.change(world.people["editor"], campaign, terms, world.clock.now())
        posts = applied(world, campaign)
        Post.update(state=PostState.PUBLISHED, published_at=NOON).where(Post.id.bin_and(1) == 0).execute()
        Post.update(state=PostState.FAILED).where(Post.id.bin_and(1) == 1).execute()
        return posts

    pages = [f"/chien-dich/{campaign.id}{part}" for part in ("", "/tiep-can", "/ke-hoach")] + ["/can-xu-ly"]
    assert fill(2.5) == 10
    few = queries(*pages)
    assert fill(7.5) == 30
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
