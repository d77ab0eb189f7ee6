"""A loudspeaker script as a Word document, for the person who reads it and then signs that it was aired.

A script is none of the document types of Nghị định 30/2020/NĐ-CP; it takes the decree's paper, margins, font and
page numbers (Phụ lục I; loudspeaker.md section 4) so that it lies in the file of an office without looking foreign.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from channels.script import Script, approval_line, facts, lines, source_line, unread_line

FONT = "Times New Roman"
# Times New Roman has no ballot box; Word would otherwise pick a font by chance.
BOX_FONT = "Segoe UI Symbol"
LANGUAGE = "vi-VN"
_SCRIPTS = ("ascii", "hAnsi", "eastAsia", "cs")
_LEFT, _CENTER = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER

# name: (points, bold, italic, alignment, points before, points after, line spacing, stays with the next paragraph)
_STYLES: dict[str, tuple[float, bool, bool, WD_ALIGN_PARAGRAPH, float, float, float, bool]] = {
    "Normal": (13, False, False, _LEFT, 0, 0, 1.0, False),
    "Header": (13, False, False, _CENTER, 0, 0, 1.0, False),
    "Title": (15, True, False, _CENTER, 20, 2, 1.0, True),
    "Heading 1": (13, True, False, _LEFT, 14, 5, 1.0, True),
    "Heading 2": (15, True, False, _CENTER, 0, 12, 1.15, True),
    "Tên cơ quan": (13, False, False, _CENTER, 0, 0, 1.0, True),
    "Ô bảng": (13, False, False, _LEFT, 4, 4, 1.0, False),
    "Bản đọc": (17, False, False, _LEFT, 0, 10, 1.5, False),
    "Lời mở và kết": (17, False, True, _LEFT, 0, 10, 1.5, False),
    "Ghi chú": (12, False, False, _LEFT, 6, 0, 1.0, False),
}
# What Word itself needs, and the ruled table.
_BUILT_IN = frozenset({"Default Paragraph Font", "Normal Table", "No List", "Table Grid"})


def to_docx(script: Script) -> bytes:
    """The script as a .docx: header, text in large type, "Cách đọc", the approval and the sheet to fill in.

    The same script gives the same bytes, so that a reprint can be told from a change.
    """
    document = Document()
    _page(document)
    _dress(document)
    _properties(document, script)
    _heading(document, script)
    _reading(document, script)
    _hints(document, script)
    _notes(document, script)
    _sheet(document, script)
    return _packed(document)


# ---------------------------------------------------------------- the page


def _page(document: DocumentObject) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    field = _element("w:fldSimple", instr="PAGE")
    section.header.paragraphs[0]._p.append(field)


def _dress(document: DocumentObject) -> None:
    """Set font, language and the styles; the template's other styles go, its theme fonts would win over named ones."""
    styles = document.styles
    for style in list(styles):
        if style.name not in _STYLES and style.name not in _BUILT_IN:
            style.delete()
    for link in list(styles.element.iter(qn("w:link"))):
        link.getparent().remove(link)
    for fonts in styles.element.iter(qn("w:rFonts")):
        _set_font(fonts, FONT)
    for language in styles.element.iter(qn("w:lang")):
        for use in ("val", "eastAsia"):
            language.set(qn(f"w:{use}"), LANGUAGE)
    # 15: laid out as by Word 2013 and later, without "Compatibility Mode" in the title bar.
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
    known = {style.name for style in styles}
    for name, look in _STYLES.items():
        _set_style(styles[name] if name in known else _new_style(document, name), look)
    for name in ("Bản đọc", "Lời mở và kết"):
        styles[name].paragraph_format.keep_together = True


def _new_style(document: DocumentObject, name: str) -> Any:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.quick_style = True
    return style


def _set_style(
    style: ParagraphStyle, look: tuple[float, bool, bool, WD_ALIGN_PARAGRAPH, float, float, float, bool]
) -> None:
    size, bold, italic, alignment, before, after, spacing, keep = look
    font, paragraph = style.font, style.paragraph_format
    font.name, font.size, font.bold, font.italic = FONT, Pt(size), bold, italic
    font.color.rgb = RGBColor(0, 0, 0)
    _set_font(style.element.rPr.rFonts, FONT)
    paragraph.alignment, paragraph.line_spacing, paragraph.keep_with_next = alignment, spacing, keep
    paragraph.space_before, paragraph.space_after = Pt(before), Pt(after)
    paragraph.widow_control = True
    for border in style.element.pPr.findall(qn("w:pBdr")):
        style.element.pPr.remove(border)


def _set_font(fonts: Any, name: str) -> None:
    fonts.attrib.clear()
    for use in _SCRIPTS:
        fonts.set(qn(f"w:{use}"), name)


def _properties(document: DocumentObject, script: Script) -> None:
    properties = document.core_properties
    properties.title, properties.author = script.title, script.station
    properties.subject, properties.language = "Bản đọc phát thanh", LANGUAGE
    properties.comments, properties.last_modified_by = "", script.station
    at = datetime(script.approved_on.year, script.approved_on.month, script.approved_on.day)  # noqa: DTZ001 (a day)
    properties.created = properties.modified = at


# ---------------------------------------------------------------- parts


def _heading(document: DocumentObject, script: Script) -> None:
    if script.unit:
        document.add_paragraph(script.unit.upper(), "Tên cơ quan")
    station = document.add_paragraph(style="Tên cơ quan")
    station.add_run(script.station.upper()).bold = True
    _rule(document, inset=60)
    document.add_paragraph("BẢN ĐỌC PHÁT THANH", "Title")
    document.add_paragraph(script.title, "Heading 2")
    cells = facts(script)
    table = _table(document, rows=len(cells) // 2, widths=(33, 54, 28, 45))
    for number, (label, value) in enumerate(cells):
        row = table.rows[number // 2]
        _write(row.cells[number % 2 * 2], label, bold=True)
        _write(row.cells[number % 2 * 2 + 1], value)


def _reading(document: DocumentObject, script: Script) -> None:
    gap = document.add_paragraph()
    gap.paragraph_format.space_after = Pt(6)
    for style, part in (
        ("Lời mở và kết", script.opening),
        ("Bản đọc", script.text),
        ("Lời mở và kết", script.closing),
    ):
        for paragraph in "\n".join(lines(part)).split("\n\n"):
            if paragraph:
                document.add_paragraph(paragraph, style)


def _hints(document: DocumentObject, script: Script) -> None:
    if script.hints:
        document.add_paragraph("Cách đọc", "Heading 1")
        table = _table(document, rows=len(script.hints), widths=(45, 115))
        for row, (token, how) in zip(table.rows, script.hints, strict=True):
            _write(row.cells[0], token, bold=True)
            _write(row.cells[1], how)
    if script.unread:
        document.add_paragraph(style="Ghi chú").add_run(unread_line(script)).bold = True


def _notes(document: DocumentObject, script: Script) -> None:
    if script.sources:
        document.add_paragraph(source_line(script), "Ghi chú")
    document.add_paragraph(style="Ghi chú").add_run(approval_line(script)).italic = True


def _sheet(document: DocumentObject, script: Script) -> None:
    """What the person on duty fills in: never torn over two pages."""
    title = document.add_paragraph("PHIẾU XÁC NHẬN PHÁT", "Heading 1")
    title.alignment, title.paragraph_format.space_before = _CENTER, Pt(24)
    document.add_paragraph(f"{script.title} – mã bài {script.key}", "Tên cơ quan").paragraph_format.space_after = Pt(6)
    table = _table(document, rows=4, widths=(80, 80))
    _tick(table.cell(0, 0), "Đã phát")
    _tick(table.cell(0, 1), "Không phát")
    _write(table.cell(1, 0), "Giờ phát thực tế: ....... giờ .......")
    _write(table.cell(1, 1), "Số lần phát: .......")
    reason = table.cell(2, 0).merge(table.cell(2, 1))
    _write(reason, "Lý do nếu không phát:")
    dots = reason.add_paragraph("\t", "Ô bảng")
    dots.paragraph_format.tab_stops.add_tab_stop(Mm(155), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    _write(table.cell(3, 0), "Ngày ....... tháng ....... năm ...........")
    _signature(table.cell(3, 1), script.operator)
    for row in table.rows:
        for paragraph in _paragraphs(row.cells):
            paragraph.paragraph_format.keep_with_next = True
    document.add_paragraph("Ghi phiếu ngay sau khi phát rồi gửi lại cho người phụ trách.", "Ghi chú")


def _signature(cell: _Cell, operator: str) -> None:
    _write(cell, "Người trực", bold=True)
    cell.add_paragraph("", "Ô bảng").add_run("(ký, ghi rõ họ tên)").italic = True
    space = cell.add_paragraph(operator, "Ô bảng")
    space.paragraph_format.space_before = Mm(18)
    for paragraph in cell.paragraphs:
        paragraph.alignment = _CENTER


def _tick(cell: _Cell, label: str) -> None:
    paragraph = _write(cell, "")
    box = paragraph.add_run("☐")
    box.font.name = BOX_FONT
    _set_font(box._r.rPr.rFonts, BOX_FONT)  # type: ignore[union-attr]
    paragraph.add_run(f" {label}").bold = True


# ---------------------------------------------------------------- pieces of Word


def _table(document: DocumentObject, rows: int, widths: Sequence[float]) -> Table:
    """A ruled table with columns of these millimetres and rows that never break over two pages."""
    table: Table = document.add_table(rows, len(widths), "Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
    return table


def _write(cell: _Cell, text: str, bold: bool = False) -> Paragraph:
    paragraph: Paragraph = cell.paragraphs[0]
    paragraph.style = "Ô bảng"
    if text:
        paragraph.add_run(text).bold = bold or None
    return paragraph


def _paragraphs(cells: Iterable[_Cell]) -> Iterable[Paragraph]:
    return (paragraph for cell in cells for paragraph in cell.paragraphs)


def _rule(document: DocumentObject, inset: float) -> None:
    """A short line, `inset` millimetres in from both margins."""
    paragraph = document.add_paragraph()
    border = _element("w:pBdr")
    border.append(_element("w:top", val="single", sz="6", space="1", color="000000"))
    # First, because the schema wants the border before the spacing and indents that python-docx puts after it.
    paragraph._p.get_or_add_pPr().append(border)
    look = paragraph.paragraph_format
    look.left_indent = look.right_indent = Mm(inset)
    look.space_before, look.line_spacing = Pt(3), Pt(4)


def _element(tag: str, **values: str) -> Any:
    element = OxmlElement(tag)
    for name, value in values.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _packed(document: DocumentObject) -> bytes:
    """The document's bytes with one fixed date in the zip, which otherwise takes the machine's clock."""
    written, packed = BytesIO(), BytesIO()
    document.save(written)
    with ZipFile(written) as old, ZipFile(packed, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(ZipInfo(name), old.read(name), ZIP_DEFLATED)
    return packed.getvalue()
