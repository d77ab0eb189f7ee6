"""The library of messages: files taken in, packs that go from office to office, and search."""

from pathlib import Path
from typing import Any

import click

from campaign import library, packs, search
from campaign.cli.common import home_option, json_option, open_at, show, unit_of, unit_option, user_of
from campaign.clock import local
from campaign.db import connected
from campaign.errors import Problem
from campaign.library import Loaded
from campaign.models import Message, Pack, PackItem, RevisionState, Unit
from campaign.workflow import latest_revision
from channels.registry import KINDS
from content.taxonomy import AUDIENCES, FORMATS, PILLARS, SPOKESPERSONS, TOPICS

_DIGITS = 12  # of a pack's digest, enough to name it


@click.group("library")
def library_group() -> None:
    """Thư viện thông điệp: nạp tệp, tìm, gửi và nhận gói giữa các đơn vị."""


@library_group.command("load")
@home_option
@unit_option
@click.argument("source", type=click.Path(path_type=Path, exists=True, file_okay=False))
def library_load(folder: Path, unit_id: int | None, source: Path) -> None:
    """Nạp các tệp thông điệp (.md) trong thư mục SOURCE; nạp lại không tạo bản trùng."""
    home = open_at(folder)
    with connected():
        loaded = library.load_folder(source, unit_of(unit_id), home.clock.now())
    _say(loaded)
    if loaded.errors:
        raise Problem(f"{len(loaded.errors)} tệp có lỗi; các tệp khác đã nạp.")


@library_group.command("list")
@home_option
@json_option
def library_list(folder: Path, as_json: bool) -> None:
    """Liệt kê thông điệp và trạng thái bản mới nhất."""
    open_at(folder)
    with connected():
        rows = [_row(message) for message in Message.select().order_by(Message.slug)]
    show(rows, as_json)


@library_group.command("search")
@home_option
@json_option
@click.argument("words", metavar="[TỪ]...", nargs=-1)
@click.option("--pillar", type=click.Choice(list(PILLARS)), help="Trụ cột.")
@click.option("--audience", type=click.Choice(list(AUDIENCES)), help="Đối tượng.")
@click.option("--topic", type=click.Choice(list(TOPICS)), help="Chủ đề.")
@click.option("--channel", type=click.Choice(list(KINDS)), help="Loại kênh.")
@click.option("--state", type=click.Choice([str(state) for state in RevisionState]), help="Trạng thái.")
@click.option("--spokesperson", type=click.Choice(list(SPOKESPERSONS)), help="Người nói.")
@click.option("--format", type=click.Choice(list(FORMATS)), help="Thể loại.")
@click.option("--limit", type=click.IntRange(1, 1000), default=30, show_default=True, help="Nhiều nhất bao nhiêu.")
def library_search(folder: Path, as_json: bool, words: tuple[str, ...], limit: int, **asked: Any) -> None:
    """Tìm thông điệp, thông điệp hợp nhất đứng đầu; gõ có dấu hay không dấu đều được.

    Từ trong dấu ngoặc kép phải đứng liền nhau. Không ghi TỪ thì liệt kê theo các điều kiện khác.
    """
    open_at(folder)
    with connected():
        units = {unit.id for unit in Unit.select(Unit.id)}
        wanted = {name: value for name, value in asked.items() if value}
        found = search.search(" ".join(words), units=units, limit=limit, **wanted)
        rows = [_row(Message.get_by_id(key)) for key in found]
    show(rows, as_json)
    if not rows and not as_json:
        click.echo("Không tìm thấy thông điệp nào.", err=True)


@library_group.command("export")
@home_option
@unit_option
@click.option("--name", default="", help="Tên của gói, để nơi nhận biết là gì.")
@click.argument("target", metavar="TỆP", type=click.Path(path_type=Path))
@click.argument("ids", metavar="[MÃ]...", nargs=-1)
def library_export(folder: Path, unit_id: int | None, name: str, target: Path, ids: tuple[str, ...]) -> None:
    """Đóng các thông điệp đã duyệt của một đơn vị thành gói để gửi nơi khác.

    TỆP là tên gói (.lantoa.zip) hoặc một thư mục. Không ghi MÃ thì lấy mọi thông điệp đã duyệt; lời kể không bao giờ
    vào gói.
    """
    home = open_at(folder)
    with connected():
        made = packs.export(unit_of(unit_id), target, home.store, home.clock.now(), slugs=ids, name=name)
    for slug, reason in made.left_out.items():
        click.echo(f"Để lại {slug}: {reason}", err=True)
    click.echo(f'Đã đóng {len(made.messages)} thông điệp vào "{made.path}".')


@library_group.command("import")
@home_option
@unit_option
@click.argument("pack", metavar="GÓI", type=click.Path(path_type=Path))
def library_import(folder: Path, unit_id: int | None, pack: Path) -> None:
    """Nhập GÓI của đơn vị khác thành bản nháp để người ở đây duyệt; nhập lại không tạo bản trùng."""
    home = open_at(folder)
    with connected():
        loaded = packs.bring_in(pack, unit_of(unit_id), None, home.clock.now(), home.store)
    _say(loaded)
    if loaded.errors:
        raise Problem(f"{len(loaded.errors)} thông điệp không nhập được; các thông điệp khác đã nhập.")


@library_group.command("packs")
@home_option
@json_option
def library_packs(folder: Path, as_json: bool) -> None:
    """Liệt kê các gói đã nhập: mã gói, tên, nơi gửi, ngày đóng, số thông điệp, đã thu hồi hay chưa."""
    open_at(folder)
    with connected():
        rows = [_pack_row(pack, as_json) for pack in packs.all_packs()]
    show(rows, as_json)


@library_group.command("recall")
@home_option
@click.argument("digest", metavar="MÃ_GÓI")
@click.option("--login", required=True, help="Tên đăng nhập của người duyệt cho thu hồi.")
@click.option("--note", prompt="Ai báo thu hồi, ngày nào, vì sao", help="Ai báo thu hồi, ngày nào, vì sao.")
def library_recall(folder: Path, digest: str, login: str, note: str) -> None:
    """Thu hồi gói theo lời nơi gửi: rút duyệt, hủy bài chưa đăng, và nêu bài đã đăng cần gỡ.

    MÃ_GÓI xem bằng lantoa library packs.
    """
    home = open_at(folder)
    with connected():
        done = packs.recall(user_of(login), packs.find(digest), note, home.clock.now())
        click.echo(f"Đã rút duyệt {done.withdrawn} bản, hủy {done.stopped} bài chưa đăng.")
        for post in done.out:
            where = post.link or f"bài số {post.id}"
            click.echo(f"Cần gỡ: {post.channel.name}, {local(post.due_at):%d/%m/%Y}, {where}")


def _say(loaded: Loaded) -> None:
    """What was taken in, what was left alone, and what was wrong."""
    for error in loaded.errors:
        click.echo(str(error), err=True)
    click.echo(f"{len(loaded.added)} mới, {len(loaded.changed)} thay đổi, {loaded.unchanged} giữ nguyên.")
    if loaded.kept:
        click.echo(f"{len(loaded.kept)} giữ vì đang có bản nháp: {', '.join(loaded.kept)}.")


def _row(message: Message) -> dict[str, Any]:
    newest = latest_revision(message)
    return {"id": message.slug, "state": str(newest.state), "pillar": newest.pillar, "title": newest.title}


def _pack_row(pack: Pack, as_json: bool) -> dict[str, Any]:
    recalled = local(pack.recalled_at).date().isoformat() if pack.recalled_at else None
    messages = PackItem.select().where(PackItem.pack == pack).count()
    row = {"name": pack.name, "origin": pack.origin, "made_on": local(pack.made_at).date().isoformat()}
    if as_json:
        return {"digest": pack.digest, **row, "unit": pack.unit.name, "messages": messages, "recalled_on": recalled}
    state = f"đã thu hồi ngày {recalled}" if recalled else "đang dùng"
    return {"digest": pack.digest[:_DIGITS], **row, "messages": f"{messages} thông điệp", "state": state}
