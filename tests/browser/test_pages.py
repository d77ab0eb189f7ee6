"""Every page, at the three widths: usable, complete, and asking nobody but this home."""

import pytest

from campaign.demo import Demo
from tests.browser.conftest import Seat
from tests.browser.stage import DESKTOP, PHONE, SIGHTS, TABLET

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [PHONE, TABLET, DESKTOP], ids=lambda size: str(size[0]))
@pytest.mark.parametrize("login", sorted({sight.login for sight in SIGHTS}), ids=lambda login: login or "nobody")
def test_every_page_fits_its_window_has_one_heading_and_names_its_fields(
    running: Demo, seat: Seat, login: str, size: tuple[int, int]
) -> None:
    visitor = seat(login, size)
    for sight in SIGHTS:
        if sight.login == login:
            address = sight.address(running)
            assert visitor.go(address) == (404 if sight.name == "not-found" else 200)
            assert visitor.page.url == address
            visitor.look()
