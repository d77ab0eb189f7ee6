"""What texts of this domain count: nouns after a number that tell a quantity from a day or a telephone number."""

PEOPLE = (
    "người|bạn|em|trẻ|cháu|học sinh|sinh viên|học viên|đoàn viên|hội viên|phụ nữ|thai phụ|bệnh nhân|cán bộ|đại biểu|"
    "thành viên|khách"
)
PLACES = (
    "gia đình|hộ|xã|phường|huyện|tỉnh|thôn|ấp|bản|buôn|tổ|khu phố|khu|cụm|trạm|trường|lớp|nhóm|đội|đơn vị|cơ sở|điểm|"
    "chi đoàn|chi bộ|câu lạc bộ"
)
THINGS = (
    "ca|lượt|trường hợp|cuộc|tin|bài|câu|buổi|đoàn|tờ|phiếu|mẫu|suất|phần|viên|liều|hộp|gói|bộ|cái|chiếc|quyển|cuốn|"
    "tập|trang|kênh|loa|tiết|chỉ tiêu|tiêu chí|nội dung|nhiệm vụ|ly|cốc|chai|lọ|vỉ|thùng|túi"
)
TIMES = "năm|tháng|tuần|ngày|giờ|phút|giây|quý|kỳ|khóa|khoá|đợt|lần"
COUNTED = f"{PEOPLE}|{PLACES}|{THINGS}"
SCALES = "nghìn|ngàn|triệu|tỷ|tỉ"
