"""What states, channels and pillars are called and how they look: icon, words and colour, as tables."""

from collections.abc import Mapping
from dataclasses import dataclass

from campaign.models import PostState, RevisionState
from channels.registry import KINDS
from content.taxonomy import AUDIENCES, PILLARS, REGISTERS, TOPICS


@dataclass(frozen=True)
class Look:
    """How one thing appears: words, a symbol of `icons.svg` and a tone of `app.css`. Colour never stands alone."""

    label: str
    icon: str
    tone: str


REVISION_LOOKS: Mapping[str, Look] = {
    RevisionState.DRAFT: Look("Bản nháp", "pencil", "grey"),
    RevisionState.SUBMITTED: Look("Chờ duyệt", "hourglass-split", "amber"),
    RevisionState.APPROVED: Look("Đã duyệt", "check-circle", "green"),
    RevisionState.RETURNED: Look("Cần sửa", "arrow-return-left", "violet"),
    RevisionState.REJECTED: Look("Bị từ chối", "x-circle", "red"),
    RevisionState.WITHDRAWN: Look("Đã thu hồi", "archive", "grey"),
    RevisionState.EXPIRED: Look("Hết hạn", "calendar-x", "grey"),
}

POST_LOOKS: Mapping[str, Look] = {
    PostState.SCHEDULED: Look("Đã lên lịch", "clock", "blue"),
    PostState.SENDING: Look("Đang gửi", "send", "indigo"),
    PostState.SCHEDULED_REMOTELY: Look("Đã hẹn giờ trên kênh", "cloud-check", "indigo"),
    PostState.PROCESSING: Look("Kênh đang xử lý", "hourglass-split", "indigo"),
    PostState.HANDED_OVER: Look("Chờ phát", "file-earmark-check", "blue"),
    PostState.PUBLISHED: Look("Đã đăng", "check-circle", "green"),
    PostState.AIRED: Look("Đã phát", "broadcast", "green"),
    PostState.NOT_AIRED: Look("Không phát", "volume-mute", "amber"),
    PostState.UNSURE: Look("Chưa chắc đã đăng", "question-circle", "amber"),
    PostState.FAILED: Look("Không gửi được", "exclamation-octagon", "red"),
    PostState.MISSED: Look("Lỡ giờ", "clock-history", "red"),
    PostState.CANCELLED: Look("Đã hủy", "slash-circle", "grey"),
    PostState.REMOVED: Look("Đã gỡ", "trash3", "grey"),
}
# A scheduled post that may not go out until somebody looks at it.
HELD = Look("Đang giữ lại", "pause-circle", "violet")
# One that a service keeps, until a worker has withdrawn it there.
LEAVING = Look("Đang rút khỏi kênh", "hourglass-split", "violet")

_WITH_HOLD: Mapping[str, Look] = {PostState.SCHEDULED: HELD, PostState.SCHEDULED_REMOTELY: LEAVING}

PILLAR_LOOKS: Mapping[str, Look] = {
    "policy": Look("Chính sách", "bank", "blue"),
    "knowledge": Look("Kiến thức", "lightbulb", "amber"),
    "prevention": Look("Phòng, chống", "shield-check", "teal"),
    "stigma": Look("Giảm kỳ thị", "heart", "violet"),
    "examples": Look("Gương điển hình", "star", "green"),
}

_CHANNEL_ICONS: Mapping[str, str] = {"facebook": "facebook", "zalo": "chat-dots", "loudspeaker": "megaphone"}

# What the log writes about messages and revisions, as a person would say it.
AUDIT_LOOKS: Mapping[str, Look] = {
    "load": Look("Nạp từ thư viện", "download", "grey"),
    "draft": Look("Lưu bản nháp", "pencil", "grey"),
    "submit": Look("Gửi duyệt", "send", "amber"),
    "take_back": Look("Rút lại để sửa", "arrow-counterclockwise", "grey"),
    "approve": Look("Duyệt", "check-circle", "green"),
    "return": Look("Trả lại để sửa", "arrow-return-left", "violet"),
    "reject": Look("Từ chối", "x-circle", "red"),
    "withdraw": Look("Thu hồi", "archive", "red"),
    "expire": Look("Hết hạn", "calendar-x", "grey"),
    "schedule": Look("Lên lịch", "calendar-check", "blue"),
    "cancel": Look("Hủy", "slash-circle", "grey"),
    "move": Look("Đổi giờ", "clock", "blue"),
    "send_now": Look("Cho gửi ngay", "send", "indigo"),
    "settle_doubt": Look("Xác nhận sau khi xem kênh", "eye", "blue"),
    "take_down": Look("Yêu cầu gỡ bài", "trash3", "amber"),
    "taken_down": Look("Đã gỡ bài", "trash3", "grey"),
    "revise": Look("Yêu cầu sửa bài đã đăng", "pencil", "amber"),
    "revised": Look("Đã sửa bài trên kênh", "pencil", "green"),
    "aired": Look("Xác nhận đã phát", "broadcast", "green"),
    "not_aired": Look("Báo không phát", "volume-mute", "amber"),
    "recheck": Look("Cho kiểm tra lại", "arrow-repeat", "blue"),
    "create_campaign": Look("Lập chiến dịch", "calendar3", "blue"),
    "change_campaign": Look("Sửa chiến dịch", "pencil", "grey"),
    "apply_plan": Look("Áp dụng kế hoạch", "calendar-check", "blue"),
    "undo_plan": Look("Hoàn tác kế hoạch", "arrow-counterclockwise", "amber"),
    "create_channel": Look("Thêm kênh", "hdd-network", "blue"),
    "connect_channel": Look("Kết nối kênh", "plug", "green"),
    "set_hours": Look("Đổi giờ của kênh", "clock", "grey"),
    "pause_channel": Look("Tạm dừng kênh", "pause-circle", "amber"),
    "resume_channel": Look("Cho kênh chạy tiếp", "play-circle", "green"),
    "resume_sending": Look("Cho gửi tiếp", "send", "green"),
    "waive": Look("Bỏ qua cảnh báo", "shield-check", "amber"),
    "renew_local_facts": Look("Dùng thông tin địa phương mới", "arrow-repeat", "blue"),
    "local_fact": Look("Nhập thông tin địa phương", "geo-alt", "grey"),
    "pronunciation": Look("Nhập cách đọc", "volume-up", "grey"),
    "review_rule": Look("Rà soát quy tắc ngôn ngữ", "journal-text", "violet"),
    "consent": Look("Ghi nhận đồng ý của người kể", "person-check", "green"),
    "view_evidence": Look("Mở bằng chứng đồng ý", "eye", "amber"),
    "withdraw_consent": Look("Người kể rút đồng ý", "x-circle", "red"),
    "task_done": Look("Làm xong việc", "check-lg", "green"),
    "roll_campaign": Look("Lập lại cho lần sau", "arrow-repeat", "blue"),
    "import_pack": Look("Nhập gói thông điệp", "download", "grey"),
    "recall_pack": Look("Thu hồi gói thông điệp", "archive", "red"),
    "change_alt": Look("Đổi mô tả ảnh", "pencil", "grey"),
    "delete_picture": Look("Xóa ảnh", "trash3", "red"),
    "set_colour": Look("Đổi màu đơn vị", "image", "grey"),
}


def revision_look(state: str) -> Look:
    """How a state of a revision appears."""
    return REVISION_LOOKS[state]


def post_look(state: str, hold: str = "") -> Look:
    """How a state of a post appears; with a `hold`, a scheduled post is held and one that a service keeps withdrawn."""
    if hold and state in _WITH_HOLD:
        return _WITH_HOLD[state]
    return POST_LOOKS[state]


def pillar_look(pillar: str) -> Look:
    """How a pillar appears, with its short name."""
    return PILLAR_LOOKS.get(pillar, Look(pillar, "tag", "grey"))


def kind_look(kind: str) -> Look:
    """How a kind of channel appears; one that this version does not know keeps its name."""
    label = KINDS[kind].label if kind in KINDS else kind
    return Look(label, _CHANNEL_ICONS.get(kind, "broadcast-pin"), "grey")


def audit_look(action: str) -> Look:
    """How an action of the log appears."""
    return AUDIT_LOOKS.get(action, Look(action, "dash-circle", "grey"))


def pillar(key: str) -> str:
    """The full name of a pillar."""
    return PILLARS.get(key, key)


def audience(key: str) -> str:
    """The name of an audience."""
    return AUDIENCES.get(key, key)


def topic(key: str) -> str:
    """The name of a topic."""
    return TOPICS.get(key, key)


def register(key: str) -> str:
    """The name of a register."""
    return REGISTERS.get(key, key)
