"""A home: one folder with the configuration, the database, the pictures and the keys of one installation."""

import contextlib
import uuid
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from campaign import config as configuration
from campaign import db, library, search
from campaign.adapters import Adapters
from campaign.amending import Amending
from campaign.clock import Clock
from campaign.config import Config
from campaign.consents import Evidence
from campaign.delivery import Delivery
from campaign.errors import Problem, WrongUse
from campaign.freezer import Freezer
from campaign.ledger import Ledger
from campaign.library import Loaded
from campaign.models import Membership, Unit, User
from campaign.pictures import PictureStore
from campaign.rights import ROLES
from campaign.strangers import Strangers
from campaign.tokens import Watch
from campaign.vault import Vault

SHORTEST_PASSWORD = 10
_HASHER = PasswordHasher()


@dataclass
class Home:
    """The parts of an open home, put together once."""

    config: Config
    clock: Clock
    vault: Vault
    store: PictureStore
    adapters: Adapters
    freezer: Freezer
    evidence: Evidence

    def ledger(self, worker: str = "") -> Ledger:
        """A ledger for one worker."""
        lease = timedelta(seconds=self.config["worker.lease_seconds"])
        return Ledger(self.clock, worker or f"w-{uuid.uuid4().hex[:12]}", lease)

    def delivery(self, worker: str = "") -> Delivery:
        """The delivery of one worker."""
        return Delivery(self.ledger(worker), self.adapters, self.freezer, self.vault)

    def watch(self) -> Watch:
        """What looks after the connections of the channels."""
        strangers = Strangers(self.adapters, self.vault, self.clock)
        return Watch(self.adapters, strangers, self.vault, self.clock)

    def amending(self, ledger: Ledger) -> Amending:
        """What carries out, for the worker of a ledger, what people want done with posts that are public."""
        return Amending(ledger, self.adapters, self.freezer, self.vault)


def open_home(folder: Path, clock: Clock) -> Home:
    """Open a home that was set up before. Raises WrongUse or Problem with one sentence."""
    config = configuration.load(folder)
    if not config["database.url"] and not config.database.exists():
        raise WrongUse(f'Thư mục "{folder}" chưa được thiết lập; hãy chạy: lantoa init --home "{folder}"')
    home = _assemble(config, clock)
    if db.pending():
        db.migrate()
    with db.connected():
        search.reindex()
    return home


def init_home(folder: Path, clock: Clock, *, unit: str, kind: str, login: str, name: str, password: str) -> Loaded:
    """Set up a new home with its sample configuration, first unit, starter library and first administrator.

    Nothing is made before every answer was found good. Raises Problem or WrongUse.
    """
    if not unit.strip() or not kind.strip():
        raise Problem("Hãy nhập tên đơn vị và loại đơn vị.")
    login, name = _checked_names(login, name)
    check_length(password)
    home = create_home(folder, clock)
    settings = folder / configuration.FILE_NAME
    if not settings.exists():
        settings.write_text(configuration.example(), encoding="utf-8")
    first, loaded = furnish(home, unit.strip(), kind.strip())
    add_user(home, login=login, name=name, password=password, unit=first, roles=["administrator"])
    return loaded


def create_home(folder: Path, clock: Clock) -> Home:
    """Set up a new home: folders, keys and an empty, current schema. A home that exists is left as it is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f'Không tạo được thư mục "{folder}"; hãy chọn nơi khác bằng --home.') from error
    config = configuration.load(folder)
    if _is_taken(config):
        raise Problem(f'Thư mục "{folder}" đã được thiết lập; hãy chạy: lantoa run --home "{folder}"')
    home = _assemble(config, clock)
    db.migrate()
    return home


def _is_taken(config: Config) -> bool:
    """Whether somebody has set up this very home; on PostgreSQL perhaps from another machine."""
    if not config["database.url"]:
        return config.database.exists()
    db.connect(config)
    try:
        with db.connected():
            return any(table.table_exists() and table.select().exists() for table in (Unit, User))
    finally:
        db.disconnect()


def _assemble(config: Config, clock: Clock) -> Home:
    threads = config["worker.threads"]
    db.connect(config, threads)
    store = PictureStore(config.media, clock)
    # The worker's threads beside those that send ask the services too.
    adapters = Adapters(config, threads + 3)
    vault = Vault(config.keys)
    freezer = Freezer(adapters, store, config.public_url)
    return Home(config, clock, vault, store, adapters, freezer, Evidence(config.home / "evidence", vault))


def furnish(home: Home, unit_name: str, unit_kind: str) -> tuple[Unit, Loaded]:
    """The first unit of a new home, with the starter library and the bundled cover."""
    now = home.clock.now()
    with db.connected():
        unit = Unit.create(name=unit_name, kind=unit_kind)
        home.store.add_bundled_cover(now)
        loaded = library.load_starter(unit, now)
    return unit, loaded


# ---------------------------------------------------------------- users


def add_user(home: Home, *, login: str, name: str, password: str, unit: Unit, roles: list[str]) -> User:
    """A new user with roles in a unit. Raises Problem for a short password, an unknown role or a taken log-in."""
    login, name = _checked_names(login, name)
    unknown = [role for role in roles if role not in ROLES]
    if unknown:
        raise WrongUse(f'Không có vai trò "{unknown[0]}"; hãy dùng một trong: {", ".join(ROLES)}.')
    hashed = hash_password(password)
    with db.connected(), db.write():
        if User.get_or_none(User.login == login):
            raise Problem(f'Tên đăng nhập "{login}" đã có; hãy chọn tên khác.')
        user: User = User.create(login=login, name=name, password_hash=hashed, created_at=home.clock.now())
        for role in roles:
            Membership.create(user=user, unit=unit, role=role)
    return user


def log_in_name(typed: str) -> str:
    """A log-in name as it is stored: capitals and spaces around it make no difference."""
    return typed.strip().lower()


def _checked_names(login: str, name: str) -> tuple[str, str]:
    login, name = log_in_name(login), name.strip()
    if not login or not name:
        raise Problem("Hãy nhập tên đăng nhập và họ tên.")
    return login, name


def hash_password(password: str) -> str:
    """The argon2id hash of a password. Raises Problem where it is too short."""
    check_length(password)
    return _HASHER.hash(password)


def check_length(password: str) -> None:
    """Raises Problem for a password that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise Problem(f"Mật khẩu cần ít nhất {SHORTEST_PASSWORD} ký tự.")


@cache
def _nobody() -> str:
    """A hash to check against where the user does not exist, so that both answers take the same time."""
    return _HASHER.hash(uuid.uuid4().hex)


def check_password(user: User | None, password: str) -> bool:
    """Whether the password is the user's; takes as long for nobody as for somebody."""
    stored = user.password_hash if user is not None else _nobody()
    with contextlib.suppress(VerifyMismatchError, InvalidHashError):
        _HASHER.verify(stored, password)
        return user is not None and bool(user.active)
    return False
