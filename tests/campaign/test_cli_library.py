"""`lantoa library`: search, and packs that go from one home to another."""

import json
from datetime import date
from pathlib import Path

import pytest

from tests.campaign.command_line import failed, init, lantoa
from tests.campaign.world import World

FAR = {"valid_until": date(2099, 12, 31)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return init(tmp_path_factory.mktemp("cli") / "nơi nhận")


def search(folder: Path, *words: str) -> list[str]:
    answer = lantoa("library", "search", *words, "--home", folder, "--json")
    assert answer.returncode == 0, answer.stderr
    return [row["id"] for row in json.loads(answer.stdout)]


def test_words_are_found_with_and_without_tone_marks(made: Path) -> None:
    assert "kien-thuc-k-bang-k" in search(made, "điều trị")
    assert "kien-thuc-k-bang-k" in search(made, "dieu", "tri")
    assert len(search(made, "dieu tri", "--limit", "2")) == 2


def test_a_search_is_narrowed_by_what_a_message_is(made: Path) -> None:
    found = search(made, "--pillar", "stigma", "--limit", "1000")
    assert found and all(name.startswith("khong-ky-thi") for name in found)
    assert search(made, "dieu tri", "--state", "approved") == []


def test_what_is_not_found_is_said(made: Path) -> None:
    answer = lantoa("library", "search", "khongcotunay", "--home", made)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "Không tìm thấy thông điệp nào.\n")


def test_a_wrong_pillar_is_wrong_use(made: Path) -> None:
    assert lantoa("library", "search", "--pillar", "khac", "--home", made).returncode == 2


def test_a_pack_goes_to_another_home_and_is_called_back_there(world: World, made: Path, tmp_path: Path) -> None:
    world.approved("goi-mot", **FAR)
    world.approved("goi-hai", **FAR)
    here, file = world.home.config.home, tmp_path / "gửi đi.lantoa.zip"
    answer = lantoa("library", "export", file, "goi-mot", "goi-hai", "--home", here, "--name", "Tháng hành động")
    assert answer.stdout == f'Đã đóng 2 thông điệp vào "{file}".\n', answer.stderr

    assert lantoa("library", "import", file, "--home", made).stdout == "2 mới, 0 thay đổi, 0 giữ nguyên.\n"
    assert lantoa("library", "import", file, "--home", made).stdout == "0 mới, 0 thay đổi, 2 giữ nguyên.\n"
    (pack,) = json.loads(lantoa("library", "packs", "--home", made, "--json").stdout)
    assert (pack["name"], pack["messages"], pack["recalled_on"]) == ("Tháng hành động", 2, None)
    assert "đang dùng" in lantoa("library", "packs", "--home", made).stdout

    words = ("library", "recall", pack["digest"][:12], "--home", made, "--note", "Nơi gửi báo số liệu sai")
    assert "lantoa user list" in failed(lantoa(*words, "--login", "khong-co"), 2)
    assert (
        lantoa("user", "add", "--home", made, "--login", "duyet", "--name", "D", "--role", "approver").returncode == 0
    )
    answer = lantoa(*words, "--login", "duyet")
    assert answer.stdout == "Đã rút duyệt 0 bản, hủy 0 bài chưa đăng.\n", answer.stderr
    assert "đã thu hồi ngày" in lantoa("library", "packs", "--home", made).stdout
    assert "đã được thu hồi" in failed(lantoa("library", "import", file, "--home", made), 1)


def test_what_is_not_approved_stays_at_home(made: Path, tmp_path: Path) -> None:
    answer = lantoa("library", "export", tmp_path / "g.lantoa.zip", "--home", made)
    assert "hãy duyệt thông điệp trước" in failed(answer, 1)
    assert not (tmp_path / "g.lantoa.zip").exists()


def test_a_file_that_is_no_pack_is_refused(made: Path, tmp_path: Path) -> None:
    (tmp_path / "g.lantoa.zip").write_text("không phải gói", encoding="utf-8")
    assert "gói" in failed(lantoa("library", "import", tmp_path / "g.lantoa.zip", "--home", made), 1)
