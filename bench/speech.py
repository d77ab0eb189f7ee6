"""How many sentences a second the spoken form makes, beside the least we accept.

Run `python -m bench.speech` from the top of the repository.
"""

from time import process_time

from content.speech import Form, speak

LIMIT = 3_000  # sentences a second, so that a campaign of a thousand scripts is checked while its author watches
ROUNDS = 300
SENTENCES = (
    "Từ 10/11 đến 10/12/2026, UBND xã tổ chức xét nghiệm HIV miễn phí tại TYT, gọi 1900 6068.",
    "Người nhiễm HIV có thẻ BHYT được chi trả thuốc ARV theo Nghị định 49/2024/NĐ-CP.",
    "K=K nghĩa là không phát hiện thì không lây truyền qua đường tình dục.",
    "Mục tiêu 95-95-95 được đặt ra cho giai đoạn 2021-2030, khóa XIII.",
    "Đừng để kỳ thị ngăn ai đó đến với dịch vụ y tế; hãy lắng nghe và sẻ chia.",
    "Phòng khám mở cửa 7:30-11:00 và 13h30-16h30, từ thứ 2 đến thứ 6, tư vấn 24/7 trên Zalo.",
    "Tỷ lệ tử vong dưới 1,0/100.000 dân; mỗi năm dưới 1.000 trường hợp mới.",
    "Uống PrEP mỗi ngày 1 viên, xét nghiệm lại 3 tháng/lần.",
)


def measure(form: Form) -> float:
    """Sentences a second of processor time in one form, so that a busy machine does not blur the figure."""
    begun = process_time()
    for _ in range(ROUNDS):
        for sentence in SENTENCES:
            speak(sentence, form)
    return ROUNDS * len(SENTENCES) / (process_time() - begun)


def main() -> None:
    """Print the figure and its ratio to the limit for both forms."""
    for form in Form:
        rate = measure(form)
        print(f"{form}: {rate:,.0f} sentences/s, {rate / LIMIT:.1f} times the limit of {LIMIT:,}")


if __name__ == "__main__":
    main()
