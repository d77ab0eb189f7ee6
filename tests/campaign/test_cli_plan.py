"""`lantoa plan`: a campaign in a file, planned for a person and for a program, without a home."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign.plan_file import PlanFile, read_plan
from tests.campaign.command_line import ROOT, failed, lantoa
from tests.campaign.test_cli_language import FOREIGN, piped

EXAMPLE = ROOT / "docs" / "examples" / "thang-hanh-dong.toml"
WEEK = """
[campaign]
name = "Tuần thử"
starts_on = 2026-11-23
ends_on = 2026-11-29

[pillars.stigma]
share = 1

[exposures]
least = 1

[[channels]]
id = "trang"
name = "Trang xã"
kind = "facebook"

[[aims]]
channels = ["trang"]
posts_per_week = 3

[[messages]]
id = "mot"
title = "Một lời thử"
pillar = "stigma"
wordings = 3

[[messages]]
id = "hai"
title = "Hai lời thử"
pillar = "stigma"
wordings = 3
"""


@pytest.fixture
def week(tmp_path: Path) -> Path:
    return written(tmp_path, WEEK)


def written(folder: Path, text: str) -> Path:
    path = folder / "kế hoạch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def planned(*words: object) -> dict[str, Any]:
    answer = lantoa("plan", *words, "--json")
    assert answer.returncode in {0, 1}, answer.stderr
    assert len(answer.stdout.splitlines()) == 1
    document: dict[str, Any] = json.loads(answer.stdout)
    assert answer.returncode == (1 if document["plan"]["unmet"] else 0)
    return document


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    return planned(EXAMPLE)


@pytest.fixture(scope="module")
def asked() -> PlanFile:
    return read_plan(EXAMPLE.read_text(encoding="utf-8"), str(EXAMPLE), EXAMPLE.parent)


# ---------------------------------------------------------------- for a program


def test_slots_have_the_ids_of_the_file_and_vietnams_clock_beside_utc(week: Path) -> None:
    document = planned(week)
    assert document["campaign"] == {
        "name": "Tuần thử",
        "starts_on": "2026-11-23",
        "ends_on": "2026-11-29",
        "mode": "exact",
        "channels": [{"number": 1, "id": "trang", "name": "Trang xã", "kind": "facebook"}],
    }
    slots = document["plan"]["slots"]
    assert len(slots) == 3
    for slot in slots:
        assert (slot["channel"], slot["channel_name"]) == ("trang", "Trang xã")
        assert (slot["message"], slot["title"]) in {("mot", "Một lời thử"), ("hai", "Hai lời thử")}
        assert slot["reason"] and slot["at"].endswith("+00:00") and slot["local"].endswith("+07:00")
        assert datetime.fromisoformat(slot["at"]) == datetime.fromisoformat(slot["local"])


def test_the_plan_of_the_example_keeps_what_its_file_says(example: dict[str, Any], asked: PlanFile) -> None:
    slots = example["plan"]["slots"]
    assert {slot["channel"] for slot in slots} == {"trang-xa", "trang-doan", "oa-tram", "loa-xa"}
    for slot in slots:
        at = datetime.fromisoformat(slot["local"])
        rules = asked.what.channels[slot["channel_id"] - 1]
        message = asked.what.candidates[slot["message_id"] - 1]
        assert datetime.fromisoformat(slot["at"]) >= asked.what.not_before
        assert message.fit(rules.id, at.date()) is not None
        assert not any(closure.first <= at.date() <= closure.last for closure in rules.closures)
        hours = range(5, 22) if rules.sessions else range(6, 21)
        assert at.hour in hours
    frozen = datetime(2026, 11, 20, 12, tzinfo=UTC)
    near = [slot for slot in slots if slot["channel"] == "trang-xa"]
    assert all(abs(datetime.fromisoformat(slot["at"]) - frozen) >= timedelta(hours=2) for slot in near)


def test_every_aim_of_the_example_is_met_or_explained(example: dict[str, Any], asked: PlanFile) -> None:
    plan = example["plan"]
    explained = {tuple(row["channels"]) for row in plan["unmet"] if row["aim"] in {"posts", "minutes"}}
    gone = {slot["replaces"] for slot in plan["slots"]} | {row["key"] for row in plan["dropped"]}
    for aim in asked.what.aims:
        standing = [
            post.seconds
            for number in aim.channels
            for post in asked.what.channels[number - 1].standing
            if post.own and post.key not in gone
        ]
        lengths = [slot["seconds"] for slot in plan["slots"] if slot["channel_id"] in aim.channels] + standing
        carried = sum(lengths) / 60 if aim.measure == "minutes" else len(lengths)
        assert carried >= aim.weekly * asked.what.weeks or aim.channels in explained
    assert all(row["reason"] and row["change"] and row["channel_names"] for row in plan["unmet"])


def test_one_file_gives_one_plan_byte_for_byte(week: Path) -> None:
    answers = [lantoa("plan", week, "--json", PYTHONHASHSEED=seed).stdout for seed in ("1", "2")]
    assert answers[0] == answers[1] and len(json.loads(answers[0])["plan"]["fingerprint"]) == 64


def test_fast_mode_is_asked_for_by_the_option_or_by_the_file(week: Path, tmp_path: Path) -> None:
    by_option = planned(week, "--fast")
    by_file = planned(written(tmp_path, WEEK.replace("[pillars", 'mode = "fast"\n[pillars')))
    assert by_option["campaign"]["mode"] == "fast" and by_option == by_file


# ---------------------------------------------------------------- for a person


def test_a_person_reads_the_calendar_of_each_channel_by_day(week: Path) -> None:
    answer = lantoa("plan", week)
    assert (answer.returncode, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    assert lines[:2] == ["Tuần thử, 23/11/2026 – 29/11/2026", "3 bài, trong đó 3 bài xếp ở kế hoạch này."]
    assert "TRANG XÃ" in lines and "CHƯA ĐẠT" not in lines
    plan = planned(week)["plan"]
    for slot in plan["slots"]:
        at = datetime.fromisoformat(slot["local"])
        line = f"  {at:%H:%M}  Giảm kỳ thị, phân biệt đối xử      {slot['title']}"
        assert line in lines and any(f"{at:%d/%m/%Y}" in above for above in lines[: lines.index(line)])
    assert "Giảm kỳ thị, phân biệt đối xử        3 bài (theo tỷ lệ: 3,0)" in lines
    assert any(line.startswith("Trang xã    3 bài, 2 thông điệp, mỗi thông điệp 1–2 lần, lệch ") for line in lines)


def test_what_is_not_met_stands_on_top_with_what_would_meet_it_and_ends_with_one(tmp_path: Path) -> None:
    path = written(tmp_path, WEEK.replace("posts_per_week = 3", "posts_per_week = 30"))
    answer = lantoa("plan", path)
    (unmet, *_) = planned(path)["plan"]["unmet"]
    assert answer.returncode == 1
    assert answer.stdout.splitlines()[2:5] == ["", "CHƯA ĐẠT", f"- {unmet['reason']}; {unmet['change']}."]


def test_rules_that_gave_way_are_listed_with_the_posts_they_gave_way_for(week: Path) -> None:
    (_, page) = lantoa("plan", week).stdout.split("\nQUY TẮC ĐÃ NỚI\n")
    relaxed = planned(week)["plan"]["relaxed"]
    assert relaxed and page.startswith(f"Không đăng hai bài liền nhau cùng trụ cột: {len(relaxed)} lần\n")
    for row in relaxed:
        assert f"- Trang xã, {datetime.fromisoformat(row['local']):%H:%M %d/%m/%Y}: {row['sentence']}\n" in page


CLOSED = 'kind = "facebook"\nclosures = [{ first = 2026-11-25, why = "mất điện" }]\n'
POST = '[[posts]]\nchannel = "trang"\nat = "2026-11-25 12:00"\nmessage = "mot"\nmovable = true\n'


def test_a_post_that_no_longer_fits_is_shown_at_its_new_hour_only(tmp_path: Path) -> None:
    path = written(tmp_path, WEEK.replace('kind = "facebook"\n', CLOSED) + POST)
    page = lantoa("plan", path).stdout
    assert page.count("(đổi từ bài đã có)") == 1 and "25/11/2026" not in page and "(đã có)" not in page
    assert [slot["replaces"] for slot in planned(path)["plan"]["slots"]].count(1) == 1


def test_a_post_that_is_dropped_is_listed_with_the_reason(tmp_path: Path) -> None:
    path = written(tmp_path, WEEK.replace('kind = "facebook"\n', CLOSED).replace("per_week = 3", "per_week = 0") + POST)
    page = lantoa("plan", path).stdout
    (dropped,) = planned(path)["plan"]["dropped"]
    assert f"\nBÀI ĐÃ CÓ BỊ BỎ\n- Trang xã, 12:00 25/11/2026: {dropped['reason']}\n" in page


def test_the_example_shows_the_posts_that_stand_already() -> None:
    answer = lantoa("plan", EXAMPLE)
    page = answer.stdout.partition("TRANG FACEBOOK XÃ HÒA BÌNH MẪU\n")[2].partition("\n\n")[0]
    day = page.partition("Thứ Sáu, 20/11/2026\n")[2]
    assert "  19:00  Biện pháp phòng, chống             Mời bà con xét nghiệm HIV lưu động" in day
    assert "tại nhà văn hóa xã (đã có)" in day


def test_a_console_on_another_code_page_gets_utf_8() -> None:
    answer = piped("plan", "-", given=WEEK.encode(), **FOREIGN)
    assert "Tuần thử" in answer.stdout.decode("utf-8") and answer.returncode == 0


# ---------------------------------------------------------------- wrong use


def test_a_wrong_file_ends_with_two_and_a_line_for_each_mistake(tmp_path: Path) -> None:
    path = written(tmp_path, WEEK.replace('"facebook"', '"facebok"').replace("share = 1", "share = -1"))
    answer = lantoa("plan", path)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.splitlines() == [
        f'{path}: khóa "pillars.stigma.share" đang là -1; hãy ghi một số từ 0 đến 1000.',
        f'{path}: khóa "channels[1].kind" đang là "facebok"; hãy ghi một trong: facebook, zalo, loudspeaker.',
    ]


def test_a_file_that_is_not_there_or_is_a_folder_is_said(tmp_path: Path) -> None:
    assert "Không có tệp" in failed(lantoa("plan", tmp_path / "x.toml"), 2)
    assert "là thư mục" in failed(lantoa("plan", tmp_path), 2)


def test_a_file_in_another_encoding_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes("name = 'Tuần'".encode("utf-16"))
    assert "không phải UTF-8" in failed(lantoa("plan", path), 2)
