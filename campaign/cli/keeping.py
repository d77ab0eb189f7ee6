"""Keeping a home safe and sound."""

import sys
from pathlib import Path

import click

from campaign import backup, doctor
from campaign.cli.common import home_option, json_option, open_at, show
from campaign.clock import SystemClock
from campaign.config import load as load_config
from campaign.db import connected


@click.command("backup")
@home_option
@click.argument("target", type=click.Path(path_type=Path), default=Path())
def backup_command(folder: Path, target: Path) -> None:
    """Sao lưu vào thư mục hoặc tệp TARGET; chạy được cả khi chương trình đang chạy."""
    open_at(folder)
    path = backup.backup(load_config(folder), target, SystemClock().now())
    click.echo(
        f'Đã sao lưu vào "{path}". Khóa mật khẩu (thư mục keys) không nằm trong đó; hãy chép riêng, cất nơi khác.'
    )


@click.command()
@home_option
@click.argument("pack", type=click.Path(path_type=Path))
def restore(folder: Path, pack: Path) -> None:
    """Khôi phục từ bản sao lưu PACK; nơi cũ được giữ lại bên cạnh, việc gửi tạm dừng cho tới khi bạn xem lại."""
    aside = backup.restore(pack, folder, SystemClock().now())
    open_at(folder)
    click.echo(f'Đã khôi phục vào "{folder}".' + (f' Nơi cũ ở "{aside}".' if aside else ""))
    click.echo("Việc gửi đang tạm dừng: mở trang Cần xử lý, xem các bài đã đến giờ, rồi cho gửi tiếp.")


@click.command("doctor")
@home_option
@json_option
def doctor_command(folder: Path, as_json: bool) -> None:
    """Kiểm tra nơi cài đặt; mỗi điều chưa ổn nói rõ cần làm gì."""
    home = open_at(folder)
    with connected():
        findings = doctor.examine(home)
    rows = [{"ok": item.ok, "what": item.what, "advice": item.advice} for item in findings]
    if as_json:
        show(rows, as_json)
    else:
        for item in findings:
            click.echo(f"{'✓' if item.ok else '✗'} {item.what}" + (f": {item.advice}" if item.advice else ""))
    if not all(item.ok for item in findings):
        sys.exit(1)
