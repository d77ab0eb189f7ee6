"""The review sheet: what is printed comes back unchanged, what reviewers change holds in the home, all or nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from campaign import house_rules, review_sheet
from campaign.errors import Problem, WrongUse
from campaign.home import Home
from campaign.models import RuleReview
from campaign.review_book import COLUMNS, GUIDE_PAGE, LEVELS, PRINTED_PAGE, RULES_PAGE
from content.language import DEFAULT, Severity, check

TODAY = date(2026, 11, 16)
LATER = date(2026, 12, 1)
TITLES = [column.title for column in COLUMNS]
NEW = {
    "mẫu": "người ấy bị dính", "mức đại chúng": "lỗi", "mức chính thức": "lỗi", "mức lời kể": "tắt",
    "gợi ý thay": "có HIV", "lý do": "Nói “bị dính” nghe như một cái bẫy; hãy viết “có HIV”.",
    "nguồn": "Buổi rà soát, 2026", "ví dụ sai": "Hôm qua người ấy bị dính.", "ví dụ đúng": "Người ấy có HIV.",
}  # fmt: skip


class Sheet:
    """A printed sheet as a reviewer has it open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = load_workbook(path)
        self.page: Worksheet = self.book[RULES_PAGE]

    def row_of(self, rule: str) -> int:
        return next(cell.row for cell in self.page["A"] if cell.value == rule)

    def put(self, row: int, **cells: Any) -> "Sheet":
        return self.fill(row, cells)

    def fill(self, row: int, cells: Mapping[str, Any]) -> "Sheet":
        for title, value in cells.items():
            self.page.cell(row, TITLES.index(title) + 1).value = value
        self.book.save(self.path)
        return self

    def change(self, rule: str, **cells: Any) -> int:
        row = self.row_of(rule)
        self.fill(row, {title.replace("_", " "): value for title, value in cells.items()})
        return row

    def add(self, cells: Mapping[str, Any]) -> int:
        row = len(FEW.rules) + 3
        while self.page.cell(row, 3).value:
            row += 1
        self.fill(row, cells)
        return row


# A sheet of a few rules is one, too, and is written faster.
FEW = replace(DEFAULT, rules={name: DEFAULT.rules[name] for name in ("naming.sida", "naming.et", "people.innocent")})


@pytest.fixture
def sheet(home: Home, tmp_path: Path) -> Sheet:
    review_sheet.write(FEW, tmp_path / "bảng.xlsx")
    return Sheet(tmp_path / "bảng.xlsx")


def taken_in(sheet: Sheet, home: Home, day: date = TODAY) -> int:
    """Read a sheet and store it; the number of rules that changed."""
    review = review_sheet.read(sheet.path, day)
    assert review.problems == []
    return house_rules.store(review.values, None, home.clock.now())


def problems(sheet: Sheet) -> list[str]:
    return review_sheet.read(sheet.path, TODAY).problems


def test_every_rule_is_a_row_with_all_that_a_reviewer_needs(tmp_path: Path) -> None:
    review_sheet.write(DEFAULT, tmp_path / "b.xlsx")
    sheet = Sheet(tmp_path / "b.xlsx")
    assert [cell.value for cell in sheet.page[1]] == TITLES
    rows = {row[0]: row for row in sheet.page.iter_rows(min_row=2, values_only=True) if row[0]}
    assert set(rows) == set(DEFAULT.rules)
    rule = DEFAULT.rules["naming.sida"]
    row = dict(zip(TITLES, rows["naming.sida"], strict=True))
    assert row["mẫu"].splitlines() == list(rule.patterns)
    assert row["ví dụ sai"].splitlines() == list(rule.examples_bad)
    assert (row["nhóm"], row["mức đại chúng"], row["lý do"]) == ("gọi tên bệnh", "lỗi", rule.reason)
    assert row["tình trạng rà soát"] == "chờ rà soát"


def test_the_sheet_guides_its_reader(sheet: Sheet) -> None:
    assert sheet.book.sheetnames[0] == GUIDE_PAGE and sheet.book.active.title == GUIDE_PAGE
    guide = " ".join(cell.value for cell in sheet.book[GUIDE_PAGE]["A"])
    assert all(level in guide for level in LEVELS.values()) and "lantoa rules review" in guide
    assert sheet.page.freeze_panes == "B2"
    assert sheet.page["C2"].alignment.wrap_text and sheet.page.column_dimensions["C"].width > 40
    assert sheet.book[PRINTED_PAGE].sheet_state == "veryHidden"


def test_levels_and_states_are_chosen_from_a_list(sheet: Sheet) -> None:
    offered = {str(rule.sqref).partition("2:")[0]: rule.formula1 for rule in sheet.page.data_validations.dataValidation}
    assert offered["E"] == offered["F"] == offered["G"] == '"lỗi,cảnh báo,gợi ý,tắt"'
    assert offered["M"] == '"chờ rà soát,đã rà soát,cần bàn thêm"'


def test_the_id_of_a_printed_rule_is_locked_and_the_rest_is_open(sheet: Sheet) -> None:
    blank = len(FEW.rules) + 2
    assert sheet.page.protection.sheet
    assert sheet.page["A2"].protection.locked and not sheet.page.cell(blank, 1).protection.locked
    assert not sheet.page["C2"].protection.locked and not sheet.page["N2"].protection.locked


def test_a_text_that_begins_like_a_formula_stays_a_text(home: Home, tmp_path: Path) -> None:
    house_rules.store({"naming.sida": {"note": "=1+1"}}, None, home.clock.now())
    review_sheet.write(house_rules.rules_in_force(), tmp_path / "b.xlsx")
    again = Sheet(tmp_path / "b.xlsx")
    cell = again.page.cell(again.row_of("naming.sida"), TITLES.index("ý kiến người rà soát") + 1)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert taken_in(again, home) == 0


def test_a_sheet_as_printed_changes_nothing(sheet: Sheet, home: Home) -> None:
    assert taken_in(sheet, home) == 0
    assert RuleReview.select().count() == 0


def test_a_changed_level_holds_from_today_on(sheet: Sheet, home: Home) -> None:
    row = sheet.change("naming.sida", mức_đại_chúng="cảnh báo", tình_trạng_rà_soát="đã rà soát")
    (change,) = review_sheet.read(sheet.path, TODAY).changes
    assert change.sentence == (
        f"Dòng {row}, naming.sida: mức đại chúng: “lỗi” → “cảnh báo”; tình trạng rà soát: “chờ rà soát” → “đã rà soát”."
    )
    assert taken_in(sheet, home) == 1
    rule = house_rules.rules_in_force().rules["naming.sida"]
    assert rule.severity["public"] == Severity.WARNING
    assert rule.severity["official"] == DEFAULT.rules["naming.sida"].severity["official"]
    assert (rule.review, rule.since) == ("reviewed", TODAY)


def test_a_remark_alone_does_not_make_a_rule_newer(sheet: Sheet, home: Home) -> None:
    sheet.change("naming.sida", ý_kiến_người_rà_soát="Đúng, từ này rất đau.")
    assert taken_in(sheet, home) == 1
    rule = house_rules.rules_in_force().rules["naming.sida"]
    assert (rule.note, rule.since) == ("Đúng, từ này rất đau.", DEFAULT.rules["naming.sida"].since)


def test_taking_a_sheet_in_twice_changes_nothing_more(sheet: Sheet, home: Home) -> None:
    sheet.change("naming.sida", mức_đại_chúng="gợi ý")
    sheet.add(NEW)
    assert taken_in(sheet, home) == 2
    assert taken_in(sheet, home, LATER) == 0
    assert house_rules.rules_in_force().rules["naming.sida"].since == TODAY


def test_what_two_reviewers_change_on_their_own_copies_both_holds(home: Home, tmp_path: Path) -> None:
    for name in ("một.xlsx", "hai.xlsx"):
        review_sheet.write(FEW, tmp_path / name)
    one, two = Sheet(tmp_path / "một.xlsx"), Sheet(tmp_path / "hai.xlsx")
    one.change("naming.sida", mức_đại_chúng="cảnh báo")
    two.change("naming.sida", ý_kiến_người_rà_soát="Nên giữ.")
    two.change("naming.et", mức_lời_kể="tắt")
    assert (taken_in(one, home), taken_in(two, home)) == (1, 2)
    rules = house_rules.rules_in_force().rules
    assert rules["naming.sida"].severity["public"] == Severity.WARNING
    assert rules["naming.sida"].note == "Nên giữ."
    assert rules["naming.et"].severity["testimony"] == Severity.OFF


def test_a_reviewer_may_go_back_to_what_is_shipped(sheet: Sheet, home: Home, tmp_path: Path) -> None:
    sheet.change("naming.sida", mức_đại_chúng="tắt")
    taken_in(sheet, home)
    review_sheet.write(house_rules.rules_in_force(), tmp_path / "sau.xlsx")
    later = Sheet(tmp_path / "sau.xlsx")
    later.change("naming.sida", mức_đại_chúng="lỗi")
    assert taken_in(later, home, LATER) == 1
    rule = house_rules.rules_in_force().rules["naming.sida"]
    assert (rule.severity["public"], rule.since) == (Severity.ERROR, LATER)


def test_a_new_row_becomes_a_rule_of_the_home(sheet: Sheet, home: Home) -> None:
    sheet.add(NEW)
    assert taken_in(sheet, home) == 1
    rules = house_rules.rules_in_force()
    rule = rules.rules["home.nguoi-ay-bi-dinh"]
    assert (rule.since, rule.review, rule.severity["testimony"]) == (TODAY, "pending", Severity.OFF)
    (finding,) = check("Nghe đâu người ấy bị dính.", rules=rules)
    assert (finding.rule, finding.severity, finding.alternatives) == (rule.id, Severity.ERROR, ("có HIV",))
    assert check("Nghe đâu người ấy bị dính.") == []


def test_a_new_row_may_bring_its_own_id(sheet: Sheet, home: Home) -> None:
    sheet.add({**NEW, "mã": "home.bi-dinh"})
    taken_in(sheet, home)
    assert "home.bi-dinh" in house_rules.rules_in_force().rules


def test_what_was_typed_in_another_form_is_the_same(sheet: Sheet, home: Home) -> None:
    rule = DEFAULT.rules["naming.sida"]
    sheet.change("naming.sida", mức_đại_chúng=" Lỗi ", ví_dụ_sai="\r\n\r\n".join(rule.examples_bad) + "\n ")
    assert taken_in(sheet, home) == 0


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"mức_đại_chúng": "nặng"}, "không nhận “nặng”; hãy chọn một trong: lỗi, cảnh báo, gợi ý, tắt."),
        ({"mức_đại_chúng": None}, "cột “mức đại chúng” đang trống; hãy điền thêm."),
        ({"tình_trạng_rà_soát": "ok"}, "cột “tình trạng rà soát” không nhận “ok”"),
        ({"mẫu": "(si đa"}, "ngoặc mở mà không đóng; hãy đóng ngoặc."),
        ({"ngoại_lệ": "{không_có}"}, "hãy"),
        ({"mẫu": None}, "cột “mẫu” đang trống; hãy điền thêm."),
        ({"lý_do": " "}, "cột “lý do” đang trống; hãy điền thêm."),
        ({"ví_dụ_sai": "HIV không phải dấu chấm hết."}, "“HIV không phải dấu chấm hết.” không bị phát hiện; hãy"),
        ({"ví_dụ_đúng": "Anh ấy bị ết."}, "ví dụ đúng “Anh ấy bị ết.” lại bị phát hiện; hãy"),
        ({"mẫu": "thứ khác hẳn"}, "không bị phát hiện; hãy xem lại mẫu, ngoại lệ hoặc ví dụ."),
        ({"mã": "naming.sidaa"}, 'không có quy tắc "naming.sidaa"; hãy sửa mã'),
        ({"mã": "naming.sida"}, 'mã "naming.sida" trùng với dòng 2; hãy giữ một dòng.'),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_row(sheet: Sheet, cells: dict[str, Any], sentence: str) -> None:
    row = sheet.change("naming.et", **cells)
    (found,) = problems(sheet)
    assert found.startswith(f"Dòng {row}: ") and sentence in found


@pytest.mark.parametrize("title", ["lý do", "nguồn", "ví dụ sai", "ví dụ đúng", "mức lời kể"])
def test_a_new_rule_needs_its_cells(sheet: Sheet, title: str) -> None:
    row = sheet.add({**NEW, title: None})
    assert problems(sheet) == [f"Dòng {row}: cột “{title}” đang trống; hãy điền thêm."]


def test_all_mistakes_of_a_sheet_are_named_at_once(sheet: Sheet) -> None:
    rows = [
        sheet.change("naming.sida", mức_đại_chúng="x"),
        sheet.change("naming.et", lý_do=None),
        sheet.add({"lý do": "a"}),
    ]
    assert [problem.partition(":")[0] for problem in problems(sheet)] == [f"Dòng {row}" for row in sorted(rows)]


def test_a_deleted_row_takes_no_rule_away(sheet: Sheet, home: Home) -> None:
    sheet.page.delete_rows(sheet.row_of("naming.sida"))
    sheet.book.save(sheet.path)
    assert taken_in(sheet, home) == 0
    assert "naming.sida" in house_rules.rules_in_force().rules


def test_columns_may_be_moved_but_not_lost(sheet: Sheet, home: Home) -> None:
    first, second = sheet.page["B1"].value, sheet.page["C1"].value
    assert (first, second) == ("nhóm", "mẫu")
    for row in sheet.page.iter_rows(max_row=len(FEW.rules) + 1):
        row[1].value, row[2].value = row[2].value, row[1].value
    sheet.book.save(sheet.path)
    assert taken_in(sheet, home) == 0
    sheet.page["C1"].value = "khác"
    sheet.book.save(sheet.path)
    with pytest.raises(Problem, match="thiếu cột “nhóm”"):
        problems(sheet)


def test_a_sheet_without_its_hidden_page_is_compared_with_the_home(sheet: Sheet, home: Home) -> None:
    del sheet.book[PRINTED_PAGE]
    sheet.change("naming.sida", mức_đại_chúng="gợi ý")
    assert taken_in(sheet, home) == 1


@pytest.mark.parametrize("raw", [b"", b"khong phai bang", b"PK\x03\x04hong"])
def test_another_file_is_refused(home: Home, tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "x.xlsx").write_bytes(raw)
    with pytest.raises(Problem, match="Không đọc được"):
        review_sheet.read(tmp_path / "x.xlsx", TODAY)


def test_a_sheet_that_is_not_there_is_said(home: Home, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="Không có tệp"):
        review_sheet.read(tmp_path / "x.xlsx", TODAY)


def test_a_sheet_is_never_printed_over_another_file(tmp_path: Path) -> None:
    (tmp_path / "b.xlsx").write_bytes(b"da ra soat")
    with pytest.raises(Problem, match="đã có"):
        review_sheet.write(DEFAULT, tmp_path / "b.xlsx")
    with pytest.raises(WrongUse, match=r"\.xlsx"):
        review_sheet.write(DEFAULT, tmp_path / "b.ods")
    with pytest.raises(Problem, match="Không ghi được"):
        review_sheet.write(DEFAULT, tmp_path / "không có" / "b.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["b.xlsx"]
