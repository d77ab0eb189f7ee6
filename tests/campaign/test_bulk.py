"""Many posts written at once: what they are afterwards, and that a conflict leaves nothing."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import peewee
import pytest

from campaign.bulk import insert_posts
from campaign.db import write
from campaign.errors import Problem
from campaign.models import Campaign, Post, PostState
from tests.campaign.world import World
from tests.conftest import START
from tests.engines import on_both_engines

pytestmark = on_both_engines

PAYLOAD = {"title": "Xét nghiệm", "text": "Một dòng\tvà\nhai dòng \\ \"trích\" 'dẫn' \\N", "media": [], "link": None}


@pytest.fixture
def campaign(world: World) -> Campaign:
    made: Campaign = Campaign.create(
        unit=world.unit, name="Tháng hành động", starts_on=START.date(), ends_on=START.date(), shares={"knowledge": 1},
        created_at=START,
    )  # fmt: skip
    return made


@pytest.fixture
def full(world: World, campaign: Campaign) -> dict[str, Any]:
    """A row with a value of its own in every column."""
    return {
        "key": "đầy đủ", "campaign": campaign, "channel": world.channels["facebook"],
        "revision": world.approved("mot"), "content_hash": "a" * 64, "payload": PAYLOAD, "payload_hash": "b" * 64,
        "due_at": START + timedelta(microseconds=1), "act_at": START, "state": PostState.PUBLISHED, "hold": "Chờ.",
        "reason": "Rải đều.", "fence": 3, "lease_until": START, "worker": "máy 1", "tries": 2, "looks": 1,
        "remote_id": "r-1", "link": "https://example.vn/1", "error": "", "published_at": START,
        "created_by": world.people["editor"], "created_at": START,
    }  # fmt: skip


@pytest.fixture
def least(full: dict[str, Any]) -> dict[str, Any]:
    """A row with only what has no default."""
    return {field.name: full[field.name] for field in needed()} | {"key": "ít nhất", "due_at": START}


def needed() -> list[peewee.Field]:
    return [f for f in Post._meta.sorted_fields if f.default is None and not f.null and not f.auto_increment]


def stored() -> list[tuple[Any, ...]]:
    """All columns of all posts as the database keeps them, but for the running number."""
    columns = [field for field in Post._meta.sorted_fields if not field.auto_increment]
    names = ", ".join(column.column_name for column in columns)
    statement = f"SELECT {names} FROM post ORDER BY due_at, key"  # noqa: S608  names of our own model
    return list(Post._meta.database.execute_sql(statement).fetchall())


def many(row: Mapping[str, Any], posts: int) -> Iterator[dict[str, Any]]:
    for number in range(posts):
        yield {**row, "key": f"bài {number}", "due_at": START + number * timedelta(minutes=15)}


def test_what_is_inserted_is_what_create_would_have_stored_in_every_column(full: dict[str, Any], least: dict[str, Any]):
    with_every_column = {field.name for field in Post._meta.sorted_fields if not field.auto_increment}
    assert set(full) == with_every_column, "a new column needs a value in this test"
    for row in (full, least):
        Post.create(**row)
    created = stored()
    Post.delete().execute()

    assert insert_posts([full, least]) == 2

    assert stored() == created


def test_values_that_all_rows_share_are_given_once(least: dict[str, Any]):
    Post.create(**least)
    created = stored()
    Post.delete().execute()
    own = {"key": least.pop("key"), "due_at": least.pop("due_at")}

    insert_posts([own], same=least)

    assert stored() == created


def test_a_row_overrides_what_all_share(least: dict[str, Any]):
    insert_posts([{**least, "reason": "Riêng."}], same={"reason": "Chung."})
    assert [post.reason for post in Post.select()] == ["Riêng."]


def test_json_that_rows_share_and_json_of_their_own_are_both_kept(least: dict[str, Any]):
    def payload(number: int) -> dict[str, Any]:
        return PAYLOAD if number % 10 == 0 else {"text": f"Bài {number}"}

    insert_posts({**row, "payload": payload(number)} for number, row in enumerate(many(least, 3000)))

    assert [post.payload for post in Post.select().order_by(Post.due_at)] == [payload(n) for n in range(3000)]


def test_rows_come_from_a_stream_and_their_number_comes_back(least: dict[str, Any]):
    assert insert_posts(many(least, 5000)) == 5000
    assert Post.select().count() == 5000


def test_no_rows_are_no_posts(world: World):
    assert insert_posts([]) == 0
    assert stored() == []


def test_a_taken_hour_is_a_problem_and_leaves_nothing_of_the_rest(least: dict[str, Any]):
    Post.create(**{**least, "due_at": START + timedelta(hours=1)})
    before = stored()
    with pytest.raises(Problem, match="đã có bài vào đúng giờ"):
        insert_posts(many(least, 100))
    assert stored() == before


def test_a_cancelled_post_does_not_take_its_hour(least: dict[str, Any]):
    Post.create(**{**least, "key": "đã hủy", "state": PostState.CANCELLED})
    assert insert_posts([least]) == 1


@pytest.mark.parametrize("wrong", [{"key": "bài 3"}, {"channel": 999_999}, {"content_hash": None}])
def test_any_other_conflict_is_an_integrity_error_and_leaves_nothing(least: dict[str, Any], wrong: dict[str, Any]):
    last = {**least, "key": "cuối", "due_at": START + timedelta(days=1), **wrong}
    with pytest.raises(peewee.IntegrityError), write():
        insert_posts([*many(least, 5), last])
    assert stored() == []


def test_the_callers_transaction_survives_a_conflict_and_takes_all_back_when_it_fails(least: dict[str, Any]):
    with write():
        with pytest.raises(Problem):
            insert_posts([*many(least, 5), {**least, "key": "trùng"}])
        insert_posts([least])
    assert [post.key for post in Post.select()] == [least["key"]]

    with pytest.raises(RuntimeError), write():
        insert_posts(later(least))
        raise RuntimeError
    assert [post.key for post in Post.select()] == [least["key"]]


def later(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    return ({**each, "due_at": each["due_at"] + timedelta(days=7)} for each in many(row, 5))


def test_what_breaks_while_rows_are_made_comes_through_and_leaves_nothing(least: dict[str, Any]):
    def breaking() -> Iterator[dict[str, Any]]:
        yield from many(least, 5)
        raise ValueError("hỏng")

    with pytest.raises(ValueError, match="hỏng"):
        insert_posts(breaking())
    assert stored() == []


def test_a_name_that_is_no_field_is_refused(least: dict[str, Any]):
    with pytest.raises(KeyError, match="due"):
        insert_posts([{**least, "due": START}])
