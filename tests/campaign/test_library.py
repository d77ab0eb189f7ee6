"""Loading a library: drafts to approve, twice changes nothing, a changed file is a new revision."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaign import library, workflow
from campaign.home import Home
from campaign.models import Message, Revision, RevisionState, Unit, User
from campaign.workflow import Decision

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
FILE = """+++
id = "thu-nghiem"
title = "Thử"
pillar = "knowledge"
audience = ["everyone"]
topics = ["testing"]
register = "public"
channels = ["facebook"]
valid_from = 2026-01-01
valid_until = 2027-12-31

[[sources]]
title = "Luật Phòng, chống HIV/AIDS"
year = 2006
verified_on = 2026-11-01
+++

Xét nghiệm sớm để sống khỏe.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tep"
    made.mkdir()
    (made / "thu.md").write_text(FILE, encoding="utf-8")
    return made


def test_a_new_home_has_the_starter_library_as_drafts(home: Home) -> None:
    assert Message.select().count() >= 30
    assert {row.state for row in Revision.select()} == {RevisionState.DRAFT}


def test_loading_twice_changes_nothing(home: Home, unit: Unit, folder: Path) -> None:
    assert library.load_folder(folder, unit, NOW).added == ["thu-nghiem"]
    again = library.load_folder(folder, unit, NOW)
    assert (again.added, again.changed, again.unchanged) == ([], [], 1)
    assert Revision.select().join(Message).where(Message.slug == "thu-nghiem").count() == 1


def test_a_changed_file_is_a_new_revision_that_needs_its_own_approval(
    home: Home, unit: Unit, people: dict[str, User], folder: Path
) -> None:
    library.load_folder(folder, unit, NOW)
    message = Message.get(Message.slug == "thu-nghiem")
    first = workflow.latest_revision(message)
    workflow.submit(people["editor"], first, NOW)
    first = Revision.get_by_id(first.id)
    workflow.decide(people["approver"], first, Decision.APPROVE, NOW, seen_hash=first.content_hash)

    (folder / "thu.md").write_text(FILE.replace("sống khỏe", "điều trị sớm"), encoding="utf-8")
    assert library.load_folder(folder, unit, NOW).changed == ["thu-nghiem"]
    newest = workflow.latest_revision(message)
    assert (newest.number, newest.state) == (2, RevisionState.DRAFT)
    assert workflow.approved_revision(message) == first


def test_a_broken_file_is_named_and_the_others_load(home: Home, unit: Unit, folder: Path) -> None:
    (folder / "hong.md").write_text(FILE.replace('pillar = "knowledge"', 'pillar = "kien-thuc"'), encoding="utf-8")
    loaded = library.load_folder(folder, unit, NOW)
    assert loaded.added == ["thu-nghiem"]
    (error,) = loaded.errors
    assert (error.file, error.line) == ("hong.md", 4)
    assert "knowledge" in error.what


# ---------------------------------------------------------------- a message that people here work on as well


def rewrite(folder: Path, words: str) -> None:
    (folder / "thu.md").write_text(FILE.replace("sống khỏe", words), encoding="utf-8")


def edited(editor: User) -> Revision:
    """The message with an editor's own words in the open draft."""
    message = Message.get(Message.slug == "thu-nghiem")
    latest = workflow.latest_revision(message)
    words = replace(workflow.content_of(latest), text="Lời của tôi.")
    return workflow.save(editor, message, words, NOW, latest.content_hash)


def newest_text() -> str:
    return workflow.content_of(workflow.latest_revision(Message.get(Message.slug == "thu-nghiem"))).text


@pytest.mark.parametrize("submitted", [False, True])
def test_an_editors_draft_is_not_buried_under_a_changed_file(
    home: Home, unit: Unit, people: dict[str, User], folder: Path, submitted: bool
) -> None:
    library.load_folder(folder, unit, NOW)
    draft = edited(people["editor"])
    if submitted:
        workflow.submit(people["editor"], draft, NOW)
    rewrite(folder, "điều trị sớm")
    loaded = library.load_folder(folder, unit, NOW)
    assert (loaded.kept, loaded.changed, loaded.added, loaded.unchanged) == (["thu-nghiem"], [], [], 0)
    assert newest_text() == "Lời của tôi."


def test_a_library_draft_that_waits_for_approval_is_kept_too(
    home: Home, unit: Unit, people: dict[str, User], folder: Path
) -> None:
    library.load_folder(folder, unit, NOW)
    message = Message.get(Message.slug == "thu-nghiem")
    workflow.submit(people["editor"], workflow.latest_revision(message), NOW)
    rewrite(folder, "điều trị sớm")
    assert library.load_folder(folder, unit, NOW).kept == ["thu-nghiem"]


def test_what_was_kept_back_is_loaded_once_the_draft_is_settled(
    home: Home, unit: Unit, people: dict[str, User], folder: Path
) -> None:
    library.load_folder(folder, unit, NOW)
    draft = edited(people["editor"])
    rewrite(folder, "điều trị sớm")
    library.load_folder(folder, unit, NOW)
    workflow.submit(people["editor"], draft, NOW)
    draft = Revision.get_by_id(draft.id)
    workflow.decide(people["approver"], draft, Decision.APPROVE, NOW, seen_hash=draft.content_hash)
    assert library.load_folder(folder, unit, NOW).changed == ["thu-nghiem"]
    assert "điều trị sớm" in newest_text()


def test_a_file_that_stays_as_it_was_says_nothing_against_words_approved_since(
    home: Home, unit: Unit, people: dict[str, User], folder: Path
) -> None:
    library.load_folder(folder, unit, NOW)
    draft = edited(people["editor"])
    assert library.load_folder(folder, unit, NOW).unchanged == 1
    workflow.submit(people["editor"], draft, NOW)
    draft = Revision.get_by_id(draft.id)
    workflow.decide(people["approver"], draft, Decision.APPROVE, NOW, seen_hash=draft.content_hash)
    assert library.load_folder(folder, unit, NOW).unchanged == 1
    assert newest_text() == "Lời của tôi."


def test_a_file_that_goes_back_to_its_first_words_is_a_new_draft(home: Home, unit: Unit, folder: Path) -> None:
    library.load_folder(folder, unit, NOW)
    rewrite(folder, "điều trị sớm")
    library.load_folder(folder, unit, NOW)
    rewrite(folder, "sống khỏe")
    assert library.load_folder(folder, unit, NOW).changed == ["thu-nghiem"]
    assert "sống khỏe" in newest_text()
    assert library.load_folder(folder, unit, NOW).unchanged == 1


def test_a_message_of_another_unit_is_named_and_not_touched(home: Home, unit: Unit, folder: Path) -> None:
    library.load_folder(folder, unit, NOW)
    other = Unit.create(name="Xã Khác", kind="xã")
    rewrite(folder, "điều trị sớm")
    loaded = library.load_folder(folder, other, NOW)
    assert (loaded.added, loaded.changed, loaded.kept) == ([], [], [])
    (error,) = loaded.errors
    assert "thu-nghiem" in error.what and "đơn vị khác" in error.what
    assert "sống khỏe" in newest_text()
