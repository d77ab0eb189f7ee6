"""Plan files: what they say, what they leave to the kinds of channels, and how every mistake in one is named."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign.errors import WrongUse
from campaign.plan_file import PlanFile, read_plan
from campaign.plan_file.keys import PLAN
from campaign.plan_file.shapes import Key, Many, Named, Table
from campaign.planner.values import Aim, Closure, Exposures, Fit, Measure, Peak, Session, Window
from content.taxonomy import PILLARS

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "thang-hanh-dong.toml"
GUIDE = (ROOT / "docs" / "plan-file.md").read_text(encoding="utf-8")
# The other ways to say what the example says.
ALTERNATIVES = {"campaign.starts_on", "campaign.ends_on", "campaign.messages_from"}
EVERY_DAY, MON_TO_FRI = frozenset(range(7)), frozenset(range(5))

CAMPAIGN = """
name = "Thử"
starts_on = 2026-11-23
ends_on = 2026-12-06
"""
REST = """
[[channels]]
id = "trang"
kind = "facebook"
[[channels]]
id = "loa"
kind = "loudspeaker"
[[aims]]
channels = ["trang"]
posts_per_week = 5
[[messages]]
id = "mot"
title = "Một"
pillar = "stigma"
seconds = 60
"""


def plan_file(campaign: str = CAMPAIGN, rest: str = REST, folder: Path = ROOT) -> PlanFile:
    return read_plan(f"[campaign]{campaign}{rest}", "thu.toml", folder)


def in_table(table: str, line: str) -> str:
    """The rest of the file with a line more at the end of the last table of this name."""
    head, mark, tail = REST.rpartition(f"[[{table}]]\n")
    end = tail.find("[[") if "[[" in tail else len(tail)
    return f"{head}{mark}{tail[:end]}{line}\n{tail[end:]}"


def mistakes(campaign: str = CAMPAIGN, rest: str = REST, folder: Path = ROOT) -> list[str]:
    with pytest.raises(WrongUse) as caught:
        plan_file(campaign, rest, folder)
    return str(caught.value).splitlines()


# ---------------------------------------------------------------- what a file means


def test_the_smallest_file_takes_the_rest_from_the_kinds_of_its_channels() -> None:
    found = plan_file()
    page, station = found.what.channels
    assert (found.name, found.channels, found.messages) == ("Thử", {1: "trang", 2: "loa"}, {1: "mot"})
    assert (found.what.starts_on, found.what.ends_on) == (date(2026, 11, 23), date(2026, 12, 6))
    assert found.what.not_before == datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert dict(found.what.shares) == dict.fromkeys(PILLARS, 1)
    assert (found.what.exposures, found.what.slot_minutes, found.what.exact) == (Exposures(3, 10), 15, True)
    assert page.name == "Trang Facebook" and page.quiet == (time(21), time(6))
    assert page.windows[0] == Window(EVERY_DAY, time(7), time(8, 30)) and page.sessions == ()
    assert (page.min_gap, page.max_per_day) == (timedelta(hours=1), 3)
    assert station.windows == () and station.quiet == (time(22), time(5))
    assert station.sessions == tuple(Session(MON_TO_FRI, start, 2, 900) for start in (time(5, 30), time(17)))


def test_a_loudspeaker_is_silent_on_public_holidays_and_a_page_is_not() -> None:
    page, station = plan_file().what.channels
    assert page.closures == ()
    assert station.closures == (Closure(date(2026, 11, 24), date(2026, 11, 24), "Ngày Văn hóa Việt Nam"),)
    assert plan_file(rest=in_table("channels", "holidays = false")).what.channels[1].closures == ()


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("T2-T6", {0, 1, 2, 3, 4}),
        ("T2, T4, T6", {0, 2, 4}),
        ("T7, CN", {5, 6}),
        ("t2 – t3, CN", {0, 1, 6}),
        ("CN", {6}),
    ],
)
def test_weekdays_are_written_the_vietnamese_way(written: str, days: set[int]) -> None:
    row = f'sessions = [{{ days = "{written}", start = "05:30" }}]'
    assert plan_file(rest=in_table("channels", row)).what.channels[1].sessions[0].weekdays == days


def test_a_campaign_may_follow_an_observance() -> None:
    what = plan_file('\nname = "Thử"\nanchor = "thang_hanh_dong"\nyear = 2027\n').what
    assert (what.starts_on, what.ends_on) == (date(2027, 11, 10), date(2027, 12, 10))


def test_a_peak_may_be_the_observance_nearest_to_the_campaign() -> None:
    rest = f'{REST}[[peaks]]\nanchor = "ngay_the_gioi"\nfactor = 2\n'
    assert plan_file(rest=rest).what.peaks == (
        Peak(date(2026, 12, 1), date(2026, 12, 1), 2, "Ngày Thế giới phòng, chống AIDS"),
    )


def test_a_moment_without_an_offset_is_on_vietnams_clock() -> None:
    for written in ('"2026-11-23 06:00"', "2026-11-23T06:00:00", "2026-11-22T23:00:00Z", '"2026-11-23T06:00+07:00"'):
        assert plan_file(f"{CAMPAIGN}not_before = {written}\n").what.not_before == datetime(
            2026, 11, 22, 23, tzinfo=UTC
        )


def test_pillars_that_are_not_named_are_left_out_once_one_is() -> None:
    what = plan_file(rest=f"{REST}[pillars.stigma]\nshare = 2\nfloor = 3\n[pillars.policy]\nshare = 1\n").what
    assert (dict(what.shares), dict(what.floors)) == ({"policy": 1, "stigma": 2}, {"stigma": 3})


@pytest.mark.parametrize(
    ("keys", "aim"),
    [
        ('channels = ["loa", "trang"]\nposts_per_week = 2.5', Aim((2, 1), Measure.POSTS, 2.5)),
        ('channels = ["loa"]\nminutes_per_week = 20', Aim((2,), Measure.MINUTES, 20)),
        ('channels = ["trang"]\nraise_percent = 30\nbaseline = 3.5', Aim((1,), Measure.POSTS, 0, 30, 3.5)),
        (
            'channels = ["loa"]\nraise_percent = 30\nbaseline = 10\nmeasure = "minutes"\nname = "Loa"',
            Aim((2,), Measure.MINUTES, 0, 30, 10, "Loa"),
        ),
    ],
)
def test_an_aim_counts_posts_or_minutes_or_is_a_raise(keys: str, aim: Aim) -> None:
    assert plan_file(rest=REST.replace('channels = ["trang"]\nposts_per_week = 5', keys)).what.aims == (aim,)


def test_a_message_ends_with_its_consent_or_its_facts_and_lasts_as_long_as_the_reader_takes() -> None:
    rest = in_table("messages", "consent_until = 2026-12-02\nfacts_until = 2026-11-30")
    rest = rest.replace('kind = "loudspeaker"', 'kind = "loudspeaker"\nrate = 120')
    (message,) = plan_file(rest=rest).what.candidates
    first, last = date(2026, 11, 23), date(2026, 11, 30)
    assert message.fits == {1: Fit(first, last), 2: Fit(first, last, 90)}


def test_a_message_has_as_many_wordings_on_each_of_its_channels() -> None:
    (message,) = plan_file(rest=in_table("messages", "wordings = 3")).what.candidates
    assert [fit.wordings for fit in message.fits.values()] == [3, 3]


def test_a_message_fits_the_channels_and_kinds_that_it_names() -> None:
    for names, fitting in (('"loa"', {2}), ('"facebook"', {1}), ('"zalo"', set()), ('"trang", "loudspeaker"', {1, 2})):
        (message,) = plan_file(rest=in_table("messages", f"channels = [{names}]")).what.candidates
        assert set(message.fits) == fitting


def test_posts_that_stand_already_belong_to_their_channels() -> None:
    rest = f"""{REST}
[[posts]]
channel = "loa"
at = "2026-11-25 05:30"
message = "mot"
movable = true
[[posts]]
channel = "trang"
at = 2026-11-26T09:00:00
own = false
"""
    page, station = plan_file(rest=rest).what.channels
    (mine,), (others,) = station.standing, page.standing
    assert (mine.key, mine.at, mine.message_id, mine.pillar) == (
        1,
        datetime(2026, 11, 24, 22, 30, tzinfo=UTC),
        1,
        "stigma",
    )
    assert (mine.seconds, mine.own, mine.movable) == (60, True, True)
    assert (others.key, others.message_id, others.pillar, others.own, others.movable) == (2, 0, "", False, False)


MESSAGE = """+++
id = "tu-tep"
title = "Từ tệp"
pillar = "knowledge"
audience = ["youth"]
topics = ["testing"]
register = "{register}"
channels = ["{kind}"]
spokespersons = ["elder"]
valid_from = 2026-01-01
valid_until = 2026-11-30

[[sources]]
title = "Nguồn"
year = 2026
verified_on = 2026-11-20
+++
{text}
"""


def message_file(
    folder: Path, text: str = "Mời bà con đến trạm.", register: str = "public", kind: str = "loudspeaker"
) -> None:
    (folder / "tu-tep.md").write_text(MESSAGE.format(text=text, register=register, kind=kind), encoding="utf-8")


def from_folder(folder: Path) -> PlanFile:
    return plan_file(f'{CAMPAIGN}messages_from = "."\n', folder=folder)


def test_messages_of_a_folder_take_their_seconds_from_the_spoken_form(tmp_path: Path) -> None:
    message_file(tmp_path, "mời " * 175 + "7h30")  # and "bảy giờ ba mươi phút": 180 syllables
    found = from_folder(tmp_path)
    message = found.what.candidates[1]
    assert found.messages == {1: "mot", 2: "tu-tep"}
    assert message.fits == {2: Fit(date(2026, 1, 1), date(2026, 11, 30), 60)}
    assert (message.title, message.pillar, message.audiences, message.spokespersons) == (
        "Từ tệp", "knowledge", {"youth"}, {"elder"},
    )  # fmt: skip


def test_a_message_of_a_folder_has_the_wordings_of_each_kind_of_channel(tmp_path: Path) -> None:
    message_file(tmp_path, kind='facebook", "loudspeaker')
    path = tmp_path / "tu-tep.md"
    ways = '[variants.facebook]\nwordings = ["Mời bà con ghé trạm.", "Trạm mời bà con."]\n\n[[sources]]'
    path.write_text(path.read_text(encoding="utf-8").replace("[[sources]]", ways), encoding="utf-8")
    fits = from_folder(tmp_path).what.candidates[1].fits
    assert {channel: fit.wordings for channel, fit in fits.items()} == {1: 3, 2: 1}


def test_testimonies_and_messages_for_other_kinds_of_channels_are_left_out(tmp_path: Path) -> None:
    message_file(tmp_path, register="testimony")
    assert list(from_folder(tmp_path).messages.values()) == ["mot"]
    message_file(tmp_path, kind="zalo")
    assert list(from_folder(tmp_path).messages.values()) == ["mot"]


def test_the_starter_library_serves_every_pillar() -> None:
    found = plan_file(f"{CAMPAIGN}library = true\n")
    assert {message.pillar for message in found.what.candidates} == set(PILLARS)
    assert all(20 < message.fits[2].seconds < 120 for message in found.what.candidates if 2 in message.fits)


def test_one_file_has_one_meaning(tmp_path: Path) -> None:
    source = EXAMPLE.read_text(encoding="utf-8")
    assert read_plan(source, "a.toml", tmp_path) == read_plan(f"\ufeff{source}".replace("\n", "\r\n"), "b.toml", ROOT)


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("table", "line", "sentence"),
    [
        (
            "channels",
            'quiet = "21:00"',
            'khóa "channels[2].quiet" đang là "21:00"; hãy ghi hai giờ như ["21:00", "06:00"].',
        ),
        (
            "channels",
            'sessions = [{ start = "05:30" }, { start = "25:00" }]',
            'khóa "channels[2].sessions[2].start" đang là "25:00"; hãy ghi giờ như "07:00".',
        ),
        (
            "channels",
            'sessions = [{ days = "T6-T2", start = "05:30" }]',
            'khóa "channels[2].sessions[1].days" đang là "T6-T2"; hãy ghi thứ trong tuần như "T2-T6", "T7, CN" hoặc',
        ),
        ("channels", "sesions = []", 'khóa "channels[2].sesions" không có; hãy sửa thành "sessions" hoặc xóa.'),
        ("channels", "sessions = []", 'khóa "channels[2].sessions" đang là []; hãy ghi một danh sách không rỗng'),
        ("channels", "rate = 99", 'khóa "channels[2].rate" đang là 99; hãy ghi một số nguyên từ 100 đến 260.'),
        ("channels", "max_per_day = true", 'khóa "channels[2].max_per_day" đang là true; hãy ghi một số nguyên'),
        (
            "channels",
            'audiences = ["yuth"]',
            'khóa "channels[2].audiences[1]" đang là "yuth"; hãy ghi một trong: everyone',
        ),
        ("channels", 'holidays = "có"', 'khóa "channels[2].holidays" đang là "có"; hãy ghi true hoặc false'),
        ("aims", "posts_per_weak = 1", 'khóa "aims[1].posts_per_weak" không có; hãy sửa thành "posts_per_week"'),
        ("aims", "baseline = nan", 'khóa "aims[1].baseline" đang là NaN; hãy ghi một số từ 0 đến 1000.'),
        ("messages", 'valid_until = "2026-12-01"', 'khóa "messages[1].valid_until" đang là "2026-12-01"; hãy ghi ngày'),
        ("messages", "valid_until = 1026-12-01", 'khóa "messages[1].valid_until" đang là 1026-12-01; hãy ghi ngày'),
        ("messages", "[messages.xyz]", 'khóa "messages[1].xyz" không có; hãy xóa; ở đây chỉ có: id, title, pillar'),
        (
            "messages",
            '[[posts]]\nchannel = "loa"\nat = "2026-11-25"',
            'khóa "posts[1].at" đang là "2026-11-25"; hãy ghi ngày giờ Việt Nam như "2026-11-20 19:00".',
        ),
        ("messages", "[peaks]\nfactor = 2", 'khóa "peaks" đang là một bảng; hãy ghi một danh sách không rỗng'),
        ("messages", "[[campain]]", 'khóa "campain" không có; hãy sửa thành "campaign" hoặc xóa.'),
    ],
)
def test_a_wrong_value_says_key_value_and_what_is_allowed(table: str, line: str, sentence: str) -> None:
    (found,) = mistakes(rest=in_table(table, line))
    assert found.startswith(f"thu.toml: {sentence}"), found


def test_a_missing_key_says_what_it_takes() -> None:
    (sentence,) = mistakes(rest=REST.replace('pillar = "stigma"\n', ""))
    assert sentence.startswith('thu.toml: khóa "messages[1].pillar" còn thiếu; hãy ghi một trong: policy, knowledge')


POST = '[[posts]]\nchannel = "loa"\nat = "2026-11-25 05:30"\n'


@pytest.mark.parametrize(
    ("campaign", "rest", "sentence"),
    [
        ('\nname = "x"\n', REST, 'khóa "campaign" chưa rõ ngày; hãy ghi starts_on và ends_on, hoặc anchor và year'),
        (f'{CAMPAIGN}anchor = "tet"\nyear = 2027\n', REST, 'khóa "campaign" chưa rõ ngày'),
        ('\nname = "x"\nanchor = "tet"\n', REST, 'khóa "campaign" chưa rõ ngày'),
        (
            CAMPAIGN.replace("12-06", "11-22"),
            REST,
            'khóa "campaign.ends_on" là 2026-11-22; hãy ghi một ngày từ starts_on',
        ),
        (CAMPAIGN.replace("2026-12", "2027-12"), REST, 'khóa "campaign" dài 379 ngày; hãy chia thành các đợt'),
        (
            f'{CAMPAIGN}messages_from = "x"\n',
            REST,
            'khóa "campaign.messages_from" đang là "x"; hãy ghi một thư mục có thật.',
        ),
        (CAMPAIGN, REST.replace('"loa"', '"trang"'), 'khóa "channels[2].id" trùng kênh khác'),
        (
            CAMPAIGN,
            in_table("channels", 'windows = [{start="05:00", end="06:00"}]'),
            'khóa "channels[2].windows" không dùng',
        ),
        (CAMPAIGN, REST.replace('"facebook"', '"facebook"\nrate = 180'), 'khóa "channels[1].rate" không dùng cho'),
        (
            CAMPAIGN,
            in_table("channels", 'pauses = [{first = 2026-11-25, last = 2026-11-24, why = "nghỉ"}]'),
            'khóa "channels[2].pauses[1].last" là 2026-11-24; hãy ghi một ngày từ first (2026-11-25) trở đi.',
        ),
        (
            CAMPAIGN,
            REST.replace('["trang"]', '["trangg"]'),
            'khóa "aims[1].channels[1]" đang là "trangg"; hãy ghi một trong: t',
        ),
        (
            CAMPAIGN,
            in_table("aims", "minutes_per_week = 3"),
            'khóa "aims[1]" tính phút phát mà trang không đọc trên loa',
        ),
        (
            CAMPAIGN,
            REST.replace("posts_per_week = 5", ""),
            'khóa "aims[1]" cần một con số; hãy ghi đúng một trong: posts',
        ),
        (CAMPAIGN, in_table("aims", "baseline = 3"), 'khóa "aims[1].baseline" phải đi cùng raise_percent'),
        (
            CAMPAIGN,
            REST.replace("posts_per_week", "raise_percent"),
            'khóa "aims[1].baseline" phải đi cùng raise_percent',
        ),
        (CAMPAIGN, in_table("aims", 'measure = "posts"'), 'khóa "aims[1].measure" chỉ dùng với raise_percent'),
        (
            CAMPAIGN,
            in_table("aims", '[[aims]]\nchannels = ["loa", "trang"]\nposts_per_week = 1'),
            'khóa "aims[2].channels" có kênh đã nằm trong một mục tiêu',
        ),
        (
            CAMPAIGN,
            f"{REST}[[peaks]]\nfactor = 2\nfirst = 2026-11-25\n",
            'khóa "peaks[1]" chưa rõ ngày; hãy ghi first và',
        ),
        (
            CAMPAIGN,
            f"{REST}[exposures]\nleast = 11\n",
            'khóa "exposures.least" là 11; hãy ghi không quá exposures.most (10).',
        ),
        (CAMPAIGN, f"{REST}[pillars.stigma]\nshare = 0\n", 'khóa "pillars" đều có share bằng 0'),
        (CAMPAIGN, REST.partition("[[messages]]")[0], 'khóa "messages" còn thiếu; hãy ghi [[messages]], library hoặc'),
        (
            CAMPAIGN,
            REST.replace("seconds = 60", ""),
            'khóa "messages[1].seconds" còn thiếu; hãy ghi số giây đọc trên loa.',
        ),
        (
            CAMPAIGN,
            in_table("messages", 'channels = ["lao"]'),
            'khóa "messages[1].channels[1]" đang là "lao"; hãy ghi mã',
        ),
        (
            CAMPAIGN,
            in_table("messages", "valid_from = 2026-12-01\nvalid_until = 2026-11-30"),
            'khóa "messages[1].valid_until" là 2026-11-30; hãy ghi một ngày từ 2026-12-01 trở đi.',
        ),
        (
            CAMPAIGN,
            f'{REST}[[messages]]\nid = "mot"\ntitle = "Hai"\npillar = "policy"\nseconds = 9\n',
            'khóa "messages[2]" trùng mã "mot"; hãy đặt mã khác.',
        ),
        (
            CAMPAIGN,
            f'{REST}{POST}message = "hai"\n',
            'khóa "posts[1].message" đang là "hai"; hãy ghi mã một thông điệp',
        ),
        (CAMPAIGN, f"{REST}{POST}seconds = 9\n", 'khóa "posts[1]" chưa rõ nói gì; hãy ghi message hoặc pillar.'),
        (CAMPAIGN, f'{REST}{POST}message = "mot"\npillar = "policy"\n', 'khóa "posts[1].pillar" đã rõ từ message'),
        (CAMPAIGN, f'{REST}{POST}pillar = "policy"\n', 'khóa "posts[1].seconds" còn thiếu'),
        (
            CAMPAIGN,
            f'{REST}{POST}message = "mot"\nown = false\nmovable = true\n',
            'khóa "posts[1].movable" chỉ dùng cho',
        ),
        (CAMPAIGN, f'{REST}{POST}pillar = "policy"\nseconds = 9\nmovable = true\n', 'khóa "posts[1].movable" cần biết'),
        (
            CAMPAIGN,
            f'{REST}{POST}message = "mot"\n{POST}own = false\nseconds = 9\n',
            'khóa "posts[2].at" trùng kênh và giờ',
        ),
        (
            CAMPAIGN,
            f'{REST}{POST.replace("11-25", "12-25")}message = "mot"\n',
            'khóa "posts[1].at" nằm ngoài chiến dịch',
        ),
        (CAMPAIGN, f'{REST}{POST.replace("loa", "lao")}pillar = "policy"\n', 'khóa "posts[1].channel" đang là "lao"'),
    ],
)
def test_values_that_do_not_fit_each_other_are_named(campaign: str, rest: str, sentence: str) -> None:
    found = mistakes(campaign, rest)
    assert any(line.startswith(f"thu.toml: {sentence}") for line in found), found


ODD: tuple[Any, ...] = (
    -1, 0, 10**400, 1e308, float("nan"), True, "", " ", "x", "2026-11-25 99:00", "T2-", "٠٧:٠٠", [], [[]], [{}], {},
    date.min, datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), time.max,
)  # fmt: skip


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every table or list of a document with every key or place in it."""
    for key, entry in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield value, key
        yield from places(entry)


def test_whatever_stands_at_a_key_is_read_or_named(monkeypatch: pytest.MonkeyPatch) -> None:
    document = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    document["campaign"]["library"] = False
    monkeypatch.setattr("campaign.plan_file.reading.parsed", lambda *_: document)
    read = named = 0
    for holder, key in places(document):
        kept = holder[key]
        for holder[key] in ODD:
            try:
                read_plan("", "thu.toml", ROOT)
                read += 1
            except WrongUse as error:
                named += 1
                assert all(line.startswith("thu.toml: khóa ") for line in str(error).splitlines())
        holder[key] = kept
    assert named > 10 * read > 0


def test_every_mistake_of_a_file_is_named_at_once() -> None:
    rest = in_table("messages", "weight = 0").replace('kind = "loudspeaker"', 'kind = "loa"').replace("= 5", '= "năm"')
    assert [re.findall(r'"(.+?)"', line)[0] for line in mistakes(rest=rest)] == [
        "channels[2].kind", "aims[1].posts_per_week", "messages[1].weight",
    ]  # fmt: skip
    rest = REST.replace("seconds = 60", "").replace('channels = ["trang"]', 'channels = ["x"]')
    assert len(mistakes(rest=rest)) == 2


def test_a_broken_message_file_of_the_folder_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "hong.md").write_text("không có phần khai báo", encoding="utf-8")
    assert mistakes(f'{CAMPAIGN}messages_from = "."\n', folder=tmp_path)[0].startswith("./hong.md, dòng 1: ")


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("[campaign\n", " ở dòng 1"),
        ("x = 2026-02-30", " ở dòng 1"),
        ('a = 1\nb = "', " ở cuối tệp"),
        (f"x = {'9' * 5000}", ""),
        (f"x = {'[' * 5000}", ""),
    ],
)
def test_a_file_that_is_not_toml_says_where(source: str, where: str) -> None:
    with pytest.raises(WrongUse, match=f"^thu.toml: sai cú pháp TOML{where}.*; hãy xem lại") as caught:
        read_plan(source, "thu.toml", ROOT)
    assert "at " not in str(caught.value)


# ---------------------------------------------------------------- the guide


def tables(table: Table, path: str = "") -> Iterator[tuple[str, dict[str, Key]]]:
    """Every table of the schema with its keys; tables within tables after them."""
    yield path, dict(table.keys)
    for name, key in table.keys.items():
        inner = key.shape.of if isinstance(key.shape, Many | Named) else key.shape
        if isinstance(inner, Table):
            yield from tables(inner, f"{path}.{name}" if path else name)


def documented() -> dict[str, dict[str, str]]:
    """The keys of the guide with what it says of their default, by table."""
    found: dict[str, dict[str, str]] = {}
    for title, body in re.findall(r"^##+ (`.+)\n((?:(?!^##).*\n)*)", GUIDE, re.MULTILINE):
        keys = dict(re.findall(r"^\| `(\w+)` \|.*\| ?(.*?) ?\|$", body, re.MULTILINE))
        for name in re.findall(r"`\[*(\w+)(?:\.KEY)?\]*`", title):
            found[name] = keys
    return found


def test_the_guide_has_every_key_and_no_other() -> None:
    schema = {path.rpartition(".")[2]: list(keys) for path, keys in tables(PLAN) if path}
    assert {name: list(keys) for name, keys in documented().items()} == schema
    assert set(dict(tables(PLAN))[""]) == {path.partition(".")[0] for path, _ in tables(PLAN) if path}


def test_the_guide_says_which_keys_are_required_and_the_defaults_of_the_schema() -> None:
    guide = documented()
    for path, keys in tables(PLAN):
        for name, key in keys.items() if path else ():
            said = guide[path.rpartition(".")[2]][name]
            assert (said == "required") == key.required, (path, name)
            if isinstance(key.default, bool | int | str) and key.default != "":
                assert said == f"`{json.dumps(key.default)}`", (path, name)


def paths(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, entry in value.items():
            at = f"{path}.{name}" if path else name
            yield at
            yield from paths(entry, re.sub(r"^pillars\.\w+$", "pillars", at))
    if isinstance(value, list):
        for entry in value:
            yield from paths(entry, path)


def test_the_example_uses_every_key_that_is_not_another_way_to_say_the_same() -> None:
    used = set(paths(tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))))
    known = {f"{path}.{name}" if path else name for path, keys in tables(PLAN) for name in keys}
    assert known - used == ALTERNATIVES


def test_the_smallest_file_of_the_guide_can_be_read() -> None:
    (source,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert read_plan(source, "nho.toml", ROOT).what.aims[0].weekly == 7
