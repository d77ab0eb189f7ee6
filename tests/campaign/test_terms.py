"""What a campaign may ask for: every wrong term has a sentence of its own, and what is stored reads back the same."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from campaign import campaign_admin
from campaign.campaign_admin import AimTerms, Terms, terms_of
from campaign.errors import Problem
from campaign.models import Campaign, CampaignAim
from campaign.planner.values import Exposures, Measure, Peak
from content.taxonomy import PILLARS
from tests.campaign.world import World


@pytest.fixture
def terms(world: World) -> Terms:
    message = world.approved("mot").message
    return Terms(
        name="Tháng hành động",
        starts_on=date(2026, 11, 10),
        ends_on=date(2026, 12, 10),
        shares=dict.fromkeys(PILLARS, 20),
        aims=[AimTerms((world.channels["facebook"].id,), per_week=3.5)],
        messages=[message.id],
    )


def create(world: World, terms: Terms) -> Campaign:
    return campaign_admin.create(world.people["editor"], world.unit, terms, world.clock.now())


def test_a_campaign_reads_back_as_the_terms_that_made_it(world: World, terms: Terms) -> None:
    second = world.approved("hai").message
    station, page, account = (world.channels[kind].id for kind in ("loudspeaker", "facebook", "zalo"))
    chosen = replace(
        terms,
        aims=[
            AimTerms((page, account), raise_percent=25, baseline=4, name="Mạng xã hội"),
            AimTerms((station,), Measure.MINUTES, per_week=20, name="Loa"),
        ],
        messages=[*terms.messages, second.id],
        weights={second.id: 3},
        floors={"stigma": 4},
        peaks=[Peak(date(2026, 11, 25), date(2026, 12, 1), 2, "Ngày 1/12")],
        exposures=Exposures(2, 8),
        min_repeat_days=5,
    )
    campaign = Campaign.get_by_id(create(world, chosen).id)
    assert campaign_admin.trace(terms_of(campaign)) == campaign_admin.trace(chosen)
    assert terms_of(campaign).peaks == chosen.peaks


def test_a_change_leaves_nothing_of_the_old_aims(world: World, terms: Terms) -> None:
    campaign = create(world, terms)
    changed = replace(terms, aims=[AimTerms((world.channels["zalo"].id,), per_week=2)])
    campaign_admin.change(world.people["editor"], campaign, changed, world.clock.now())
    assert CampaignAim.select().count() == 1
    assert [row.channel.kind for row in Campaign.get().channels] == ["zalo"]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": " "}, "đặt tên"),
    "an end before the start": ({"ends_on": date(2026, 11, 9)}, "bằng hoặc sau"),
    "more than a year": ({"ends_on": date(2027, 11, 30)}, "366 ngày"),
    "no aim": ({"aims": []}, "ít nhất một kênh"),
    "no message": ({"messages": []}, "ít nhất một thông điệp"),
    "a pillar without a share": ({"shares": {**dict.fromkeys(PILLARS, 20), "stigma": 0}}, "từ 1% trở lên"),
    "a floor beyond 50": ({"floors": {"stigma": 51}}, "từ 0 đến 50"),
    "a floor of no pillar": ({"floors": {"khac": 1}}, "trụ cột không tồn tại"),
    "a peak outside the dates": ({"peaks": [Peak(date(2026, 12, 9), date(2026, 12, 11), 2)]}, "nằm trong thời gian"),
    "a peak that ends before it begins": (
        {"peaks": [Peak(date(2026, 12, 2), date(2026, 12, 1), 2)]},
        "ngày cuối không trước ngày đầu",
    ),
    "a peak that is none": ({"peaks": [Peak(date(2026, 12, 1), date(2026, 12, 1), 1)]}, "1,1 đến 5"),
    "exposures upside down": ({"exposures": Exposures(5, 4)}, "không quá số nhiều nhất"),
    "exposures beyond 30": ({"exposures": Exposures(5, 31)}, "từ 1 đến 30"),
    "no rest": ({"min_repeat_days": 0}, "từ 1 đến 60"),
    "a weight for a message that is not chosen": ({"weights": {10**6: 2}}, "không được chọn"),
    "an observance that does not exist": ({"anchor": "ngay_khac"}, "Không có dịp này"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_term_is_refused_with_its_own_sentence(world: World, terms: Terms, wrong: str) -> None:
    changes, sentence = WRONG[wrong]
    with pytest.raises(Problem, match=sentence):
        create(world, replace(terms, **changes))
    assert not Campaign.select().exists()


def test_a_weight_beyond_nine_is_refused(world: World, terms: Terms) -> None:
    with pytest.raises(Problem, match="từ 1 đến 9"):
        create(world, replace(terms, weights=dict.fromkeys(terms.messages, 10)))


WRONG_AIMS: dict[str, tuple[str, dict[str, Any], str]] = {
    "no posts": ("facebook", {"per_week": 0}, "lớn hơn 0 và không quá 50"),
    "too many posts": ("facebook", {"per_week": 50.5}, "lớn hơn 0 và không quá 50"),
    "no number": ("facebook", {"per_week": float("nan")}, "lớn hơn 0 và không quá 50"),
    "minutes of a Page": ("facebook", {"per_week": 5, "measure": Measure.MINUTES}, "Chỉ đài truyền thanh"),
    "half a minute": ("loudspeaker", {"per_week": 0.5, "measure": Measure.MINUTES}, "từ 1 đến 600"),
    "a raise of nothing": ("facebook", {"raise_percent": 0, "baseline": 3}, "từ 1% đến 500%"),
    "a raise over nothing": ("facebook", {"raise_percent": 20, "baseline": 0}, "phải lớn hơn 0"),
    "a raise over nothing known": ("facebook", {"raise_percent": 20}, "cần kỳ gốc"),
    "a raise over days without a post": (
        "facebook",
        {"raise_percent": 20, "baseline_from": date(2026, 10, 1), "baseline_until": date(2026, 10, 31)},
        "chưa có bài nào",
    ),
}


@pytest.mark.parametrize("wrong", WRONG_AIMS)
def test_a_wrong_aim_is_refused_with_its_own_sentence(world: World, terms: Terms, wrong: str) -> None:
    kind, changes, sentence = WRONG_AIMS[wrong]
    with pytest.raises(Problem, match=sentence):
        create(world, replace(terms, aims=[AimTerms((world.channels[kind].id,), **changes)]))


def test_a_channel_serves_one_aim(world: World, terms: Terms) -> None:
    with pytest.raises(Problem, match="chỉ thuộc một mục tiêu"):
        create(world, replace(terms, aims=[*terms.aims, *terms.aims]))


def test_a_group_may_carry_as_much_as_its_channels_together(world: World, terms: Terms) -> None:
    group = AimTerms(tuple(world.channels[kind].id for kind in ("facebook", "zalo")), per_week=80)
    assert create(world, replace(terms, aims=[group])).aims.get().per_week == 80
