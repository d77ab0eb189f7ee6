"""`lantoa rules`: the rules of the language check, and their review by a network of people living with HIV."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from campaign import house_rules, review_sheet
from campaign.cli.common import home_option, json_option, open_at, show
from campaign.clock import local_day
from campaign.db import connected
from campaign.review_book import LEVELS, REVIEWS
from content.language import REGISTERS, Rule, RuleSet, load_rules

_any_home = click.option(
    "--home", "folder", type=click.Path(path_type=Path), help="Các quy tắc như đang dùng ở thư mục nhà này."
)


@click.group("rules")
def rules_group() -> None:
    """Quy tắc kiểm tra ngôn ngữ: xem, in bảng rà soát, nhập bảng đã rà soát."""


@rules_group.command("list")
@_any_home
@json_option
def rules_list(folder: Path | None, as_json: bool) -> None:
    """Liệt kê quy tắc: mã, mức cho đại chúng, chính thức, lời kể, tình trạng rà soát, lý do."""
    rules = _rules(folder).rules.values()
    show([_full(rule) if as_json else _brief(rule) for rule in rules], as_json)


@rules_group.command("sheet")
@_any_home
@click.argument("file", metavar="TỆP.xlsx", type=click.Path(path_type=Path))
def rules_sheet(folder: Path | None, file: Path) -> None:
    """In mọi quy tắc ra bảng rà soát TỆP.xlsx, có hướng dẫn, để mạng lưới người sống với HIV xem và sửa."""
    rules = _rules(folder)
    review_sheet.write(rules, file)
    click.echo(f'Đã in {len(rules.rules)} quy tắc vào "{file}".')


@rules_group.command("review")
@home_option
@click.argument("file", metavar="TỆP.xlsx", type=click.Path(path_type=Path))
def rules_review(folder: Path, file: Path) -> None:
    """Nhập bảng đã rà soát vào thư mục nhà: cả bảng hoặc không gì cả; nhập lại không đổi gì thêm."""
    home = open_at(folder)
    now = home.clock.now()
    with connected():
        review = review_sheet.read(file, local_day(now))
        if review.problems:
            for problem in review.problems:
                click.echo(problem, err=True)
            click.echo("Chưa nhập gì; hãy sửa các dòng trên rồi nhập lại.", err=True)
            sys.exit(1)
        house_rules.store(review.values, None, now)
    for change in review.changes:
        click.echo(change.sentence)
    click.echo(f"Đã nhập {len(review.changes)} quy tắc." if review.changes else "Bảng không có gì mới.")


def _rules(folder: Path | None) -> RuleSet:
    if folder is None:
        return load_rules()
    open_at(folder)
    with connected():
        return house_rules.rules_in_force()


def _brief(rule: Rule) -> dict[str, Any]:
    levels = " / ".join(LEVELS[rule.severity[register]] for register in REGISTERS)
    return {"id": rule.id, "severity": levels, "review": REVIEWS.get(rule.review, rule.review), "reason": rule.reason}


def _full(rule: Rule) -> dict[str, Any]:
    return {**asdict(rule), "group": rule.group, "since": rule.since.isoformat()}
