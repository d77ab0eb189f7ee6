"""Setting a home up and running it."""

from pathlib import Path

import click

from campaign import serve
from campaign.cli.common import home_option, open_at
from campaign.clock import SystemClock
from campaign.home import Home, init_home
from campaign.machine import settle_in


@click.command()
@click.option("--port", default=8080, show_default=True, help="Cổng của trang chạy thử.")
def demo(port: int) -> None:
    """Chạy thử với dữ liệu mẫu và dịch vụ mô phỏng; Ctrl-C để dừng."""
    from campaign.demo import run as run_demo

    run_demo(port, click.echo)


@click.command()
@home_option
@click.option("--unit", prompt="Tên đơn vị", help="Tên đơn vị, ví dụ: Xã Hòa Bình.")
@click.option("--kind", prompt="Loại đơn vị (tỉnh, xã, phường, đoàn thể...)", help="Loại đơn vị.")
@click.option("--login", prompt="Tên đăng nhập của người quản trị", help="Tên đăng nhập của người quản trị.")
@click.option("--name", prompt="Họ tên của người quản trị", help="Họ tên của người quản trị.")
@click.option("--password", prompt="Mật khẩu", hide_input=True, confirmation_prompt=True, envvar="LANTOA_PASSWORD")
def init(folder: Path, unit: str, kind: str, login: str, name: str, password: str) -> None:
    """Thiết lập một nơi cài đặt mới."""
    loaded = init_home(folder, SystemClock(), unit=unit, kind=kind, login=login, name=name, password=password)
    click.echo(f'Đã thiết lập "{folder}" với {len(loaded.added)} thông điệp mẫu (bản nháp, cần duyệt).')
    for error in loaded.errors:
        click.echo(str(error), err=True)
    click.echo(f'Tiếp theo: thêm người dùng bằng lantoa user add, rồi chạy: lantoa run --home "{folder}"')


@click.command()
@home_option
def run(folder: Path) -> None:
    """Chạy mọi thứ trong một chương trình: trang quản lý và máy gửi."""
    home = open_at(folder)
    stop = serve.until_stopped()
    with serve.panel(home) as address:
        click.echo(f"Lan Tỏa đang chạy ở {address} (Ctrl-C để dừng).")
        _say_whether_paused(home)
        serve.work(home, stop)


@click.command()
@home_option
def web(folder: Path) -> None:
    """Chỉ chạy trang quản lý."""
    home = open_at(folder)
    stop = serve.until_stopped()
    with serve.panel(home) as address:
        click.echo(f"Trang quản lý đang chạy ở {address} (Ctrl-C để dừng).")
        _say_whether_paused(home)
        stop.wait()


@click.command()
@home_option
def worker(folder: Path) -> None:
    """Chỉ chạy máy gửi."""
    home = open_at(folder)
    stop = serve.until_stopped()
    click.echo(f"Máy gửi {serve.worker_name()} đang chạy (Ctrl-C để dừng).")
    _say_whether_paused(home)
    serve.work(home, stop)


def _say_whether_paused(home: Home) -> None:
    """Before anything is sent: a home that came from elsewhere waits for a person."""
    reason = settle_in(home)
    if reason:
        click.echo(f"Việc gửi đang tạm dừng. {reason} Hãy mở trang Cần xử lý, xem bài đã đến giờ, rồi cho gửi tiếp.")
