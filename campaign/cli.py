"""The command line: where the parts are put together. Exit codes: 0 done, 1 could not do it, 2 wrong use."""

import errno
import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import peewee as pw

from campaign import __version__, backup, channel_admin, doctor, library, serve
from campaign.clock import SystemClock
from campaign.config import load as load_config
from campaign.db import connected, write
from campaign.errors import Problem, WrongUse
from campaign.home import Home, add_user, hash_password, init_home, log_in_name, open_home
from campaign.models import Channel, Login, Membership, Unit, User
from campaign.rights import ROLES
from channels.base import ChannelError
from channels.http import redact
from channels.registry import KINDS


def main() -> None:
    """The `lantoa` command: every failure is one sentence, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may still be on an old code page.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    serve.log_to_stderr()
    try:
        cli(prog_name="lantoa")
    except Problem as problem:
        _leave(str(problem), problem.exit_code)
    except ChannelError as error:
        _leave(str(error), 1)
    except (OSError, pw.PeeweeException, sqlite3.Error) as error:
        _leave(_sentence(error), 1)


def _leave(sentence: str, code: int) -> None:
    click.echo(sentence, err=True)
    sys.exit(code)


def _sentence(error: BaseException) -> str:
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


def default_home() -> Path:
    """Where a home lies if nobody says otherwise."""
    return Path.home() / "lantoa"


_home_option = click.option(
    "--home",
    "folder",
    type=click.Path(path_type=Path),
    envvar="LANTOA_HOME",
    default=default_home,
    show_default="~/lantoa",
    help="Thư mục nhà (hoặc đặt biến LANTOA_HOME).",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="In dạng JSON cho chương trình khác đọc.")


def _open(folder: Path) -> Home:
    return open_home(folder, SystemClock())


def _show(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo("  ".join(str(value) for value in row.values()))


@click.group()
@click.version_option(__version__, prog_name="lantoa")
def cli() -> None:
    """Lan Tỏa: lên lịch, duyệt, đăng và phát thông điệp truyền thông."""


# ---------------------------------------------------------------- running


@cli.command()
@click.option("--port", default=8080, show_default=True, help="Cổng của trang chạy thử.")
def demo(port: int) -> None:
    """Chạy thử với dữ liệu mẫu và dịch vụ mô phỏng; Ctrl-C để dừng."""
    from campaign.demo import run as run_demo

    run_demo(port, click.echo)


@cli.command()
@_home_option
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


@cli.command()
@_home_option
def run(folder: Path) -> None:
    """Chạy mọi thứ trong một chương trình: trang quản lý và máy gửi."""
    home = _open(folder)
    stop = serve.until_stopped()
    with serve.panel(home) as address:
        click.echo(f"Lan Tỏa đang chạy ở {address} (Ctrl-C để dừng).")
        serve.work(home, stop)


@cli.command()
@_home_option
def web(folder: Path) -> None:
    """Chỉ chạy trang quản lý."""
    home = _open(folder)
    stop = serve.until_stopped()
    with serve.panel(home) as address:
        click.echo(f"Trang quản lý đang chạy ở {address} (Ctrl-C để dừng).")
        stop.wait()


@cli.command()
@_home_option
def worker(folder: Path) -> None:
    """Chỉ chạy máy gửi."""
    home = _open(folder)
    stop = serve.until_stopped()
    click.echo(f"Máy gửi {serve.worker_name()} đang chạy (Ctrl-C để dừng).")
    serve.work(home, stop)


# ---------------------------------------------------------------- content


@cli.group("library")
def library_group() -> None:
    """Thư viện thông điệp."""


@library_group.command("load")
@_home_option
@click.option("--unit", "unit_id", type=int, help="Số của đơn vị nhận (mặc định: đơn vị đầu tiên).")
@click.argument("source", type=click.Path(path_type=Path, exists=True, file_okay=False))
def library_load(folder: Path, unit_id: int | None, source: Path) -> None:
    """Nạp các tệp thông điệp (.md) trong thư mục SOURCE; nạp lại không tạo bản trùng."""
    home = _open(folder)
    with connected():
        loaded = library.load_folder(source, _unit(unit_id), home.clock.now())
    for error in loaded.errors:
        click.echo(str(error), err=True)
    click.echo(f"{len(loaded.added)} mới, {len(loaded.changed)} thay đổi, {loaded.unchanged} giữ nguyên.")
    if loaded.kept:
        click.echo(f"{len(loaded.kept)} giữ vì đang có bản nháp: {', '.join(loaded.kept)}.")
    if loaded.errors:
        raise Problem(f"{len(loaded.errors)} tệp có lỗi; các tệp khác đã nạp.")


@library_group.command("list")
@_home_option
@_json_option
def library_list(folder: Path, as_json: bool) -> None:
    """Liệt kê thông điệp và trạng thái bản mới nhất."""
    from campaign.models import Message
    from campaign.workflow import latest_revision

    _open(folder)
    with connected():
        newest = [latest_revision(message) for message in Message.select().order_by(Message.slug)]
        rows = [
            {"id": row.message.slug, "state": str(row.state), "pillar": row.pillar, "title": row.title}
            for row in newest
        ]
    _show(rows, as_json)


# ---------------------------------------------------------------- people and channels


@cli.group("user")
def user_group() -> None:
    """Người dùng."""


@user_group.command("add")
@_home_option
@click.option("--login", prompt="Tên đăng nhập")
@click.option("--name", prompt="Họ tên")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(list(ROLES)), help="Vai trò.")
@click.option("--unit", "unit_id", type=int, help="Số của đơn vị (mặc định: đơn vị đầu tiên).")
@click.option("--password", prompt="Mật khẩu", hide_input=True, confirmation_prompt=True, envvar="LANTOA_PASSWORD")
def user_add(folder: Path, login: str, name: str, roles: tuple[str, ...], unit_id: int | None, password: str) -> None:
    """Thêm người dùng với một hay nhiều vai trò."""
    home = _open(folder)
    with connected():
        add_user(home, login=login, name=name, password=password, unit=_unit(unit_id), roles=list(roles))
    click.echo(f'Đã thêm "{login}".')


@user_group.command("list")
@_home_option
@_json_option
def user_list(folder: Path, as_json: bool) -> None:
    """Liệt kê người dùng và vai trò."""
    _open(folder)
    with connected():
        rows = [
            {
                "login": user.login,
                "name": user.name,
                "active": user.active,
                "roles": [f"{row.role} ({row.unit.name})" for row in user.memberships.order_by(Membership.id)],
            }
            for user in User.select().order_by(User.login)
        ]
    _show(rows, as_json)


@user_group.command("password")
@_home_option
@click.argument("login")
@click.option("--password", prompt="Mật khẩu mới", hide_input=True, confirmation_prompt=True, envvar="LANTOA_PASSWORD")
def user_password(folder: Path, login: str, password: str) -> None:
    """Đặt mật khẩu mới và kết thúc mọi phiên đang mở của người này."""
    _open(folder)
    hashed = hash_password(password)
    with connected(), write():
        person = _user(login)
        User.update(password_hash=hashed).where(User.id == person.id).execute()
        Login.delete().where(Login.user == person).execute()
    click.echo(f'Đã đổi mật khẩu của "{login}".')


@user_group.command("disable")
@_home_option
@click.argument("login")
def user_disable(folder: Path, login: str) -> None:
    """Khóa một người dùng ngay lập tức."""
    _open(folder)
    with connected(), write():
        person = _user(login)
        User.update(active=False).where(User.id == person.id).execute()
        Login.delete().where(Login.user == person).execute()
    click.echo(f'Đã khóa "{login}".')


@cli.group("channel")
def channel_group() -> None:
    """Kênh."""


@channel_group.command("list")
@_home_option
@_json_option
def channel_list(folder: Path, as_json: bool) -> None:
    """Liệt kê kênh và tình trạng."""
    from campaign.adapters import is_connected

    _open(folder)
    with connected():
        rows = [
            {
                "id": row.id,
                "kind": row.kind,
                "name": row.name,
                "connected": is_connected(row),
                "paused": row.paused,
            }
            for row in Channel.select().order_by(Channel.id)
        ]
    _show(rows, as_json)


@channel_group.command("add")
@_home_option
@click.option("--kind", type=click.Choice(list(KINDS)), required=True, help="Loại kênh.")
@click.option("--name", prompt="Tên kênh")
@click.option("--unit", "unit_id", type=int, help="Số của đơn vị (mặc định: đơn vị đầu tiên).")
def channel_add(folder: Path, kind: str, name: str, unit_id: int | None) -> None:
    """Thêm kênh với giờ mặc định; kết nối ở trang Kênh hoặc bằng channel connect."""
    home = _open(folder)
    with connected():
        channel = channel_admin.create_channel(None, _unit(unit_id), kind, name, home.clock.now())
    click.echo(f"Đã thêm kênh số {channel.id}.")


@channel_group.command("connect")
@_home_option
@click.argument("channel_id", type=int)
def channel_connect(folder: Path, channel_id: int) -> None:
    """Nhập thông tin kết nối của kênh; mật khẩu không hiện trên màn hình."""
    home = _open(folder)
    with connected():
        channel = Channel.get_or_none(Channel.id == channel_id)
        if channel is None:
            raise WrongUse(f"Không có kênh số {channel_id}; xem lantoa channel list.")
        values = {
            setting.name: click.prompt(setting.label, default="", hide_input=setting.secret, show_default=False)
            for setting in KINDS[channel.kind].settings
            if not setting.from_config
        }
        channel_admin.connect(None, channel, values, home.vault, home.clock)
    click.echo("Đã lưu thông tin kết nối.")


# ---------------------------------------------------------------- keeping it safe


@cli.command("backup")
@_home_option
@click.argument("target", type=click.Path(path_type=Path), default=Path())
def backup_command(folder: Path, target: Path) -> None:
    """Sao lưu vào thư mục hoặc tệp TARGET; chạy được cả khi chương trình đang chạy."""
    _open(folder)
    path = backup.backup(load_config(folder), target, SystemClock().now())
    click.echo(
        f'Đã sao lưu vào "{path}". Khóa mật khẩu (thư mục keys) không nằm trong đó; hãy chép riêng, cất nơi khác.'
    )


@cli.command()
@_home_option
@click.argument("pack", type=click.Path(path_type=Path))
def restore(folder: Path, pack: Path) -> None:
    """Khôi phục từ bản sao lưu PACK; nơi cũ được giữ lại bên cạnh, việc gửi tạm dừng cho tới khi bạn xem lại."""
    aside = backup.restore(pack, folder, SystemClock().now())
    _open(folder)
    click.echo(f'Đã khôi phục vào "{folder}".' + (f' Nơi cũ ở "{aside}".' if aside else ""))
    click.echo("Việc gửi đang tạm dừng: mở trang Cần xử lý, xem các bài đã đến giờ, rồi cho gửi tiếp.")


@cli.command("doctor")
@_home_option
@_json_option
def doctor_command(folder: Path, as_json: bool) -> None:
    """Kiểm tra nơi cài đặt; mỗi điều chưa ổn nói rõ cần làm gì."""
    home = _open(folder)
    with connected():
        findings = doctor.examine(home)
    rows = [{"ok": item.ok, "what": item.what, "advice": item.advice} for item in findings]
    if as_json:
        _show(rows, as_json)
    else:
        for item in findings:
            click.echo(f"{'✓' if item.ok else '✗'} {item.what}" + (f": {item.advice}" if item.advice else ""))
    if not all(item.ok for item in findings):
        sys.exit(1)


def _unit(unit_id: int | None) -> Unit:
    unit: Unit | None = (
        Unit.select().order_by(Unit.id).first() if unit_id is None else Unit.get_or_none(Unit.id == unit_id)
    )
    if unit is None:
        raise WrongUse(f"Không có đơn vị số {unit_id}.")
    return unit


def _user(login: str) -> User:
    person: User | None = User.get_or_none(User.login == log_in_name(login))
    if person is None:
        raise WrongUse(f'Không có người dùng "{login}"; xem lantoa user list.')
    return person
