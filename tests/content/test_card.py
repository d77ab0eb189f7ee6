"""Quote cards: every letter of Vietnamese whole, lines even and untorn, nothing clipped, always readable."""

import io
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFont

from content.card import DEFAULT_COLOUR, LETTERS, SQUARE, WIDE, CardError, draw, fitted
from content.card_ground import BLACK, LEAST_CONTRAST, WHITE, contrast, parse_colour, text_colour
from content.linebreak import balanced, greedy_count

FONTS = ("BeVietnamPro-SemiBold.ttf", "BeVietnamPro-Medium.ttf")
SENTENCE = "Xét nghiệm HIV sớm, điều trị sớm: sống khỏe và không lây cho người mình yêu thương."
LONG = "Người đang điều trị đều đặn sống khỏe như mọi người. " * 12
ENDLESS = "Người đang điều trị đều đặn sống khỏe như mọi người và " * 20
SIZES = pytest.mark.parametrize("size", [SQUARE, WIDE], ids=["square", "wide"])


def image(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def ink_box(text: str, size: tuple[int, int], **options: str) -> tuple[int, int, int, int]:
    """Where a card differs from the one whose sentence is a single dot high up: the box of everything written."""
    with_words, without = image(draw(text, size=size, **options)), image(draw("i", size=size, **options))
    box = ImageChops.difference(with_words, without).getbbox()
    assert box is not None
    return box


# ---------------------------------------------------------------- letters


def test_the_alphabet_is_whole() -> None:
    """Twelve vowels in six tones and seventeen consonants, in both cases; 134 of them carry a mark or a stroke."""
    letters = set(LETTERS + LETTERS.upper())
    assert len(letters) == 2 * (12 * 6 + 17)
    assert len([letter for letter in letters if not letter.isascii()]) == 134


@cache
def _glyph(font: str, letter: str) -> bytes:
    data = (files("content") / "fonts" / font).read_bytes()
    loaded = ImageFont.truetype(io.BytesIO(data), 64, layout_engine=ImageFont.Layout.BASIC)
    return bytes(loaded.getmask(letter))


@pytest.mark.parametrize("font", FONTS)
def test_the_fonts_have_every_letter_and_sign_of_our_texts(font: str) -> None:
    signs = "0123456789fjwzFJWZ.,;:!?…–—-()“”\"'/%+×&@°²₫•"
    missing = _glyph(font, "\U0010ffff")
    assert [letter for letter in LETTERS + LETTERS.upper() + signs if _glyph(font, letter) == missing] == []


@pytest.mark.parametrize("font", FONTS)
def test_no_two_letters_look_the_same(font: str) -> None:
    """A font that draws a base letter for what it lacks would pass the test above."""
    alphabet = LETTERS + LETTERS.upper()
    assert len({_glyph(font, letter) for letter in alphabet}) == len(alphabet)


@pytest.mark.parametrize("font", FONTS)
def test_the_fonts_are_small_and_come_with_their_licence(font: str) -> None:
    folder = files("content") / "fonts"
    assert len((folder / font).read_bytes()) < 200_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / "OFL.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["Chữ ký 漢", "Tế bào α"])
def test_a_letter_without_a_glyph_is_refused_by_name(text: str) -> None:
    with pytest.raises(CardError, match=f"“{text[-1]}”"):
        draw(text)


@pytest.mark.parametrize("text", ["Sống khỏe 💊❤️", "Sống\u202fkhỏe 🏳️\u200d🌈", "Sống\u00a0khỏe"])
def test_pictograms_and_odd_spaces_are_left_out(text: str) -> None:
    assert fitted(text) == "Sống khỏe"
    assert draw(text) == draw("Sống khỏe")


def test_the_name_of_a_unit_never_shows_an_empty_box() -> None:
    assert draw(SENTENCE, unit="Xã Thử 漢💊") == draw(SENTENCE, unit="Xa\u0303 Thử")


def test_letters_with_loose_marks_are_drawn_composed() -> None:
    assert draw("Trie\u0302\u0323u") == draw("Triệu")


# ---------------------------------------------------------------- what fits


@SIZES
@pytest.mark.parametrize(
    "text",
    [SENTENCE, "Ổ", "ẨẪẬ ỖỘỢ ẲẴẶ ỮỰ ỄỆ gyq " * 4, LONG, SENTENCE.upper()],
    ids=["usual", "one", "high", "long", "capitals"],
)
def test_nothing_is_clipped_or_spilled(size: tuple[int, int], text: str) -> None:
    left, top, right, bottom = ink_box(text, size)
    edge = 50
    assert left >= edge and top >= edge
    assert right <= size[0] - edge and bottom <= size[1] - edge


def bands(text: str, size: tuple[int, int]) -> int:
    """How many stripes of ink a sentence makes: a letter and each mark that stands off from it are one."""
    dark = image(draw(text, size=size, colour="#ffffff")).crop((60, 0, 700, round(size[1] * 0.72))).convert("L")
    ink = dark.point(lambda value: 255 * (value < 90))
    rows = [ink.crop((0, row, ink.width, row + 1)).getbbox() is not None for row in range(ink.height)]
    return sum(now and not before for before, now in pairwise([False, *rows]))


@SIZES
def test_lines_of_the_highest_and_deepest_letters_do_not_touch(size: tuple[int, int]) -> None:
    word = "ẪỢgẪỢgẪỢg"
    assert bands(f"{word} {word} {word}", size) == 3 * bands(word, size)


def test_a_text_that_is_too_long_is_cut_where_a_sentence_ends() -> None:
    kept = fitted(LONG)
    assert LONG.startswith(kept)
    assert kept.endswith("mọi người.")
    assert draw(LONG) == draw(kept)


@SIZES
def test_a_sentence_that_is_too_long_is_refused_with_advice(size: tuple[int, int]) -> None:
    with pytest.raises(CardError, match="viết gọn lại"):
        draw(ENDLESS, size=size)


@pytest.mark.parametrize("text", ["", "   ", "…", "💊"])
def test_a_card_needs_words(text: str) -> None:
    with pytest.raises(CardError, match="Hãy viết câu"):
        draw(text)


@SIZES
def test_two_hundred_characters_fit(size: tuple[int, int]) -> None:
    text = (SENTENCE.rstrip(".") + ", " + SENTENCE.lower()).rjust(160)[:200]
    assert fitted(text, size=size) == " ".join(text.split())


@SIZES
def test_a_long_name_of_a_unit_keeps_to_the_foot(size: tuple[int, int]) -> None:
    name = "Trung tâm Kiểm soát bệnh tật tỉnh – Khoa Phòng, chống HIV/AIDS – Tổ truyền thông " * 3
    with_name, without = image(draw(SENTENCE, size=size, unit=name)), image(draw(SENTENCE, size=size))
    _, top, right, bottom = ImageChops.difference(with_name, without).getbbox() or (0, 0, 0, 0)
    assert top > size[1] * 0.7
    assert right <= 800 and bottom <= size[1] - 30


def test_who_said_it_stands_below_and_leaves_room_for_the_words() -> None:
    assert draw(SENTENCE, attribution="Chị Hoa (tên đã đổi)") != draw(SENTENCE)
    with pytest.raises(CardError, match="Tên người nói"):
        draw(SENTENCE, attribution="Một người " * 60)


# ---------------------------------------------------------------- colour


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_the_words_can_be_read_on_any_colour(colour: tuple[int, int, int]) -> None:
    assert contrast(text_colour(colour), colour) >= LEAST_CONTRAST


@settings(max_examples=12, deadline=None)
@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_every_part_of_the_ground_can_be_read_on(colour: tuple[int, int, int]) -> None:
    """The ripples only go further away from the colour of the words."""
    picture = image(draw("i", colour="#{:02x}{:02x}{:02x}".format(*colour), size=WIDE)).crop((120, 60, 800, 180))
    shades = [shade for count, shade in picture.getcolors(100_000) or [] if count > 1000]
    assert shades
    assert all(contrast(text_colour(colour), shade) >= LEAST_CONTRAST for shade in shades)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(WHITE, BLACK) == 21
    assert contrast((119, 119, 119), WHITE) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("written", ["", "red", "#12345", "#12345g", "rgb(1,2,3)", "#1234567"])
def test_a_colour_is_six_hex_digits(written: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        parse_colour(written)


def test_the_ribbon_is_red_on_light_whatever_the_ground() -> None:
    for colour in (DEFAULT_COLOUR, "#1d56a5", "#f2c94c"):
        shades = {shade for count, shade in image(draw("i", colour=colour)).getcolors(200_000) or [] if count > 500}
        assert {(200, 40, 46), (255, 250, 245)} <= shades


# ---------------------------------------------------------------- the file


@SIZES
def test_the_same_words_give_the_same_bytes(size: tuple[int, int]) -> None:
    made = draw(SENTENCE, unit="Xã Thử", size=size)
    assert made == draw(SENTENCE, unit="Xã Thử", size=size)
    assert made != draw(SENTENCE, unit="Xã Khác", size=size)
    assert image(made).size == size
    assert len(made) < 250_000


def test_many_threads_draw_the_same_card() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: draw(SENTENCE, unit="Xã Thử", size=WIDE), range(24)))
    assert made == {draw(SENTENCE, unit="Xã Thử", size=WIDE)}


def test_there_are_two_sizes() -> None:
    with pytest.raises(ValueError, match="no layout"):
        draw(SENTENCE, size=(100, 100))


# ---------------------------------------------------------------- lines


def lines(text: str, most: int, count: int) -> tuple[str, ...]:
    """Broken as on a typewriter: every character is one wide."""
    found = balanced(text, len, most, count)
    assert found is not None
    return found.lines


def test_lines_are_even_and_not_only_full() -> None:
    assert lines("một hai ba bốn năm sáu bảy", 20, 2) == ("một hai ba bốn", "năm sáu bảy")


def test_a_word_of_several_syllables_is_not_torn() -> None:
    for line in lines("Cả xã cùng nhau nói không với phân biệt đối xử và kỳ thị", 19, 4):
        assert not line.endswith(("phân", "biệt", "đối", "kỳ"))


def test_a_line_does_not_end_in_a_word_that_leans_on_the_next() -> None:
    assert lines("Hãy bình tâm và thương yêu nhau", 20, 2) == ("Hãy bình tâm", "và thương yêu nhau")


def test_a_line_rather_ends_with_a_comma() -> None:
    assert lines("Biết sớm thật tốt, chữa sớm mau khỏe", 22, 2) == ("Biết sớm thật tốt,", "chữa sớm mau khỏe")
    assert lines("Mở lòng, lắng nghe nhau nhé", 18, 2) == ("Mở lòng,", "lắng nghe nhau nhé")


def test_a_number_stays_with_what_it_counts() -> None:
    assert lines("Chỉ mất chừng 20 phút là có", 16, 2) == ("Chỉ mất chừng", "20 phút là có")


def test_a_word_wider_than_the_line_does_not_fit() -> None:
    assert greedy_count([5, 30, 5], 1, 20) is None
    assert balanced("a " + "b" * 30, len, 20, 2) is None


@given(st.lists(st.text("aăbc", min_size=1, max_size=9), min_size=1, max_size=30))
def test_no_word_is_lost_or_moved(words: list[str]) -> None:
    text = " ".join(words)
    count = greedy_count([len(word) for word in words], 1, 20)
    assert count is not None
    found = lines(text, 20, count)
    assert " ".join(found) == text
    assert max(map(len, found)) <= 20
