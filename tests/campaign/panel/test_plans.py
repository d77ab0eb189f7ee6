"""The plan page: what it says first, sliders, every change with its reason, applying it and taking it back."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from campaign import campaign_admin, planning
from campaign.campaign_admin import AimTerms, terms_of
from campaign.models import AppliedPlan, Audit, Campaign, Channel, Membership, Post, PostState
from campaign.panel.forms_plan import lowered
from campaign.panel.plan_view import Proposal, marks
from campaign.planner.values import Measure, Peak, Unmet
from content.taxonomy import PILLARS
from tests.campaign.world import World
from tests.conftest import PASSWORD

Browsers = Callable[[str], FlaskClient]
POSTS = 16  # two weeks of five posts on Facebook and three broadcasts


@pytest.fixture
def editor(world: World, client_of: Browsers) -> FlaskClient:
    return client_of("editor")


def page_of(browser: FlaskClient, campaign: Campaign, query: str = "") -> str:
    """The page, on one line."""
    return " ".join(browser.get(f"/chien-dich/{campaign.id}/ke-hoach{query}").text.split())


def fields(page: str) -> dict[str, str]:
    """What the form that applies the plan sends."""
    form = page.split('id="apply"')[1].split("</form>", maxsplit=1)[0]
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))


def apply(browser: FlaskClient, campaign: Campaign, query: str = "", **changes: str) -> Any:
    sent = fields(page_of(browser, campaign, query))
    return browser.post(f"/chien-dich/{campaign.id}/ke-hoach", data={**sent, **changes})


def slots(page: str) -> list[str]:
    """The kinds of change on the calendar, in its order."""
    return re.findall(r'class="slot is-(\w+)', page)


def aim(world: World, kind: str) -> str:
    return f"aim-{world.channels[kind].id}"


def raise_aim(world: World, campaign: Campaign, per_week: float) -> None:
    """Ask for more posts on Facebook."""
    terms = terms_of(campaign)
    first, *others = terms.aims
    aims = [replace(first, per_week=per_week), *others]
    campaign_admin.change(world.people["editor"], campaign, replace(terms, aims=aims), world.clock.now())


# ---------------------------------------------------------------- what it says


def test_a_first_plan_says_how_many_posts_it_adds_and_why_each_stands_where_it_does(
    editor: FlaskClient, campaign: Campaign, world: World
) -> None:
    page = page_of(editor, campaign)
    proposal = planning.propose(campaign, world.clock.now())
    assert f"Thêm {POSTS} bài." in page
    assert slots(page) == ["added"] * POSTS
    assert page.count("Vì sao?") == POSTS
    for slot in proposal.slots:
        assert slot.reason.split("“")[0] in page


def test_what_cannot_be_met_stands_first_with_the_change_that_would_meet_it(
    editor: FlaskClient, campaign: Campaign, world: World
) -> None:
    Channel.update(max_per_day=1).where(Channel.id == world.channels["facebook"].id).execute()
    raise_aim(world, campaign, 14)
    page = page_of(editor, campaign)
    unmet = planning.propose(campaign, world.clock.now()).unmet[0]
    assert (unmet.aim, unmet.rule) == ("posts", "max_per_day")
    assert page.index("Chưa đạt đủ mục tiêu") < page.index(unmet.reason) < page.index("Lịch đề xuất")
    assert unmet.change in page


def test_an_aim_that_is_not_met_offers_the_channels_form_to_whoever_manages_it_and_a_lower_aim_to_all(
    editor: FlaskClient, campaign: Campaign, world: World
) -> None:
    channel = world.channels["facebook"]
    Channel.update(max_per_day=1).where(Channel.id == channel.id).execute()
    raise_aim(world, campaign, 14)
    page = page_of(editor, campaign)
    assert f'name="{aim(world, "facebook")}" value="7" data-lower> Hạ xuống 7 bài/tuần' in page
    assert f"/kenh/{channel.id}#hours" not in page
    lower = page_of(editor, campaign, f"?{aim(world, 'facebook')}=14&{aim(world, 'facebook')}=7")
    assert "mỗi ngày chỉ được" not in lower


def test_whoever_manages_a_channel_gets_the_way_to_its_form(
    campaign: Campaign, world: World, client_of: Browsers
) -> None:
    channel = world.channels["facebook"]
    Channel.update(max_per_day=1).where(Channel.id == channel.id).execute()
    raise_aim(world, campaign, 14)
    grant(world, "administrator")
    assert f"/kenh/{channel.id}#hours" in page_of(client_of("editor"), campaign)


def grant(world: World, role: str) -> None:
    """Let the editor have another role too."""
    Membership.create(user=world.people["editor"], unit=world.unit, role=role)


def test_a_calendar_that_is_as_it_should_be_is_said_once_and_offers_nothing_to_apply(
    editor: FlaskClient, campaign: Campaign
) -> None:
    apply(editor, campaign)
    page = page_of(editor, campaign)
    assert page.count(f"Giữ nguyên {POSTS} bài.") == 1
    assert slots(page) == ["kept"] * POSTS
    for words in ("Áp dụng kế hoạch", "Không có bài nào để thêm", "Chỉ hiện thay đổi"):
        assert words not in page


def test_rules_that_gave_way_are_listed_in_words(editor: FlaskClient, campaign: Campaign, world: World) -> None:
    page = page_of(editor, campaign, f"?{aim(world, 'facebook')}=14&rest=7")
    terms = replace(terms_of(campaign), min_repeat_days=7)
    terms = replace(terms, aims=[replace(terms.aims[0], per_week=14), terms.aims[1]])
    relaxed = planning.propose(campaign, world.clock.now(), terms).relaxed
    assert relaxed
    assert f"Quy tắc đã nới để không bỏ trống: {len(relaxed)} chỗ" in page
    assert relaxed[0].sentence in page


def test_messages_that_wait_for_approval_are_counted(editor: FlaskClient, campaign: Campaign, world: World) -> None:
    revision = world.approved("thu-hoi")
    terms = terms_of(campaign)
    messages = [*terms.messages, revision.message_id]
    campaign_admin.change(world.people["editor"], campaign, replace(terms, messages=messages), world.clock.now())
    type(revision).update(state="draft").where(type(revision).id == revision.id).execute()
    assert "1 trong 6 thông điệp đã chọn chưa được duyệt" in page_of(editor, campaign)


def test_the_menu_shows_that_the_page_belongs_to_campaigns(editor: FlaskClient, campaign: Campaign) -> None:
    page = page_of(editor, campaign)
    assert re.findall(r'href="([^"]+)" aria-current="true"', page) == ["/chien-dich"]


def test_a_campaign_that_is_over_has_a_plan_page_without_a_plan(
    editor: FlaskClient, campaign: Campaign, world: World
) -> None:
    world.clock.advance(timedelta(days=30))
    editor.post("/dang-nhap", data={"login": "editor", "password": PASSWORD})  # the log-in has run out meanwhile
    page = page_of(editor, campaign)
    assert "Chưa xếp được bài nào." in page
    assert "Áp dụng kế hoạch" not in page


# ---------------------------------------------------------------- sliders


def test_a_slider_changes_the_proposal_and_nothing_else(editor: FlaskClient, campaign: Campaign, world: World) -> None:
    page = page_of(editor, campaign, f"?{aim(world, 'facebook')}=2")
    assert "Thêm 10 bài." in page
    assert "Mục tiêu khác với bản đã lưu" in page
    assert terms_of(campaign).aims[0].per_week == 5
    assert not Post.select().exists()


def test_the_part_that_a_moved_slider_asks_for_is_the_right_side_of_the_page_alone(
    editor: FlaskClient, campaign: Campaign, world: World
) -> None:
    part = editor.get(f"/chien-dich/{campaign.id}/ke-hoach/xem?{aim(world, 'facebook')}=2").text
    assert "<html" not in part
    assert "Thêm 10 bài." in part
    assert (
        fields(part)["fingerprint"] == fields(page_of(editor, campaign, f"?{aim(world, 'facebook')}=2"))["fingerprint"]
    )


def test_while_a_slider_is_dragged_the_plan_cannot_be_applied(editor: FlaskClient, campaign: Campaign) -> None:
    button = r'<button class="btn btn-primary" type="submit"([^>]*)>'
    address = f"/chien-dich/{campaign.id}/ke-hoach/xem"
    quick, exact = (re.search(button, editor.get(address + query).text) for query in ("?nhanh=1", ""))
    assert quick is not None
    assert exact is not None
    assert ("disabled" in quick[1], "disabled" in exact[1]) == (True, False)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("{aim}=nhiều", "“Mục tiêu mỗi tuần” phải là một số."), ("{aim}=0", "phải lớn hơn 0"), ("rest=99", "từ 1 đến 60")],
)
def test_a_slider_that_cannot_be_read_says_so_and_keeps_what_was_typed(
    editor: FlaskClient, campaign: Campaign, world: World, query: str, sentence: str
) -> None:
    page = page_of(editor, campaign, "?" + query.format(aim=aim(world, "facebook")))
    assert sentence in page
    assert f'value="{query.split("=")[1]}"' in page
    assert 'id="apply"' not in page


def test_the_page_works_without_javascript(editor: FlaskClient, campaign: Campaign) -> None:
    page = page_of(editor, campaign)
    assert re.search(r'<button class="btn btn-light only-no-js" type="submit">.*?Tính lại', page)
    assert " style=" not in page
    assert "<script>" not in page


def test_peaks_and_pillar_shares_have_sliders(editor: FlaskClient, campaign: Campaign, world: World) -> None:
    peak = Peak(date(2026, 11, 20), date(2026, 11, 22), 2.0, "Ra quân")
    terms = replace(terms_of(campaign), peaks=[peak])
    campaign_admin.change(world.people["editor"], campaign, terms, world.clock.now())
    page = page_of(editor, campaign)
    assert re.search(r'name="peak-0" value="2"', page)
    assert "Ra quân" in page
    assert page.count('type="range"') == 2 + len(PILLARS) + 1 + 1
    more = page_of(editor, campaign, "?share-stigma=80")
    assert '<output for="share-stigma">50%</output>' in more


# ---------------------------------------------------------------- differences


def test_more_posts_leave_those_that_stand_unless_there_is_need(
    editor: FlaskClient, campaign: Campaign, world: World
) -> None:
    apply(editor, campaign)
    page = page_of(editor, campaign, f"?{aim(world, 'facebook')}=6")
    kinds = slots(page)
    assert kinds.count("added") == 2
    assert kinds.count("kept") >= POSTS - 2
    assert page.count("Chỉ hiện thay đổi") == 1


def test_a_lost_day_moves_or_drops_what_stands_there_and_says_where_it_was(
    editor: FlaskClient, campaign: Campaign, world: World
) -> None:
    apply(editor, campaign)
    lost = Post.select().where(Post.channel == world.channels["facebook"]).order_by(Post.due_at.desc()).first()
    day = (lost.due_at + timedelta(hours=7)).date().isoformat()
    Channel.update(closures=[{"first": day, "last": day, "why": "Bảo trì"}]).where(
        Channel.id == lost.channel_id
    ).execute()
    page = page_of(editor, campaign)
    kinds = set(slots(page))
    assert kinds & {"moved", "message", "dropped"}
    assert "dropped" in kinds or page.count(f"<del>{lost.due_at + timedelta(hours=7):%H:%M}") == 1
    assert '<rect class="closed"' in page


def test_planning_anew_may_change_all_that_can_be_moved(editor: FlaskClient, campaign: Campaign, world: World) -> None:
    apply(editor, campaign)
    query = f"?{aim(world, 'facebook')}=9"
    kept = [slots(page_of(editor, campaign, query + mode)).count("kept") for mode in ("", "&cach=fresh")]
    assert kept[1] < kept[0]


# ---------------------------------------------------------------- what it shows beside the calendar


@pytest.fixture
def proposal(campaign: Campaign, world: World) -> Proposal:
    return Proposal.of(campaign, world.clock.now(), terms_of(campaign), planning.KEEP, exact=True)


def test_each_channel_has_a_strip_with_a_dot_for_every_post(proposal: Proposal) -> None:
    assert {strip.channel.kind: len(strip.dots) for strip in proposal.strips} == {"facebook": 10, "loudspeaker": 6}
    assert all(strip.word in {"rất đều", "đều", "khá đều"} for strip in proposal.strips)
    for strip in proposal.strips:
        places = [dot.x for dot in strip.dots]
        assert places == sorted(places)
        assert 0 < places[0] <= places[-1] < 640


def test_the_mix_sets_what_is_asked_beside_what_comes_out(proposal: Proposal) -> None:
    assert sum(row.posts for row in proposal.mix) == POSTS
    assert {row.aimed for row in proposal.mix} == {0.2}
    assert all(row.got == row.posts / POSTS for row in proposal.mix)


def test_exposures_are_counted_by_audience_over_all_its_channels(campaign: Campaign, world: World) -> None:
    for kind in ("facebook", "loudspeaker"):
        Channel.update(audiences=["youth"]).where(Channel.id == world.channels[kind].id).execute()
    shown = Proposal.of(campaign, world.clock.now(), terms_of(campaign), planning.KEEP, exact=True)
    (row,) = shown.exposures
    assert (row.audience, row.messages, row.times) == ("Thanh niên, học sinh, sinh viên", 5, POSTS)
    assert 1 <= row.least <= row.most


def test_posts_that_have_gone_out_count_in_the_mix_but_not_in_the_calendar(
    editor: FlaskClient, campaign: Campaign, world: World
) -> None:
    apply(editor, campaign)
    first = Post.select().order_by(Post.due_at).first()
    Post.update(state=PostState.PUBLISHED, published_at=first.due_at).where(Post.id == first.id).execute()
    world.clock.set(first.due_at + timedelta(hours=1))
    shown = Proposal.of(campaign, world.clock.now(), terms_of(campaign), planning.KEEP, exact=True)
    assert sum(row.posts for row in shown.mix) == POSTS
    assert len(shown.changes) == POSTS - 1


def test_the_axis_names_the_first_and_the_last_day() -> None:
    first = date(2026, 11, 16)
    assert marks(first, first) == [first]
    assert marks(first, first + timedelta(days=1)) == [first, first + timedelta(days=1)]
    shown = marks(first, first + timedelta(days=30))
    assert (shown[0], shown[-1], len(shown)) == (first, first + timedelta(days=30), 4)


@pytest.mark.parametrize(
    ("change", "planned", "expected"),
    [
        ({"per_week": 14}, 15, "7.5"),
        ({"per_week": 14}, 0, ""),
        ({"per_week": 40, "measure": Measure.MINUTES}, 25, "12.5"),
        ({"raise_percent": 100, "baseline": 4}, 11, "37"),
        ({"raise_percent": 100, "baseline": 4}, 8, ""),
    ],
)
def test_the_most_that_fits_is_offered_in_the_aims_own_words(
    change: dict[str, Any], planned: float, expected: str
) -> None:
    asked = AimTerms((3,), **change)
    unmet = Unmet(str(asked.measure), (3,), 100, planned, "max_per_day", "", "")
    baselines = {"aim-3": 4.0} if "baseline" in change else {}
    assert lowered(unmet, [asked], 2.0, baselines) == (("aim-3", expected) if expected else ("", ""))


def test_a_share_that_is_not_met_has_no_aim_to_lower() -> None:
    unmet = Unmet("share", (3,), 4, 2, "messages", "", "")
    assert lowered(unmet, [AimTerms((3,), per_week=4)], 2.0, {}) == ("", "")


# ---------------------------------------------------------------- applying


def test_applying_schedules_what_was_shown_and_says_so_once_with_a_way_back(
    editor: FlaskClient, campaign: Campaign
) -> None:
    answer = apply(editor, campaign)
    assert (answer.status_code, answer.location) == (303, f"/chien-dich/{campaign.id}")
    assert Post.select().where(Post.campaign == campaign).count() == POSTS
    shown = " ".join(editor.get(answer.location).text.split())
    assert shown.count("Đã áp dụng kế hoạch") == 1
    assert f"thêm {POSTS} bài." in shown
    assert "Hoàn tác" in shown


def test_applying_stores_what_the_sliders_said(editor: FlaskClient, campaign: Campaign, world: World) -> None:
    apply(editor, campaign, f"?{aim(world, 'facebook')}=2.5&share-stigma=30&rest=")
    terms = terms_of(Campaign.get_by_id(campaign.id))
    assert terms.aims[0].per_week == 2.5
    assert (terms.min_repeat_days, terms.shares["stigma"] > terms.shares["policy"]) == (None, True)
    assert Post.select().count() == 5 + 6


def test_sliders_alone_may_be_stored(editor: FlaskClient, campaign: Campaign) -> None:
    apply(editor, campaign)
    assert "Lưu mục tiêu" in page_of(editor, campaign, "?rest=1")
    apply(editor, campaign, "?rest=1")
    assert terms_of(Campaign.get_by_id(campaign.id)).min_repeat_days == 1


def test_a_plan_that_has_changed_since_it_was_shown_is_not_applied_and_the_sliders_stay(
    editor: FlaskClient, campaign: Campaign, world: World
) -> None:
    answer = apply(editor, campaign, f"?{aim(world, 'facebook')}=2", fingerprint="0" * 64)
    assert answer.location.startswith(f"/chien-dich/{campaign.id}/ke-hoach?")
    page = " ".join(editor.get(answer.location).text.split())
    assert "hãy xem lại bản kế hoạch mới" in page
    assert f'name="{aim(world, "facebook")}" value="2"' in page
    assert not Post.select().exists()


def test_a_plan_without_its_moment_is_refused(editor: FlaskClient, campaign: Campaign) -> None:
    for seen_at in ("", "hôm qua", "2026-11-16T09:00:00"):
        assert apply(editor, campaign, seen_at=seen_at).status_code == 400, seen_at


# ---------------------------------------------------------------- taking it back


def test_undoing_brings_the_calendar_back_and_ends_the_offer(editor: FlaskClient, campaign: Campaign) -> None:
    apply(editor, campaign)
    applied = AppliedPlan.get()
    address = f"/chien-dich/{campaign.id}/ke-hoach/hoan-tac"
    answer = editor.post(address, data={"applied": applied.id})
    assert answer.location == f"/chien-dich/{campaign.id}/ke-hoach"
    page = " ".join(editor.get(answer.location).text.split())
    assert "Đã hoàn tác" in page
    assert "Đã áp dụng kế hoạch" not in page
    assert f"Thêm {POSTS} bài." in page
    assert not Post.select().where(Post.state != PostState.CANCELLED).exists()
    assert Audit.select().where(Audit.action == "undo_plan", Audit.subject == f"campaign:{campaign.id}").exists()


def test_once_a_post_has_gone_out_undoing_is_neither_offered_nor_done(
    editor: FlaskClient, campaign: Campaign, world: World
) -> None:
    apply(editor, campaign)
    first = Post.select().where(Post.channel == world.channels["facebook"]).order_by(Post.due_at).first()
    world.clock.set(first.due_at)
    world.deliver()
    assert "Hoàn tác" not in editor.get(f"/chien-dich/{campaign.id}").text
    answer = editor.post(f"/chien-dich/{campaign.id}/ke-hoach/hoan-tac", data={"applied": AppliedPlan.get().id})
    assert "không hoàn tác được nữa" in editor.get(answer.location).text


def test_another_campaigns_application_does_not_exist_here(editor: FlaskClient, campaign: Campaign) -> None:
    apply(editor, campaign)
    for number in (AppliedPlan.get().id + 1, ""):
        answer = editor.post(f"/chien-dich/{campaign.id}/ke-hoach/hoan-tac", data={"applied": number})
        assert answer.status_code == 404
    assert AppliedPlan.get().undone_at is None


def test_whoever_only_looks_on_sees_no_way_back(editor: FlaskClient, campaign: Campaign, client_of: Browsers) -> None:
    apply(editor, campaign)
    assert "Hoàn tác" not in client_of("reviewer").get(f"/chien-dich/{campaign.id}").text
    answer = client_of("reviewer").post(f"/chien-dich/{campaign.id}/ke-hoach/hoan-tac", data={"applied": 1})
    assert answer.status_code == 404


# ---------------------------------------------------------------- paper


def test_the_printed_plan_has_every_post_with_day_hour_channel_and_reason(
    editor: FlaskClient, campaign: Campaign, world: World
) -> None:
    page = page_of(editor, campaign, "?in=1")
    assert page.count("<td>") == POSTS * page.split("</thead>")[0].count("<th ")
    for words in ("Tháng hành động", "Tuần từ 16/11 đến 22/11/2026", "Kênh facebook", "Thứ Ba, 17/11", "trải đều"):
        assert words in page
    assert "<form" not in page


def test_a_long_campaign_is_turned_six_weeks_at_a_time_but_printed_whole(
    editor: FlaskClient, campaign: Campaign, world: World
) -> None:
    terms = replace(terms_of(campaign), ends_on=date(2027, 2, 14))
    campaign_admin.change(world.people["editor"], campaign, terms, world.clock.now())
    page = page_of(editor, campaign)
    assert page.count('class="cal-week"') == 6
    assert 'name="tu" value="2026-12-28"' in page
    later = page_of(editor, campaign, "?tu=2026-12-28")
    assert "28/12" in later.split("Lịch đề xuất")[1][:200]
    assert page_of(editor, campaign, "?in=1").count("<caption>") == 13
