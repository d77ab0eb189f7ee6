"""`lantoa rules`: the rules listed, printed for review and taken back in."""

import json
from pathlib import Path

import pytest

from content.language import DEFAULT
from tests.campaign.command_line import failed, init, lantoa
from tests.campaign.test_review_sheet import NEW, Sheet


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return init(tmp_path_factory.mktemp("cli") / "nhà")


def test_all_rules_are_listed() -> None:
    rows = json.loads(lantoa("rules", "list", "--json").stdout)
    assert [row["id"] for row in rows] == list(DEFAULT.rules)
    sida = next(row for row in rows if row["id"] == "naming.sida")
    assert (sida["group"], sida["severity"]["public"], sida["review"]) == ("naming", "error", "pending")
    assert sida["patterns"] == list(DEFAULT.rules["naming.sida"].patterns)
    line = next(line for line in lantoa("rules", "list").stdout.splitlines() if line.startswith("naming.sida  "))
    assert "  lỗi / lỗi / " in line and "  chờ rà soát  " in line and line.endswith(sida["reason"])


def test_a_review_goes_from_the_sheet_into_the_home_and_back_out(made: Path, tmp_path: Path) -> None:
    file = tmp_path / "rà soát.xlsx"
    assert lantoa("rules", "sheet", file).stdout == f'Đã in {len(DEFAULT.rules)} quy tắc vào "{file}".\n'
    sheet = Sheet(file)
    row = sheet.change("naming.sida", mức_đại_chúng="cảnh báo", tình_trạng_rà_soát="đã rà soát")
    new = sheet.add(NEW)

    answer = lantoa("rules", "review", file, "--home", made)
    assert answer.stdout.splitlines() == [
        f"Dòng {row}, naming.sida: mức đại chúng: “lỗi” → “cảnh báo”; "
        "tình trạng rà soát: “chờ rà soát” → “đã rà soát”.",
        f"Dòng {new}, home.nguoi-ay-bi-dinh: quy tắc mới.",
        "Đã nhập 2 quy tắc.",
    ], answer.stderr
    assert lantoa("rules", "review", file, "--home", made).stdout == "Bảng không có gì mới.\n"

    rows = {row["id"]: row for row in json.loads(lantoa("rules", "list", "--home", made, "--json").stdout)}
    assert rows["naming.sida"]["severity"]["public"] == "warning"
    assert "home.nguoi-ay-bi-dinh" in rows and len(rows) == len(DEFAULT.rules) + 1
    (tmp_path / "bài.txt").write_text("Người ấy bị dính rồi.", encoding="utf-8")
    assert "home" not in lantoa("check", tmp_path / "bài.txt").stdout
    assert lantoa("check", tmp_path / "bài.txt", "--home", made).stdout.count("→ có HIV") == 1
    again = lantoa("rules", "sheet", tmp_path / "lần hai.xlsx", "--home", made)
    assert str(len(rows)) in again.stdout


def test_a_sheet_with_mistakes_changes_nothing(made: Path, tmp_path: Path) -> None:
    before = lantoa("rules", "list", "--home", made, "--json").stdout
    file = tmp_path / "b.xlsx"
    assert lantoa("rules", "sheet", file).returncode == 0
    sheet = Sheet(file)
    good, bad = sheet.change("naming.et", mức_lời_kể="tắt"), sheet.change("people.innocent", mức_đại_chúng="nặng")
    answer = lantoa("rules", "review", file, "--home", made)
    assert (answer.returncode, answer.stdout) == (1, "")
    first, last = answer.stderr.splitlines()
    assert good != bad and first.startswith(f"Dòng {bad}: cột “mức đại chúng” không nhận “nặng”")
    assert last == "Chưa nhập gì; hãy sửa các dòng trên rồi nhập lại."
    assert lantoa("rules", "list", "--home", made, "--json").stdout == before


def test_what_is_no_sheet_is_said(made: Path, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_text("không phải bảng", encoding="utf-8")
    assert "Không đọc được" in failed(lantoa("rules", "review", tmp_path / "x.xlsx", "--home", made), 1)
    assert "đã có" in failed(lantoa("rules", "sheet", tmp_path / "x.xlsx"), 1)
