"""`lantoa speak`: the spoken form of a text, or line by line for another program."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from campaign.cli import texts
from campaign.cli.common import open_at, unit_of
from campaign.errors import Problem, WrongUse
from content.speech import Form, Lexicon, Spoken, speak
from content.speech.spoken import LOUDSPEAKER_RATE


@click.command("speak")
@click.argument("file", metavar="[TỆP]", default=texts.STDIN)
@click.option("--lines", "by_line", is_flag=True, help="Mỗi dòng vào một dòng ra.")
@click.option(
    "--form",
    type=click.Choice([str(form) for form in Form]),
    default=str(Form.READER),
    show_default=True,
    help="reader: cho người đọc; tts: cho máy đọc, mọi chữ đều phiên âm.",
)
@click.option("--json", "as_json", is_flag=True, help="In JSON: lời đọc, chỗ chưa chắc, số tiếng, số giây.")
@click.option(
    "--rate", type=click.IntRange(min=1), default=int(LOUDSPEAKER_RATE), show_default=True, help="Số tiếng mỗi phút."
)
@click.option("--home", "folder", type=click.Path(path_type=Path), help="Dùng cả cách đọc riêng ở thư mục nhà này.")
@click.option("--unit", "unit_id", type=int, help="Số của đơn vị trong thư mục nhà (mặc định: đơn vị đầu tiên).")
def speak_command(
    file: str, by_line: bool, form: str, as_json: bool, rate: int, folder: Path | None, unit_id: int | None
) -> None:
    """Viết lại văn bản thành lời đọc: số, ngày, chữ viết tắt ra chữ.

    Không ghi TỆP (hoặc ghi -) thì đọc từ đầu vào; tệp thông điệp cho lời phát thanh của nó. Chỗ đọc chưa chắc được nêu
    ở đầu ra lỗi.
    """
    lexicon = _lexicon(folder, unit_id)
    if by_line:
        for line in texts.lines([file]):
            spoken = speak(line.text, Form(form), lexicon)
            if as_json:
                texts.write_json(_row(spoken, rate))
            else:
                texts.write_line(" ".join(spoken.text.splitlines()))
                _warn(spoken, (f"{line.file}:{line.number}:{one.start + 1}" for one in spoken.warnings))
        return
    text = _text(file)
    spoken = speak(text, Form(form), lexicon)
    if as_json:
        texts.write_json(_row(spoken, rate))
    else:
        texts.write_line(spoken.text.removesuffix("\n"))
        _warn(spoken, (texts.place(file, text, one.start) for one in spoken.warnings))


def _lexicon(folder: Path | None, unit_id: int | None) -> Lexicon | None:
    if folder is None:
        if unit_id is not None:
            raise WrongUse("Đơn vị nằm trong một thư mục nhà; hãy ghi thêm --home THƯ_MỤC.")
        return None
    from campaign.db import connected
    from campaign.pronunciations import lexicon_of

    open_at(folder)
    with connected():
        return lexicon_of(unit_of(unit_id))


def _text(file: str) -> str:
    """What is to be said of a file: all of it, or the broadcast of a message. Raises Problem."""
    text = texts.whole(file)
    if not texts.is_message(text):
        return text
    from content.message_file import MessageError, read_message
    from content.render import render

    try:
        return render(read_message(text, file), "loudspeaker").text
    except MessageError as error:
        raise Problem(str(error)) from error


def _row(spoken: Spoken, rate: int) -> dict[str, Any]:
    return {
        "text": spoken.text,
        "warnings": [asdict(warning) for warning in spoken.warnings],
        "syllables": spoken.syllables,
        "seconds": round(spoken.seconds(rate), 1),
    }


def _warn(spoken: Spoken, places: Iterable[str]) -> None:
    for warning, where in zip(spoken.warnings, places, strict=True):
        click.echo(f"{where}  “{warning.text}”  {warning.message}", err=True)
