"""Claims, privacy and English told in other words: concepts that meet, with nothing that turns the sentence round.

Those who say them: a tabloid, an aunt at the market, a youth online, a village announcer, a teacher, a preacher.
Names, numbers and addresses are invented.
"""

import pytest

from content.language import Severity, check

HARMFUL = {
    "insects": [
        "Con muỗi nó hút máu thằng có H xong bay sang nhà mình đốt thì cả nhà đi tong.",
        "Các em chú ý: côn trùng hút máu là một trong các con đường lây nhiễm HIV.",
        "Rận cắn thằng nghiện H rồi nhảy qua mình, vậy là xong phim.",
    ],
    "everyday contact": [
        "Uống nước mía quán đó, bà chủ có H, mấy bữa sau là mày đi xét nghiệm nghen.",
        "Cắn chung quả táo với bạn có HIV, về nhà phát bệnh.",
        "Nước bọt chứa hàm lượng HIV đủ để gây bệnh.",
        "Trong đám cưới, người nhiễm HIV gắp thức ăn cho ai thì người ấy lãnh đủ.",
        "Thầy giáo có HIV thì phấn, bảng, sổ điểm đều nhiễm vi rút, học trò cầm vào là lây.",
    ],
    "keeping people apart": [
        "Nhà ai có con nhỏ thì chớ cho qua chơi nhà có người HIV, rủi lây thì khổ.",
        "Trẻ có HIV nên học lớp riêng cho an toàn.",
        "Không cho người có H vào bếp ăn tập thể.",
    ],
    "AIDS as an agent, heredity": [
        "Thằng đó đem AIDS về cho vợ.",
        "Bệnh này cha truyền con nối, ông bố HIV thì mấy đứa con đều mang HIV trong gen.",
        "Con chị ấy bị HIV là do di truyền từ ông ngoại.",
    ],
    "death": [
        "Dính vô là chết chắc, HIV mà, thuốc tiên cũng chịu.",
        "Một khi đã dương tính HIV thì cánh cửa cuộc đời đóng sập.",
        "Bác sĩ nói em có HIV, vậy là em chỉ còn sống được vài năm nữa thôi.",
        "Bệnh nhân HIV chỉ còn cách nằm chờ thần chết gõ cửa.",
        "HIV vào người thì sống thêm được mấy nả.",
    ],
    "HIV and AIDS the same": [
        "HIV hay AIDS cũng một duộc cả.",
        "Nói HIV hay nói AIDS thì vẫn là một bệnh đó thôi.",
        "Người có H nào cũng là bệnh nhân AIDS cả.",
    ],
    "false cures": [
        "Tôi có quen ông thầy ở Bảy Núi, mười người HIV vào thì chín người về âm tính.",
        "Đừng tin ARV, về uống mật nhân với nấm lim là virus chết hết.",
        "Người có HIV nên bỏ thuốc tây mà theo thuốc nam cho mát.",
        "Mách nhỏ: gừng, sả, chanh, mật ong nấu lên uống, HIV nào chịu nổi.",
        "Vi rút HIV rất sợ tỏi, ăn tỏi sống mỗi ngày là nó rút.",
    ],
    "a vaccine": [
        "Ra viện Pasteur chích mũi ngừa HIV đi rồi tha hồ.",
        "Trẻ em được tiêm vắc-xin ngừa viêm gan B và HIV tại trạm.",
        "Nga chế xong vắc-xin HIV, tiêm một lần dùng cả đời.",
    ],
    "false safety": [
        "Uống PrEP là bất tử với HIV, chơi tới bến.",
        "PrEP loại bỏ hoàn toàn nguy cơ nhiễm HIV.",
        "Uống PrEP thì cửa nào mà HIV vào được.",
    ],
    "K=K stretched": [
        "K=K nghĩa là máu mình sạch, hiến máu thoải mái.",
        "Đạt K=K thì không còn lây qua đường nào hết, kể cả máu.",
        "Đã K=K thì cho máu cứu người cũng không lây được ai.",
    ],
    "stopping treatment": [
        "Vi rút lặn rồi thì uống thuốc làm gì nữa cho hại gan, nghỉ đi.",
        "Thuốc ARV quên vài hôm chẳng ảnh hưởng gì.",
        "Khỏe rồi còn uống ARV chi cho mệt gan.",
    ],
    "PEP": [
        "Phơi nhiễm tuần trước, nay ra lấy thuốc PEP vẫn kịp chán.",
        "Bị kim đâm ba bốn hôm rồi mới đi xin PEP vẫn tốt.",
        "Bị phơi nhiễm cả tuần rồi, bác sĩ quen bảo uống PEP vẫn ăn thua.",
    ],
    "PrEP": [
        "Có PrEP rồi thì quăng bao đi cho sướng.",
        "Ai HIV dương tính mau đăng ký PrEP để hạ vi rút.",
        "Uống PrEP rồi bao biếc gì nữa cho vướng.",
    ],
    "testing": [
        "Que thử lên hai vạch thì bạn đích thị HIV rồi, khỏi đi viện.",
        "Mới quan hệ hôm kia, nay test HIV âm tính thì thở phào được rồi.",
        "Tự test rồi khỏi ra trạm, kết quả y như bệnh viện.",
    ],
    "looks": [
        "Ngó cái tướng là biết thằng đó bị H rồi.",
        "Em ấy hot girl mà, HIV sao được.",
        "Mặt mũi sáng láng thế thì H hiếc gì.",
    ],
    "children": [
        "Đàn bà HIV còn đẻ đái gì nữa, chỉ tổ hại con.",
        "Con của người có HIV sinh ra là đã mang án.",
        "Con sinh ra từ mẹ H thì chắc chắn mang H.",
    ],
    "only some groups": [
        "HIV chừa dân nhà quê mình ra, chỉ có dân thành phố ăn chơi.",
        "Ai HIV chẳng từ ma túy hay gái gú mà ra.",
        "Người già tụi tui thì HIV nỗi gì.",
    ],
    "condoms and harm reduction": [
        "Ba con sói thì chặn sao nổi con HIV bé tí.",
        "Tặng bao cao su ở trường học là cổ vũ tình dục.",
        "Treo máy bán bao cao su ở ký túc xá khác gì mời gọi sinh viên hư hỏng.",
    ],
    "the truth called a lie": [
        "Đài cứ ra rả HIV không lây khi ăn chung, các bác đừng có tin.",
        "Họ nói HIV chữa không khỏi là giấu nghề, chứ thuốc nam chữa khỏi lâu rồi.",
        "Chẳng có chuyện ARV giúp sống khỏe đâu, uống vào chỉ thêm khổ.",
        "Ai nói ăn chung không lây HIV thì cứ thử ăn với nó xem.",
        "Chuyện người HIV sống lâu như người thường là chuyện cổ tích.",
    ],
    "privacy": [
        "Bà Nguyễn Thị Sáu, tổ 4, vừa nhận kết quả HIV dương tính.",
        "Hỏi nhỏ số của con Lan bị H: 0900000000.",
        "Nó vào phòng khám ngoại trú HIV, vậy là nó nhiễm rồi còn gì.",
        "Gửi các anh số căn cước 001200000000 của bệnh nhân HIV mới.",
        "Chị Phạm Thị Tuyết ở chung cư B2 có HIV, mọi người tránh giùm.",
    ],
    "English": [
        "You can get HIV from a mosquito bite.",
        "A vaccine for HIV is already available.",
        "Condoms don't work against HIV.",
        "HIV people should be kept away from kids.",
        "Poz guys are dirty, block them.",
    ],
}

CLEAN = {
    "insects": [
        "Con muỗi hút máu người có HIV rồi đốt bạn thì bạn cũng không nhiễm.",
        "Ngủ mùng để tránh muỗi, còn HIV thì muỗi không truyền đâu.",
    ],
    "everyday contact": [
        "Uống chung cốc nước, ngồi chung ghế hay bơi chung bể đều không lây HIV.",
        "Mời bà con đến nhà văn hóa trò chuyện về HIV và ăn chung bữa cơm thân mật.",
        "Hội thao có đội bóng của người sống với HIV, mọi người bắt tay nhau sau trận.",
    ],
    "keeping people apart": [
        "Người có HIV được bơi ở bể bơi công cộng như mọi người.",
        "Nhà trường không được chuyển em học sinh có HIV sang lớp khác.",
    ],
    "AIDS as an agent, heredity": [
        "AIDS không phải bệnh lây; thứ lây là HIV.",
        "HIV lây truyền qua đường tình dục và đường máu; AIDS là giai đoạn muộn.",
    ],
    "death": [
        "HIV không còn là dấu chấm hết: người điều trị sống khỏe và làm việc bình thường.",
        "Không điều trị, HIV có thể tiến triển thành AIDS và gây tử vong; điều trị sớm thì sống khỏe.",
        "Ba mùa lúa qua, chị vẫn ra đồng đều, uống ARV mỗi tối.",
    ],
    "HIV and AIDS the same": [
        "HIV khác AIDS: có HIV chưa chắc đã ở giai đoạn AIDS.",
        "AIDS không phải tên gọi khác của HIV.",
    ],
    "false cures": [
        "Không có loại thực phẩm chức năng nào chữa được HIV.",
        "HIV là có thật và đã có thuốc điều trị.",
        "Khỏi lo chi phí: ARV được bảo hiểm y tế chi trả.",
    ],
    "a vaccine": [
        "Vắc-xin ngừa HIV đến nay chưa có; hãy dùng bao cao su và PrEP.",
        "Ngày nhận thức về vắc-xin HIV: các nhà khoa học vẫn đang nghiên cứu.",
    ],
    "false safety": [
        "PrEP giảm rất nhiều nguy cơ nhiễm HIV khi uống đều.",
        "Tư vấn và xét nghiệm HIV miễn phí 100%, hoàn toàn bí mật.",
    ],
    "K=K stretched": [
        "K=K nói về tình dục; với kim tiêm và hiến máu thì không.",
        "K=K không áp dụng khi dùng chung bơm kim tiêm.",
    ],
    "stopping treatment": [
        "Dù tải lượng về mức không phát hiện, bạn vẫn phải uống ARV mỗi ngày.",
        "Ngày mùng một Tết vẫn uống ARV đúng giờ.",
    ],
    "PEP": [
        "Phơi nhiễm tuần trước thì đã quá hạn dùng PEP; hãy đi xét nghiệm.",
        "Nếu phải dùng PEP nhiều lần, bác sĩ sẽ tư vấn chuyển sang PrEP.",
    ],
    "PrEP": [
        "PrEP không ngừa được lậu, giang mai; vẫn cần bao cao su.",
        "PrEP không phải thuốc chữa HIV.",
    ],
    "testing": [
        "Que thử một vạch chưa chắc bạn không có HIV, vì còn giai đoạn cửa sổ.",
        "Tự test xong, hai vạch thì ra trạm để làm xét nghiệm khẳng định.",
    ],
    "looks": [
        "Bằng mắt thường không phân biệt được ai có HIV.",
        "Nhìn mắt, nhìn da không thể nhận ra ai có HIV.",
    ],
    "children": [
        "Vợ chồng có HIV hoàn toàn có thể sinh con khỏe mạnh.",
        "Mẹ có HIV, con vẫn khỏe nhờ điều trị dự phòng.",
    ],
    "only some groups": [
        "HIV không chừa ai: nông thôn hay thành phố đều nên xét nghiệm.",
        "Nhiều phụ nữ nội trợ có HIV vì nghĩ mình không có nguy cơ.",
    ],
    "condoms and harm reduction": [
        "Phát bơm kim tiêm sạch không làm tăng số người sử dụng ma túy.",
        "Máy bán bao cao su ở ký túc xá giúp sinh viên phòng HIV.",
    ],
    "the truth called a lie": [
        "Có người bảo HIV lây qua muỗi, nói thế là sai.",
        "Đừng tin lời đồn HIV lây qua nước bọt.",
        "Cứ tin đi: HIV không lây qua bắt tay.",
    ],
    "privacy": [
        "Bác sĩ Lê Thị Hoa, trưởng khoa, cho biết phòng khám đang điều trị ARV cho 200 người.",
        "Người có HIV không phải nêu tên, tuổi, nơi ở khi xét nghiệm tự nguyện.",
        "Ông Phạm Văn Lộc, công an xã, dự lễ phát động phòng, chống HIV.",
    ],
    "English": [
        "HIV is not a death sentence.",
        "Is HIV spread by kissing? No.",
        "Everyone is welcome in this gym, whatever their HIV status.",
    ],
}


@pytest.mark.parametrize("text", [text for texts in HARMFUL.values() for text in texts])
def test_a_harmful_claim_is_stopped_however_it_is_told(text: str) -> None:
    assert Severity.ERROR in {finding.severity for finding in check(text)}


@pytest.mark.parametrize("text", [text for texts in CLEAN.values() for text in texts])
def test_a_true_sentence_about_the_same_things_passes_in_silence(text: str) -> None:
    assert [finding for finding in check(text) if finding.severity in (Severity.ERROR, Severity.WARNING)] == []
