"""The configuration of a home: one TOML file, checked key by key before anything starts."""

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from campaign.errors import WrongUse

FILE_NAME = "config.toml"


@dataclass(frozen=True)
class Key:
    """One key of the file: its dotted name, its type, its default, what it means, what it takes, and a check."""

    name: str
    type: type
    default: Any
    help: str
    allowed: str
    check: Callable[[Any], bool] = lambda _: True

    def accepts(self, value: Any) -> bool:
        """Whether the file may say this. Addresses that cannot be read at all are no different from wrong ones."""
        try:
            return type(value) is self.type and self.check(value)
        except ValueError:
            return False


def _web_address(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and not value.endswith("/")


def _database_address_or_empty(value: str) -> bool:
    if not value:
        return True
    parts = urlsplit(value)
    # A password that was not percent-encoded ends the address early: its rest, with the @, then lies in the path, the
    # query or the fragment, or before it where the port should be.
    is_whole = parts.port != 0 and not parts.fragment and "@" not in f"{parts.path}{parts.query}"
    return parts.scheme in {"postgresql", "postgres"} and is_whole and bool(parts.path.strip("/"))


def _web_address_or_empty(value: str) -> bool:
    return not value or _web_address(value)


_ADDRESS = "một địa chỉ bắt đầu bằng https:// (hoặc http://), không có dấu / ở cuối"

KEYS = (
    Key(
        "public_url",
        str,
        "",
        "Địa chỉ mà bên ngoài nhìn thấy nơi cài đặt này; Zalo cần nó để lấy ảnh bìa. Xem docs/public-url.md.",
        f"{_ADDRESS}, hoặc để trống",
        _web_address_or_empty,
    ),
    Key(
        "database.url",
        str,
        "",
        "Để trống: SQLite trong thư mục nhà. Nhiều máy: postgresql://nguoi-dung:mat-khau@may/lantoa",
        "để trống (SQLite trong thư mục này) hoặc postgresql://người-dùng:mật-khẩu@máy/tên; ký tự đặc biệt trong mật "
        "khẩu phải viết theo mã phần trăm, ví dụ / là %2F, @ là %40, # là %23",
        _database_address_or_empty,
    ),
    Key(
        "panel.host",
        str,
        "127.0.0.1",
        "127.0.0.1: chỉ máy này mở được. 0.0.0.0: mọi máy trong mạng nội bộ mở được.",
        "địa chỉ máy, ví dụ 127.0.0.1 hoặc 0.0.0.0",
        bool,
    ),
    Key(
        "panel.port",
        int,
        8080,
        "Cổng của trang quản lý.",
        "một số từ 1 đến 65535",
        lambda value: 1 <= value <= 65535,
    ),
    Key(
        "worker.threads",
        int,
        8,
        "Số bài gửi cùng lúc.",
        "một số từ 1 đến 512",
        lambda value: 1 <= value <= 512,
    ),
    Key(
        "worker.lease_seconds",
        int,
        # Longer than one request may take (35 s, channels/http.py): what is under way is renewed every third of it.
        90,
        "Sau bao nhiêu giây không nghe tin thì coi máy gửi là đã dừng. Phải dài hơn một yêu cầu lâu nhất: 35 giây.",
        "một số giây từ 5 đến 3600",
        lambda value: 5 <= value <= 3600,
    ),
    Key(
        "services.facebook.api_url",
        str,
        "https://graph.facebook.com",
        "Địa chỉ dịch vụ Facebook; chỉ đổi khi thử với dịch vụ mô phỏng.",
        _ADDRESS,
        _web_address,
    ),
    Key(
        "services.facebook.page_url",
        str,
        "https://www.facebook.com",
        "Nơi mọi người xem Trang Facebook; chỉ đổi khi thử với dịch vụ mô phỏng.",
        _ADDRESS,
        _web_address,
    ),
    Key(
        "services.zalo.api_url",
        str,
        "https://openapi.zalo.me",
        "Địa chỉ dịch vụ Zalo; chỉ đổi khi thử với dịch vụ mô phỏng.",
        _ADDRESS,
        _web_address,
    ),
    Key(
        "services.zalo.page_url",
        str,
        "https://zalo.me",
        "Nơi mọi người xem OA; chỉ đổi khi thử với dịch vụ mô phỏng.",
        _ADDRESS,
        _web_address,
    ),
    Key(
        "services.zalo.oauth_url",
        str,
        "https://oauth.zaloapp.com",
        "Địa chỉ đăng nhập Zalo; chỉ đổi khi thử với dịch vụ mô phỏng.",
        _ADDRESS,
        _web_address,
    ),
)


@dataclass(frozen=True)
class Config:
    """A checked configuration. `home` is the folder that holds everything of one installation."""

    home: Path
    values: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def public_url(self) -> str | None:
        """The address under which the outside world reaches this home, or None."""
        return self.values["public_url"] or None

    @property
    def database(self) -> Path:
        """The SQLite file, used where no `database.url` is set."""
        return self.home / "lantoa.db"

    @property
    def media(self) -> Path:
        """The folder of pictures, named by their hash."""
        return self.home / "media"

    @property
    def keys(self) -> Path:
        """The folder of secret keys, which no backup contains."""
        return self.home / "keys"

    def service(self, kind: str) -> dict[str, str]:
        """The service addresses of one kind of channel."""
        prefix = f"services.{kind}."
        return {name.removeprefix(prefix): value for name, value in self.values.items() if name.startswith(prefix)}


def defaults() -> dict[str, Any]:
    """Every key with its default."""
    return {key.name: key.default for key in KEYS}


def example() -> str:
    """The sample configuration: every key with its default and what it means. `config.example.toml` is this text."""
    lines = ["# Lan Tỏa: cấu hình của một nơi cài đặt. Đặt tệp này vào thư mục nhà với tên config.toml."]
    lines.append("# Mọi khóa đều có thể bỏ; giá trị ghi dưới đây là giá trị mặc định.")
    table = ""
    for key in KEYS:
        section, _, name = key.name.rpartition(".")
        if section != table:
            lines += ["", f"[{section}]"]
            table = section
        elif not section:
            lines.append("")
        lines += [f"# {key.help}", f"{name} = {json.dumps(key.default, ensure_ascii=False)}"]
    return "\n".join(lines) + "\n"


def load(home: Path) -> Config:
    """The configuration of a home; a missing file means all defaults. Raises WrongUse with file, key and mend."""
    path = home / FILE_NAME
    values = defaults()
    if path.exists():
        values.update(_read(path))
    return Config(home, values)


def _read(path: Path) -> dict[str, Any]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        where = str(error).rpartition("(")[2].rstrip(")").replace("at line", "dòng").replace("column", "cột")
        raise WrongUse(f"{path}: sai cú pháp TOML ở {where}; hãy xem lại dấu nháy và dấu bằng.") from error
    except UnicodeDecodeError as error:
        raise WrongUse(f"{path}: tệp không phải UTF-8; hãy lưu lại với mã UTF-8.") from error
    known = {key.name: key for key in KEYS}
    values = {}
    for name, value in _flat(tables).items():
        key = known.get(name)
        if key is None:
            raise WrongUse(f'{path}: không có khóa "{name}"; hãy xóa hoặc sửa tên theo config.example.toml.')
        if not key.accepts(value):
            raise WrongUse(f'{path}: khóa "{name}" phải là {key.allowed}.')
        values[name] = value
    return values


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            result.update(_flat(value, f"{prefix}{name}."))
        else:
            result[prefix + name] = value
    return result
