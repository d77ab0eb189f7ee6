"""Loading a library: drafts to approve, twice changes nothing, a changed file is a new revision."""

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
