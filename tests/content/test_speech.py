"""The spoken form, read as a specification: written on the left, said on the right."""

import random
import re
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.speech import (
    DEFAULT,
    Entry,
    Form,
    LexiconError,
    cardinal,
    digits,
    glossary,
    load_lexicon,
    numeral,
    speak,
)

READER = {
    "days": [
        ("Ngày 01/12/2026 là thứ ba.", "Ngày một tháng mười hai năm hai nghìn không trăm hai mươi sáu là thứ ba."),
        ("Mít tinh vào sáng 28/11.", "Mít tinh vào sáng hai mươi tám tháng mười một."),
        ("Từ 10/11 đến 10/12 hằng năm.", "Từ mười tháng mười một đến mười tháng mười hai hằng năm."),
        ("Tháng hành động (10/11-10/12)", "Tháng hành động (mười tháng mười một đến mười tháng mười hai)"),
        ("Khám 12 – 15/11/2026", "Khám mười hai đến mười lăm tháng mười một năm hai nghìn không trăm hai mươi sáu"),
        ("Ngày 10/11, 20/11 và 1/12", "Ngày mười tháng mười một, hai mươi tháng mười một và một tháng mười hai"),
        ("Khám vào ngày 5 và 6/7.", "Khám vào ngày năm và sáu tháng bảy."),
        ("Ngày Không phân biệt đối xử 1/3", "Ngày Không phân biệt đối xử một tháng ba"),
        ("Tối 1-12, ngày 5-7", "Tối một tháng mười hai, ngày năm đến bảy"),
        ("Kỷ niệm 30/4 và 26/6.", "Kỷ niệm ba mươi tháng tư và hai mươi sáu tháng sáu."),
        ("Báo cáo lập 2026-11-20.", "Báo cáo lập hai mươi tháng mười một năm hai nghìn không trăm hai mươi sáu."),
        ("Cập nhật 06.7.2021.", "Cập nhật sáu tháng bảy năm hai nghìn không trăm hai mươi mốt."),
        ("Tháng 4/2027 sơ kết.", "Tháng tư năm hai nghìn không trăm hai mươi bảy sơ kết."),
        ("Trong 11/2026 có hai đợt.", "Trong tháng mười một năm hai nghìn không trăm hai mươi sáu có hai đợt."),
        ("Tháng 11-12/2026", "Tháng mười một đến tháng mười hai năm hai nghìn không trăm hai mươi sáu"),
        ("Quý IV/2026 và quý I.", "Quý bốn năm hai nghìn không trăm hai mươi sáu và quý một."),
        ("Mở cửa T2-T6, nghỉ CN.", "Mở cửa thứ hai đến thứ sáu, nghỉ chủ nhật."),
        ("Từ thứ 2 - thứ 4", "Từ thứ hai đến thứ tư"),
        ("Báo cáo T12, T1-T6, khám T2", "Báo cáo tháng mười hai, tháng một đến tháng sáu, khám thứ hai"),
        ("Lần thứ 1, lần thứ 5", "Lần thứ nhất, lần thứ năm"),
    ],
    "hours": [
        ("Họp lúc 16h30.", "Họp lúc mười sáu giờ ba mươi phút."),
        ("Loa phát 5h00 và 17g05.", "Loa phát năm giờ và mười bảy giờ năm phút."),
        ("Sáng 7:30-11:00", "Sáng bảy giờ ba mươi phút đến mười một giờ"),
        ("Chiều 13h30 – 16h", "Chiều mười ba giờ ba mươi phút đến mười sáu giờ"),
        ("Uống PEP trong 72h đầu.", "Uống PEP trong bảy mươi hai giờ đầu."),
        ("Tư vấn 24/7.", "Tư vấn hai mươi tư trên bảy."),
        ("Trực 24/24h", "Trực hai mươi tư trên hai mươi tư giờ"),
        ("Tư vấn 24/7 cả tuần", "Tư vấn hai mươi tư trên bảy cả tuần"),
        ("Hạn đến 24/7 hằng năm", "Hạn đến hai mươi tư tháng bảy hằng năm"),
    ],
    "telephones": [
        ("Gọi 1900 6068 để hỏi.", "Gọi một chín không không sáu không sáu tám để hỏi."),
        ("hotline 1800-1234", "hotline một tám không không một hai ba bốn"),
        ("SĐT: 0901.234.567", "Số điện thoại: không chín không một hai ba bốn năm sáu bảy"),
        ("Gọi (028) 3000 0000 nhé", "Gọi không hai tám ba không không không không không không không nhé"),
        ("Gọi +84 901 234 567", "Gọi cộng tám bốn chín không một hai ba bốn năm sáu bảy"),
        ("Gọi 113, 114 hoặc 115.", "Gọi một một ba, một một bốn hoặc một một năm."),
        ("Gọi 0275 3 000 111", "Gọi không hai bảy năm ba không không không một một một"),
        ("Tổng đài bảo vệ trẻ em 111", "Tổng đài bảo vệ trẻ em một một một"),
        ("Đã gọi 115 người.", "Đã gọi một trăm mười lăm người."),
        ("Gọi 115 khi cấp cứu, 111 khi cần", "Gọi một một năm khi cấp cứu, một một một khi cần"),
        ("Gọi 0901234567 trước 5/12", "Gọi không chín không một hai ba bốn năm sáu bảy trước năm tháng mười hai"),
    ],
    "documents": [
        ("Nghị định 49/2024/NĐ-CP", "Nghị định bốn mươi chín năm hai nghìn không trăm hai mươi tư nghị định chính phủ"),
        ("Chỉ thị số 07-CT/TW", "Chỉ thị số không bảy chỉ thị trung ương"),
        ("Luật 64/2006/QH11", "Luật sáu mươi tư năm hai nghìn không trăm linh sáu quốc hội mười một"),
        ("Kế hoạch 59-KH/ĐUK", "Kế hoạch năm mươi chín kế hoạch đảng ủy khối"),
        ("Chương trình 15-CTr/TU", "Chương trình mười lăm chương trình tỉnh ủy"),
        ("Hướng dẫn 20-HD/BTGTW", "Hướng dẫn hai mươi hướng dẫn Ban Tuyên giáo Trung ương"),
        ("Quyết định 1246/QĐ-TTg", "Quyết định một nghìn hai trăm bốn mươi sáu quyết định thủ tướng"),
        ("Thông tư 04/2023/TT-BYT", "Thông tư không bốn năm hai nghìn không trăm hai mươi ba thông tư bộ y tế"),
        ("Theo NĐ 11/2026.", "Theo nghị định mười một năm hai nghìn không trăm hai mươi sáu."),
        ("Theo 07-CT/TW, BHYT chi trả", "Theo không bảy chỉ thị trung ương, bảo hiểm y tế chi trả"),
    ],
    "numbers": [
        ("Có 1.234 lượt xét nghiệm.", "Có một nghìn hai trăm ba mươi tư lượt xét nghiệm."),
        ("Mục tiêu 95-95-95.", "Mục tiêu chín mươi lăm chín mươi lăm chín mươi lăm."),
        ("Đạt 87,3%.", "Đạt tám mươi bảy phẩy ba phần trăm."),
        ("Giảm 30-35% số ca.", "Giảm ba mươi đến ba mươi lăm phần trăm số ca."),
        ("Giai đoạn 2021-2030", "Giai đoạn hai nghìn không trăm hai mươi mốt đến hai nghìn không trăm ba mươi"),
        ("Người 15 – 49 tuổi", "Người mười lăm đến bốn mươi chín tuổi"),
        ("Dưới 1,0/100.000 dân", "Dưới một phẩy không trên một trăm nghìn dân"),
        ("Dưới 1.000 trường hợp/năm", "Dưới một nghìn trường hợp một năm"),
        ("Có 5 hộ/10.000 dân ở xã/phường", "Có năm hộ trên mười nghìn dân ở xã, phường"),
        ("Khoảng 1/3 số người", "Khoảng một phần ba số người"),
        ("Hơn 3/4 học viên", "Hơn ba phần tư học viên"),
        ("Đã có 45/50 xã", "Đã có bốn mươi lăm trên năm mươi xã"),
        ("Đạt 5/11 chỉ tiêu", "Đạt năm trên mười một chỉ tiêu"),
        ("Số 12/5 ngõ 7", "Số mười hai trên năm ngõ bảy"),
        ("Dưới 200 bản sao/ml", "Dưới hai trăm bản sao trên mi li lít"),
        ("Uống 1 viên/ngày, 3 tháng/lần", "Uống một viên mỗi ngày, ba tháng một lần"),
        ("Từ ≥18 tuổi, >80%", "Từ mười tám tuổi trở lên, trên tám mươi phần trăm"),
        ("Bảo quản ở -5°C", "Bảo quản ở âm năm độ xê"),
        ("Liều 300mg, cao 1,65 m", "Liều ba trăm mi li gam, cao một phẩy sáu mươi lăm mét"),
        ("Hỗ trợ 500.000đ/người/tháng", "Hỗ trợ năm trăm nghìn đồng mỗi người mỗi tháng"),
        ("Kinh phí 1,5 tỷ đồng, 50 USD", "Kinh phí một phẩy năm tỷ đồng, năm mươi đô la Mỹ"),
        ("Công nghệ 4.0, mục 2.1", "Công nghệ bốn chấm không, mục hai chấm một"),
        ("Mã hồ sơ 0012345", "Mã hồ sơ không không một hai ba bốn năm"),
        ("Ca F0, mạng 5G", "Ca F không, mạng năm G"),
        ("72 giờ đầu. 28 ngày sau.", "Bảy mươi hai giờ đầu. Hai mươi tám ngày sau."),
        ("Từ 1 triệu - 2 triệu đồng", "Từ một triệu đến hai triệu đồng"),
        ("Xếp hạng 3/10, số 3/5 Lê Lợi", "Xếp hạng ba trên mười, số ba trên năm Lê Lợi"),
        ("3 lần/1 tuần, 1 lần/3 tháng", "Ba lần một tuần, một lần mỗi ba tháng"),
        ("300.000đ/CTV", "Ba trăm nghìn đồng mỗi cộng tác viên"),
    ],
    "roman numerals": [
        ("I. MỤC ĐÍCH", "Một. MỤC ĐÍCH"),
        ("Ban Bí thư khóa XIII", "Ban Bí thư khóa mười ba"),
        ("Đại hội XIV, thế kỷ XXI", "Đại hội mười bốn, thế kỷ hai mươi mốt"),
        ("XỬ LÝ VI PHẠM", "XỬ LÝ VI PHẠM"),
        ("Kỳ họp V, vòng I, lớp X", "Kỳ họp năm, vòng một, lớp mười"),
    ],
    "abbreviations": [
        ("BHYT chi trả thuốc ARV.", "Bảo hiểm y tế chi trả thuốc ARV."),
        ("Đến TYT hoặc TTYT gần nhất.", "Đến trạm y tế hoặc trung tâm y tế gần nhất."),
        ("UBND, HĐND và MTTQ xã", "Ủy ban nhân dân, Hội đồng nhân dân và Mặt trận Tổ quốc xã"),
        ("Phòng, chống HIV/AIDS", "Phòng, chống HIV/AIDS"),
        ("Sở GD&ĐT, Sở LĐ-TB&XH", "Sở Giáo dục và Đào tạo, Sở Lao động, Thương binh và Xã hội"),
        ("K=K: hiểu đúng về HIV", "K bằng K: hiểu đúng về HIV"),
        ("PrEP, PEP và BCS", "PrEP, PEP và bao cao su"),
        ("BCS đảng họp", "Ban cán sự đảng họp"),
        ("TT 09 và TT y tế", "Thông tư chín và trung tâm y tế"),
        ("TP. Cần Thơ, TP.HCM", "Thành phố Cần Thơ, Thành phố Hồ Chí Minh"),
        ("P.5, Q. Bình Thạnh", "Phường năm, quận Bình Thạnh"),
        ("Người có H. Hãy sẻ chia.", "Người có H. Hãy sẻ chia."),
        ("Đ/c bí thư; đ/c: thôn 3", "Đồng chí bí thư; địa chỉ: thôn ba"),
        ("Bà N.T.H. (45 tuổi)", "Bà N.T.H. (bốn mươi lăm tuổi)"),
        ("ThS. BS. Hà", "Thạc sĩ bác sĩ Hà"),
        ("Sách, báo, v.v.", "Sách, báo, vân vân."),
        ("V/v tuyên truyền", "Về việc tuyên truyền"),
        ("COVID-19 và CD4", "COVID mười chín và CD bốn"),
        ("Nghỉ CN. Có 300 CN; gặp CN. Hà.", "Nghỉ chủ nhật. Có ba trăm công nhân; gặp cử nhân Hà."),
        ("Tuổi TB 34; TB 34 của xã", "Tuổi trung bình ba mươi tư; thông báo ba mươi tư của xã"),
        ("Khám tại PK OPC", "Khám tại phòng khám ngoại trú"),
    ],
    "brackets that only repeat": [
        ("Đến Trạm Y tế (TYT) xã.", "Đến Trạm Y tế xã."),
        ("Bảo hiểm y tế (gọi tắt là BHYT)", "Bảo hiểm y tế"),
        ("Phát BKT (bơm kim tiêm) sạch", "Phát bơm kim tiêm sạch"),
        ("Trung tâm (CDC) tỉnh", "Trung tâm (Trung tâm Kiểm soát bệnh tật) tỉnh"),
        ("Dự phòng trước phơi nhiễm (PrEP)", "Dự phòng trước phơi nhiễm (PrEP)"),
    ],
    "codes": [
        ("Xe 65B1-012.34", "Xe sáu mươi lăm B một, không một hai ba bốn"),
        ("Mã hồ sơ HS-0125, mã số 48291", "Mã hồ sơ H S không một hai năm, mã số bốn tám hai chín một"),
        ("Ứng dụng v2.0.1, bản v3", "Ứng dụng phiên bản hai chấm không chấm một, bản ba"),
        ("Phim 4K, 350K lượt xem", "Phim bốn K, ba trăm năm mươi nghìn lượt xem"),
        ("Km5+300 QL1A, ĐT.883", "Ki lô mét năm cộng ba trăm quốc lộ một A, đường tỉnh tám tám ba"),
    ],
    "comparisons": [
        ("CD4 ≥ 350, CD4≤200.", "CD bốn lớn hơn hoặc bằng ba trăm năm mươi, CD bốn nhỏ hơn hoặc bằng hai trăm."),
        ("Người ≥ 18 tuổi", "Người từ mười tám tuổi trở lên"),
        ("Dương tính (+), mẫu (-)", "Dương tính, mẫu âm tính"),
    ],
    "addresses and signs": [
        ("Xem https://www.vidu.vn/ nhé.", "Xem vidu chấm vn nhé."),
        ("Thư: tuvan1@vidu.gov.vn.", "Thư: tuvan một a còng vidu chấm gov chấm vn."),
        ("Không phát hiện = Không lây truyền", "Không phát hiện bằng Không lây truyền"),
        ("Bạn tình/bạn chích và/hoặc vợ", "Bạn tình, bạn chích và hoặc vợ"),
        ("Nghe & hiểu 😊 bạn", "Nghe và hiểu bạn"),
        ("Gọi ngay ☎ 115 hoặc 📞 1022", "Gọi ngay một một năm hoặc một không hai hai"),
        ("Trân trọng thông báo./.", "Trân trọng thông báo."),
        ("2 hộp x 50 cái, gấp x2", "Hai hộp nhân năm mươi cái, gấp nhân hai"),
        ("“Đừng kỳ thị”, anh nói: (khẽ) – vâng…", "“Đừng kỳ thị”, anh nói: (khẽ) – vâng…"),
        ("Dòng một\n\n- Dòng hai\n", "Dòng một\n\n- Dòng hai\n"),
    ],
}  # fmt: skip
TTS = [
    ("Người có HIV uống ARV.", "Người có hát i vê uống a rờ vê."),
    ("HIV/AIDS", "Hát i vê ết"),
    ("Dùng PrEP, PEP", "Dùng pờ rép, pép"),
    ("K=K", "Ca bằng ca"),
    ("Uống methadone, đăng Facebook", "Uống mê ta đôn, đăng phây búc"),
    ("Viêm gan B, điểm đ", "Viêm gan bê, điểm đê"),
    ("Nhóm XYZT", "Nhóm ích i dét tê"),
    ("PLHIV ở VN", "Người sống với hát i vê ở Việt Nam"),
    ("Xem vidu.vn", "Xem vidu chấm vê nờ"),
    ("COVID-19, 5G", "Cô vít mười chín, năm giê"),
]
PAIRS = [pair for pairs in READER.values() for pair in pairs]


@pytest.mark.parametrize(("written", "said"), PAIRS)
def test_a_person_is_shown_words(written: str, said: str) -> None:
    assert speak(written).text == said


@pytest.mark.parametrize(("written", "said"), TTS)
def test_a_machine_is_given_sounds(written: str, said: str) -> None:
    assert speak(written, Form.TTS).text == said


@pytest.mark.parametrize("written", [written for written, _ in PAIRS + TTS])
@pytest.mark.parametrize("form", Form)
def test_spoken_text_stays_as_it_is(written: str, form: Form) -> None:
    once = speak(written, form).text
    assert speak(once, form).text == once


def test_the_specification_is_large_enough() -> None:
    assert len(PAIRS) >= 80
    assert len(DEFAULT.abbreviations) >= 250


@pytest.mark.parametrize(
    ("written", "unread"),
    [
        ("Nhóm QWRT và bạn", ["QWRT"]),
        ("Chào 😊 bạn", ["😊"]),
        ("Chia sẻ #kmk * và ^", ["#", "*", "^"]),
        ("Chia sẻ #KhongKyThi #không_kỳ_thị_HIV", ["#"]),
        ("Dấu (/) hay %?", ["/", "%"]),
        ("Xem vidu.vn/a?b=1 nhé", ["vidu.vn/a?b=1"]),
        ("Văn bản 12/QWRT-BYT", ["12/QWRT-BYT"]),
        ("Đêm nay \u0664 người", ["\u0664"]),
        ("Gọi 115 hỏi về HIV, ARV, PrEP, K=K và BHYT", []),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(written: str, unread: list[str]) -> None:
    warnings = speak(written).warnings
    assert [warning.text for warning in warnings] == unread
    assert all(written[w.start : w.end] == w.text and w.message for w in warnings)


def test_places_are_those_of_the_text_as_received() -> None:
    written = "Ho\u0300a\u200b nhịp QWRT"
    (warning,) = speak(written).warnings
    assert (warning.text, written[warning.start : warning.end]) == ("QWRT", "QWRT")


def test_only_the_machine_is_warned_of_foreign_words() -> None:
    assert speak("Thuốc tenofovirx").warnings == ()
    assert [w.text for w in speak("Thuốc tenofovirx", Form.TTS).warnings] == ["tenofovirx"]


def test_the_time_is_counted_on_what_is_heard() -> None:
    spoken = speak("Từ 10/11 đến 10/12/2026, gọi 1900 6068 – HIV.")
    assert spoken.syllables == 30
    assert spoken.seconds() == pytest.approx(10.0)
    assert spoken.seconds(rate=233) == pytest.approx(60 * 30 / 233)
    assert speak("").seconds() == 0
    with pytest.raises(ValueError, match="lớn hơn 0"):
        spoken.seconds(rate=0)


def test_the_glossary_tells_how_to_say_what_stays_on_paper() -> None:
    text = "HIV không phải AIDS. ARV và PrEP giúp K=K; HIV, BHYT, Facebook."
    assert glossary(text) == [
        ("HIV", "hát i vê"),
        ("AIDS", "ết"),
        ("ARV", "a rờ vê"),
        ("PrEP", "pờ rép"),
        ("K=K", "ca bằng ca"),
        ("Facebook", "phây búc"),
    ]
    assert glossary("Không có gì lạ.") == []


def test_an_admin_can_add_an_abbreviation() -> None:
    own = DEFAULT.extended([Entry("QWRT", "quỹ của làng", "", "usage"), Entry("TYT", "trạm xá", "", "usage")])
    assert speak("QWRT và TYT", lexicon=own).text == "Quỹ của làng và trạm xá"
    assert speak("TYT").text == "Trạm y tế"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("abbreviations = [", "cú pháp"),
        ('abbreviations = [{ abbreviation = "A" }]', "đủ các cột"),
        ('abbreviations = [{ abbreviation = "A", expansion = 1, phonetic = "", source = "" }]', "chữ trong dấu nháy"),
        ('abbreviations = [{ abbreviation = "A B", expansion = "", phonetic = "", source = "" }]', "dấu cách"),
        ('abbreviations = "A"', "danh sách"),
        ("units = 1", "cặp"),
    ],
)
def test_a_broken_lexicon_says_what_to_mend(source: str, complaint: str) -> None:
    with pytest.raises(LexiconError, match=complaint):
        load_lexicon(source)


def test_every_row_of_the_lexicon_is_sourced_and_already_spoken() -> None:
    tables = tomllib.loads((files("content") / "data" / "lexicon.toml").read_text(encoding="utf-8"))
    for row in tables["abbreviations"] + tables["words"]:
        entry = Entry(**row)
        assert entry.source in tables["sources"], entry
        assert entry.expansion or entry.phonetic, entry
        assert speak(entry.reader).text in {entry.reader, DEFAULT.abbreviations.get(entry.reader, (entry,))[0].reader}
        heard = speak(entry.tts, Form.TTS)
        assert (heard.text, heard.warnings) == (entry.tts, ()), entry
    for name in ("codes", "units", "letters", "web"):
        for said in tables[name].values():
            assert speak(said, Form.TTS).text == said
    for said in tables["hashtags"].values():
        assert (speak(said).text, speak(said).warnings) == (said, ()), said


def spelled_slowly(value: int) -> str:
    """An independent spelling: the number three digits at a time as text, with the exceptions put in afterwards."""
    names = dict(
        zip("0123456789", ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"), strict=True)
    )
    text = str(value)
    text = text.zfill(-(-len(text) // 3) * 3)
    triples = [text[at : at + 3] for at in range(0, len(text), 3)]
    out = ""
    for place, triple in enumerate(triples):
        h, t, o = triple[0], triple[1], triple[2]
        if triple != "000":
            out += (
                f" {names[h]} trăm {names[t]} mươi {names[o]}"
                + [" ", " nghìn", " triệu", " tỷ", " nghìn"][len(triples) - 1 - place]
            )
        if len(triples) == 5 and place == 1 and triple == "000":
            out += " tỷ"
    for wrong, right in (
        (" không mươi không", ""),
        (" không mươi", " linh"),
        (" một mươi không", " mười"),
        (" một mươi năm", " mười lăm"),
        (" một mươi", " mười"),
        (" mươi không", " mươi"),
        (" mươi một", " mươi mốt"),
        (" mươi bốn", " mươi tư"),
        (" mươi năm", " mươi lăm"),
    ):
        out = out.replace(wrong, right)
    out = re.sub(r"^ không trăm(?: linh)?", "", out)
    return " ".join(out.split())


def test_numbers_agree_with_a_slow_spelling() -> None:
    pick = random.Random(112)  # noqa: S311
    samples = {*range(1, 2_000), *(10**power for power in range(13))}
    samples |= {pick.randrange(10 ** pick.randrange(1, 13)) + 1 for _ in range(5_000)}
    for value in samples:
        assert cardinal(value) == spelled_slowly(value), value


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("0", "không"),
        ("1.000", "một nghìn"),
        ("2026", "hai nghìn không trăm hai mươi sáu"),
        ("1.000.005", "một triệu không trăm linh năm"),
        ("1,5", "một phẩy năm"),
        ("1.5", "một phẩy năm"),
        ("10,05", "mười phẩy không năm"),
        ("0,125", "không phẩy một hai năm"),
        ("129,000", "một trăm hai mươi chín nghìn"),
        ("007", "không không bảy"),
    ],
)
def test_numerals_are_read_as_vietnamese_texts_write_them(written: str, said: str) -> None:
    assert numeral(written) == said


def test_digits_are_named_one_by_one() -> None:
    assert digits("1900 6068") == "một chín không không sáu không sáu tám"
    assert cardinal(-3) == "âm ba"


FRAGMENTS = sorted({word for written, _ in PAIRS + TTS for word in written.split()})


def is_sound(written: str) -> None:
    for form in Form:
        spoken = speak(written, form)
        assert all(written[w.start : w.end] == w.text for w in spoken.warnings)
        places = {place for w in spoken.warnings for place in range(w.start, w.end)}
        assert not re.search("[0-9]", spoken.text) or places
        assert speak(spoken.text, form).text == spoken.text


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_no_text_breaks_it(written: str) -> None:
    is_sound(written)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map(" ".join))
def test_no_mixture_of_known_things_breaks_it(written: str) -> None:
    is_sound(written)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789/-.,:%h ()+=ABKx\n", max_size=30))
def test_no_digit_is_left_in_any_jumble_of_signs(written: str) -> None:
    for form in Form:
        assert not re.search("[0-9]", speak(written, form).text)
