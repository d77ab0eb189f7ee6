"""Tasks in the panel: the most urgent first, done with a word on how, and only for those who can do them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from campaign import withdrawals
from campaign.clock import local_day
from campaign.home import add_user
from campaign.models import Consent, Post, Task, Unit
from tests.campaign.test_consents import told
from tests.campaign.world import World
from tests.conftest import PASSWORD

Browsers = Callable[[str], FlaskClient]
ADDRESS = "/viec-phai-lam"


@pytest.fixture
def post(world: World) -> Post:
    """A post that is out, of a story that was then withdrawn."""
    post = told(world)
    world.deliver()
    withdrawals.withdraw(world.people["approver"], Consent.get(), "Gọi điện.", world.clock.now())
    found: Post = Post.get_by_id(post.id)
    return found


def task_of(kind: str) -> Task:
    found: Task = Task.get(Task.kind == kind)
    return found


def test_an_editor_sees_what_to_take_down_where_it_is_and_until_when(
    world: World, post: Post, client_of: Browsers
) -> None:
    page = client_of("editor").get(ADDRESS).text
    last = local_day(world.clock.now()) + timedelta(days=20)
    for shown in ("Gỡ bài ngày 16/11/2026 trên Kênh facebook", f"Hạn {last:%d/%m/%Y}", f'href="/bai/{post.id}"'):
        assert shown in page
    assert post.link and f'href="{post.link}"' in page
    assert "Trả lời người rút đồng ý" not in page


def test_an_approver_sees_whom_to_answer(post: Post, client_of: Browsers) -> None:
    page = client_of("approver").get(ADDRESS).text
    assert "Trả lời người rút đồng ý (Chị Mai (tên khác))" in page
    assert f'href="/thong-diep/{post.revision.message_id}/dong-y"' in page
    assert "Gỡ bài" not in page


def test_a_task_is_done_with_a_note_and_moves_below(post: Post, client_of: Browsers) -> None:
    browser, task = client_of("editor"), task_of("take_down")
    page = browser.post(f"{ADDRESS}/{task.id}", data={"note": "Đã xóa bài trên Trang."}, follow_redirects=True).text
    assert "Không có việc nào" in page
    assert page.index("Đã xong</h2>") < page.index("Đã xóa bài trên Trang.")
    assert Task.get_by_id(task.id).done_by.login == "editor"


def test_a_task_without_a_note_stays_open(post: Post, client_of: Browsers) -> None:
    task = task_of("take_down")
    page = client_of("editor").post(f"{ADDRESS}/{task.id}", data={"note": " "}, follow_redirects=True).text
    assert "Hãy ghi đã làm gì" in page
    assert Task.get_by_id(task.id).done_at is None


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "Hạn 18/11/2026"), (2, "Hạn hôm nay"), (3, "Quá hạn 18/11/2026"), (30, "Quá hạn 18/11/2026")],
)
def test_the_last_day_is_plain_to_see(world: World, post: Post, client_of: Browsers, days: int, words: str) -> None:
    world.clock.advance(timedelta(days=days))
    assert words in client_of("approver").get(ADDRESS).text


@pytest.mark.parametrize("role", ["operator", "reviewer", "administrator"])
def test_who_can_have_no_tasks_has_no_such_page(post: Post, client_of: Browsers, role: str) -> None:
    browser = client_of(role)
    assert browser.get(ADDRESS).status_code == 404
    assert browser.post(f"{ADDRESS}/{task_of('take_down').id}", data={"note": "Xong."}).status_code == 404
    assert ADDRESS not in browser.get("/", follow_redirects=True).text
    assert Task.select().where(Task.done_at.is_null(False)).count() == 0


def test_nobody_does_the_tasks_of_another_unit(world: World, post: Post, client_of: Browsers) -> None:
    elsewhere = Unit.create(name="Xã Khác", kind="xã")
    add_user(world.home, login="ben", name="Người bên", password=PASSWORD, unit=elsewhere, roles=["editor"])
    browser = client_of("ben")
    assert "Không có việc nào" in browser.get(ADDRESS).text
    assert browser.post(f"{ADDRESS}/{task_of('take_down').id}", data={"note": "Xong."}).status_code == 404
    assert browser.post(f"{ADDRESS}/4711", data={"note": "Xong."}).status_code == 404


def test_only_the_last_thirty_that_are_done_are_shown(world: World, client_of: Browsers) -> None:
    now = world.clock.now()
    for number in range(32):
        Task.create(
            unit=world.unit, kind="take_down", title=f"Việc số {number}.", due_on=local_day(now), created_at=now,
            done_at=now + timedelta(minutes=number), done_by=world.people["editor"], note="Đã gỡ.",
        )  # fmt: skip
    page = client_of("editor").get(ADDRESS).text
    assert page.count("Việc số ") == 30
    assert "Việc số 31." in page and "Việc số 1." not in page


def test_the_menu_counts_them_and_the_first_page_names_them(post: Post, client_of: Browsers) -> None:
    page = client_of("editor").get("/").text
    menu = page[page.index('class="menu"') : page.index("</ul>", page.index('class="menu"'))]
    entry = menu[menu.index(f'href="{ADDRESS}"') :]
    assert '<span class="count" title="đang chờ bạn">1</span>' in entry[: entry.index("</a>")]
    assert f'href="{ADDRESS}#viec-{task_of("take_down").id}"' in page


def test_the_first_page_says_nothing_where_nothing_is_open(world: World, client_of: Browsers) -> None:
    page = client_of("editor").get("/").text
    assert page.count("Việc phải làm") == 1  # the menu
