"""The review sheet as an .xlsx file: its columns, its look, and how its cells are read back (openpyxl)."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from campaign.errors import Problem
from content.language import Severity

RULES_PAGE, GUIDE_PAGE, PRINTED_PAGE = "Quy tắc", "Hướng dẫn", "Bản in"
_PAGES = (RULES_PAGE, PRINTED_PAGE)
BLANK_ROWS = 60  # for new rules
_MOST_ROWS = 5_000

LEVELS = {
    Severity.ERROR: "lỗi", Severity.WARNING: "cảnh báo", Severity.SUGGESTION: "gợi ý", Severity.OFF: "tắt",
}  # fmt: skip
REVIEWS = {"pending": "chờ rà soát", "reviewed": "đã rà soát", "disputed": "cần bàn thêm"}
GROUPS = {
    "naming": "gọi tên bệnh", "people": "gọi người", "blame": "đổ lỗi", "drugs": "ma túy", "sexwork": "mại dâm",
    "gender": "giới và xu hướng tính dục", "fear": "gây sợ, xa lánh", "claims": "sai sự thật",
    "privacy": "lộ riêng tư", "english": "tiếng Anh", "home": "của nơi này",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column: `name` is the field of a rule (a severity with its register), `width` in characters."""

    name: str
    title: str
    width: int


COLUMNS = (
    Column("id", "mã", 24),
    Column("group", "nhóm", 14),
    Column("patterns", "mẫu", 48),
    Column("antipatterns", "ngoại lệ", 36),
    Column("severity.public", "mức đại chúng", 12),
    Column("severity.official", "mức chính thức", 12),
    Column("severity.testimony", "mức lời kể", 12),
    Column("alternatives", "gợi ý thay", 26),
    Column("reason", "lý do", 42),
    Column("source", "nguồn", 26),
    Column("examples_bad", "ví dụ sai", 42),
    Column("examples_ok", "ví dụ đúng", 42),
    Column("review", "tình trạng rà soát", 16),
    Column("note", "ý kiến người rà soát", 36),
)

_GUIDE = (
    "Bảng này có mọi quy tắc mà chương trình dùng để tìm lời nói kỳ thị, sai sự thật hoặc làm lộ người có HIV. "
    "Người hiểu rõ nhất lời nói nào làm đau là chính người sống với HIV: ý kiến của bạn quyết định quy tắc nào "
    "đúng.",
    f"1. Mở trang “{RULES_PAGE}”. Mỗi dòng là một quy tắc. Trong một ô, mỗi mẫu, mỗi ví dụ, mỗi gợi ý nằm riêng "
    "một dòng (xuống dòng trong ô bằng Alt+Enter; ở LibreOffice là Ctrl+Enter).",
    "2. Đọc lý do, ví dụ sai và ví dụ đúng trước; cột “mẫu” chỉ cần xem khi muốn sửa cách tìm.",
    "3. Chọn mức cho từng giọng văn: lỗi (chưa duyệt được), cảnh báo, gợi ý, tắt. Đại chúng là bài đăng và lời "
    "phát thanh; chính thức là kế hoạch, báo cáo; lời kể là người trong cuộc nói về chính mình.",
    "4. Sửa thẳng gợi ý thay, lý do, ví dụ nếu chưa ổn. Ghi điều muốn nói vào cột “ý kiến người rà soát”.",
    "5. Chọn tình trạng: đã rà soát nếu đồng ý với dòng ấy, cần bàn thêm nếu chưa.",
    "6. Thêm quy tắc mới ở các dòng trống cuối bảng: để trống cột “mã”, điền mẫu, ba mức, lý do, nguồn và ít nhất "
    "một ví dụ sai, một ví dụ đúng. Trong mẫu, (a|b) là a hoặc b, [a] là có hay không cũng được, ... là vài từ "
    "bất kỳ. Quy tắc mới tìm cả trong câu phủ định.",
    "7. Muốn bỏ một quy tắc thì chọn tắt ở cả ba mức. Xóa dòng không làm quy tắc mất đi.",
    "8. Lưu tệp dạng .xlsx rồi gửi lại người quản trị. Họ nhập bằng lệnh: lantoa rules review TỆP.xlsx",
    "Chỉ những ô bạn đã sửa mới được nhập, nên nhiều người có thể rà soát trên nhiều bản. Cột “mã” được khóa để "
    "mỗi dòng vẫn là quy tắc ấy. Nếu một ví dụ không còn khớp với mẫu, cả bảng được trả lại kèm số dòng, không "
    "nhập nửa chừng.",
)


@dataclass(frozen=True)
class Row:
    """A row of the rules page: its number as the program shows it, and its cells by the names of COLUMNS."""

    number: int
    cells: Mapping[str, str]


def choices(name: str) -> Mapping[Any, str]:
    """What a column takes, as value -> label; empty for a column that takes any text."""
    if name.startswith("severity."):
        return LEVELS
    return REVIEWS if name == "review" else {}


def save(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    """Write a sheet with these rows, all of it or nothing."""
    book = Workbook()
    guide = book.active
    _write_guide(guide)
    _write_rules(book.create_sheet(RULES_PAGE), rows)
    printed = book.create_sheet(PRINTED_PAGE)
    printed.sheet_state = "veryHidden"
    _write_cells(printed, rows)
    part = path.with_name(f"{path.name}.part")
    try:
        book.save(part)
        part.replace(path)
    except (PermissionError, FileNotFoundError) as error:
        raise Problem(f'Không ghi được "{path}"; hãy chọn một thư mục có sẵn và ghi được.') from error
    finally:
        part.unlink(missing_ok=True)


def load(path: Path) -> tuple[list[Row], dict[str, dict[str, str]]]:
    """The filled rows of a sheet, and what was printed on it by rule id. Raises Problem where it is no such sheet."""
    if not path.is_file():
        raise Problem(f'Không có tệp "{path}"; hãy xem lại tên.')
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of the decorations that it will not keep
            book = load_workbook(path, read_only=True)
            lines = {name: list(book[name].iter_rows(values_only=True, max_row=_MOST_ROWS)) for name in _PAGES
                     if name in book.sheetnames}  # fmt: skip
            book.close()
    except Exception as error:  # a file that is no workbook breaks openpyxl in a dozen ways
        raise Problem(f'Không đọc được "{path}"; hãy lưu lại bảng rà soát ở dạng .xlsx.') from error
    if RULES_PAGE not in lines:
        raise Problem(f'Tệp "{path}" không có trang “{RULES_PAGE}”; hãy dùng bảng in bằng lệnh lantoa rules sheet.')
    printed = {row.cells["id"]: dict(row.cells) for row in _rows(PRINTED_PAGE, lines.get(PRINTED_PAGE, []))}
    return _rows(RULES_PAGE, lines[RULES_PAGE]), printed


def _rows(page: str, lines: Sequence[Sequence[Any]]) -> list[Row]:
    if not lines and page == PRINTED_PAGE:
        return []
    titles = [_text(value).strip() for value in lines[0]] if lines else []
    missing = next((column.title for column in COLUMNS if column.title not in titles), None)
    if missing:
        raise Problem(f"Trang “{page}” thiếu cột “{missing}”; hãy giữ nguyên dòng tiêu đề như khi in.")
    rows = []
    for number, values in enumerate(lines[1:], start=2):
        cells = dict(zip(titles, map(_text, values), strict=False))
        if any(text.strip() for text in cells.values()):
            rows.append(Row(number, {column.name: cells.get(column.title, "") for column in COLUMNS}))
    return rows


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _write_cells(page: Worksheet, rows: Sequence[Mapping[str, str]]) -> None:
    page.append([column.title for column in COLUMNS])
    for number, row in enumerate(rows, start=2):
        for place, column in enumerate(COLUMNS, start=1):
            cell = page.cell(number, place, row[column.name])
            cell.data_type = "s"  # a text that begins with "=" is no formula


def _write_rules(page: Worksheet, rows: Sequence[Mapping[str, str]]) -> None:
    _write_cells(page, rows)
    last = len(rows) + 1 + BLANK_ROWS
    wrapped = Alignment(wrap_text=True, vertical="top")
    for place, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(place)
        page.column_dimensions[letter].width = column.width
        head = page.cell(1, place)
        head.font, head.alignment = Font(bold=True), wrapped
        head.fill = PatternFill("solid", fgColor="DDE8F0")
        for number in range(2, last + 1):
            cell = page.cell(number, place)
            cell.alignment = wrapped
            printed = number <= len(rows) + 1
            cell.protection = Protection(locked=column.name == "group" or (column.name == "id" and printed))
        if labels := choices(column.name):
            _offer(page, f"{letter}2:{letter}{last}", list(labels.values()))
    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{last}"
    page.protection.sheet = True
    for allowed in ("formatColumns", "formatRows", "autoFilter", "sort"):
        setattr(page.protection, allowed, False)  # False: not forbidden
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "1:1"


def _offer(page: Worksheet, cells: str, labels: Sequence[str]) -> None:
    """A drop-down list; what is not in it is refused when it is typed."""
    offer = DataValidation(type="list", formula1=f'"{",".join(labels)}"', allow_blank=True, showErrorMessage=True)
    offer.errorTitle, offer.error = "Chưa đúng", f"Hãy chọn một trong: {', '.join(labels)}."
    page.add_data_validation(offer)
    offer.add(cells)


def _write_guide(page: Worksheet) -> None:
    page.title = GUIDE_PAGE
    page.column_dimensions["A"].width = 120
    page.append(["Bảng rà soát quy tắc ngôn ngữ của Lan Tỏa"])
    page["A1"].font = Font(bold=True, size=14)
    for line in _GUIDE:
        page.append([line])
    for (cell,) in page.iter_rows(min_row=2, max_col=1):
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.protection.sheet = True
