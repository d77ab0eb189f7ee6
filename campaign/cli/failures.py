"""What went wrong, in words an administrator can act on."""

import errno
import sqlite3
from collections.abc import Iterator

import peewee as pw

from campaign.errors import Problem
from channels.base import ChannelError
from channels.http import redact
from content.language import RuleError


def explained(error: Exception) -> tuple[str, int] | None:
    """The sentence for a failure and its exit code; nothing for a defect of the program itself."""
    if isinstance(error, Problem):
        return str(error), error.exit_code
    if isinstance(error, ChannelError | RuleError):
        return str(error), 1
    if isinstance(error, OSError | pw.PeeweeException | sqlite3.Error):
        return sentence(error), 1
    return None


def sentence(error: BaseException) -> str:
    """What the machine says, in words an administrator can act on."""
    causes = list(_causes(error))
    text = " ".join(str(cause).lower() for cause in causes)
    codes = {getattr(cause, "errno", None) for cause in causes}
    if errno.ENOSPC in codes or "disk is full" in text:
        return "Ổ đĩa đã đầy; hãy xóa bớt tệp rồi chạy lại."
    if codes & {errno.EACCES, errno.EPERM, errno.EROFS} or "readonly" in text:
        return f"Không ghi được vào thư mục nhà ({error}); hãy kiểm tra quyền ghi."
    if "malformed" in text or "not a database" in text:
        return "Tệp cơ sở dữ liệu bị hỏng; hãy khôi phục từ bản sao lưu: lantoa restore TỆP."
    if "locked" in text:
        return "Cơ sở dữ liệu đang bận quá lâu; hãy đóng chương trình khác đang mở thư mục nhà rồi chạy lại."
    return f"Máy báo lỗi: {redact(str(error))}; hãy chạy lantoa doctor để kiểm tra."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came of: SQLite's failing roll-back hides the full disk behind it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
