"""The people of a home."""

from pathlib import Path

import click

from campaign.cli.common import home_option, json_option, open_at, show, unit_of, unit_option, user_of
from campaign.db import connected, write
from campaign.home import add_user, hash_password
from campaign.models import Login, Membership, User
from campaign.rights import ROLES


@click.group("user")
def user_group() -> None:
    """Người dùng."""


@user_group.command("add")
@home_option
@click.option("--login", prompt="Tên đăng nhập")
@click.option("--name", prompt="Họ tên")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(list(ROLES)), help="Vai trò.")
@unit_option
@click.option("--password", prompt="Mật khẩu", hide_input=True, confirmation_prompt=True, envvar="LANTOA_PASSWORD")
def user_add(folder: Path, login: str, name: str, roles: tuple[str, ...], unit_id: int | None, password: str) -> None:
    """Thêm người dùng với một hay nhiều vai trò."""
    home = open_at(folder)
    with connected():
        add_user(home, login=login, name=name, password=password, unit=unit_of(unit_id), roles=list(roles))
    click.echo(f'Đã thêm "{login}".')


@user_group.command("list")
@home_option
@json_option
def user_list(folder: Path, as_json: bool) -> None:
    """Liệt kê người dùng và vai trò."""
    open_at(folder)
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
    show(rows, as_json)


@user_group.command("password")
@home_option
@click.argument("login")
@click.option("--password", prompt="Mật khẩu mới", hide_input=True, confirmation_prompt=True, envvar="LANTOA_PASSWORD")
def user_password(folder: Path, login: str, password: str) -> None:
    """Đặt mật khẩu mới và kết thúc mọi phiên đang mở của người này."""
    open_at(folder)
    hashed = hash_password(password)
    with connected(), write():
        person = user_of(login)
        User.update(password_hash=hashed).where(User.id == person.id).execute()
        Login.delete().where(Login.user == person).execute()
    click.echo(f'Đã đổi mật khẩu của "{login}".')


@user_group.command("disable")
@home_option
@click.argument("login")
def user_disable(folder: Path, login: str) -> None:
    """Khóa một người dùng ngay lập tức."""
    open_at(folder)
    with connected(), write():
        person = user_of(login)
        User.update(active=False).where(User.id == person.id).execute()
        Login.delete().where(Login.user == person).execute()
    click.echo(f'Đã khóa "{login}".')
