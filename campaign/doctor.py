"""`lantoa doctor`: what is well, what is not, and what to do about it."""

import shutil
from dataclasses import dataclass

from campaign import machine, tokens, workers
from campaign.adapters import is_connected
from campaign.clock import local
from campaign.db import database, is_sqlite
from campaign.home import Home
from campaign.ledger import PAUSED
from campaign.models import Channel, Secret, note
from campaign.workers import Pulse
from channels.base import NeedsLogin
from channels.registry import KINDS

LEAST_FREE = 200 * 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `advice` says in Vietnamese what to do where it is not well."""

    ok: bool
    what: str
    advice: str = ""


def examine(home: Home) -> list[Finding]:
    """Look at everything that can be looked at from here."""
    return [
        _integrity(),
        _disk(home),
        *_workers(home),
        _paused(),
        *_channels(home),
    ]


def _integrity() -> Finding:
    if not is_sqlite():
        return Finding(True, "Cơ sở dữ liệu PostgreSQL trả lời")
    answer = database.execute_sql("PRAGMA quick_check").fetchone()[0]
    well = answer == "ok"
    return Finding(well, "Tệp cơ sở dữ liệu nguyên vẹn", "" if well else "hãy khôi phục từ bản sao lưu gần nhất")


def _disk(home: Home) -> Finding:
    free = shutil.disk_usage(home.config.home).free
    what = f"Ổ đĩa còn {free // 1024**3} GB"
    return Finding(free > LEAST_FREE, what, "" if free > LEAST_FREE else "hãy xóa bớt tệp")


def _workers(home: Home) -> list[Finding]:
    pulses = workers.pulses(home.clock.now())
    if not pulses:
        return [Finding(False, "Máy gửi không chạy", "hãy chạy lantoa run hoặc lantoa worker")]
    return [_worker(pulse) for pulse in pulses]


def _worker(pulse: Pulse) -> Finding:
    what, seen = f"Máy gửi {pulse.name}", f"{local(pulse.seen_at):%H:%M:%S %d/%m/%Y}"
    if pulse.is_silent:
        return Finding(False, f"{what} im lặng từ {seen}", "hãy kiểm tra máy còn bật và khởi động lại máy gửi")
    return Finding(True, f"{what} đang chạy trên máy {pulse.machine}, bản {pulse.version}, thấy lúc {seen}")


def _paused() -> Finding:
    reason = note(PAUSED)
    if not reason and machine.has_moved():
        advice = "khi chạy, việc gửi sẽ tạm dừng cho tới khi bạn xem trang Cần xử lý rồi cho gửi tiếp"
        return Finding(False, "Nơi này được mở ở một máy khác với trước", advice)
    advice = f"{reason} Hãy mở trang Cần xử lý, xem lại rồi cho gửi tiếp" if reason else ""
    return Finding(not reason, "Việc gửi không bị tạm dừng", advice)


def _channels(home: Home) -> list[Finding]:
    return [_channel(home, row) for row in Channel.select().order_by(Channel.id)]


def _channel(home: Home, row: Channel) -> Finding:
    what = f'Kênh "{row.name}" sẵn sàng'
    if row.paused:
        return Finding(False, what, row.paused)
    if not is_connected(row):
        return Finding(False, what, "chưa kết nối; hãy vào trang Kênh để kết nối")
    if KINDS[row.kind].limits.picture_required and home.config.public_url is None:
        return Finding(False, what, "cần public_url trong config.toml để dịch vụ lấy được ảnh bìa")
    secret = Secret.get_or_none(Secret.channel == row)
    if secret is not None:
        try:
            home.vault.open(secret.sealed)
        except NeedsLogin as error:
            return Finding(False, what, str(error))
    ends = tokens.ending(row, home.clock.now())
    return Finding(ends is None, what, ends.sentence if ends else "")
