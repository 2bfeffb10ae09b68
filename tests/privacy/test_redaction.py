"""What is taken out of texts, and what must stay."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.language.normalise import plain_digits
from bot.privacy.redaction import EMAIL, LINK, NAME, NUMBER, redact
from bot.rules.vocabulary import LANGUAGES

NATIVE = {"ne": 0x966, "ar": 0x660, "ur": 0x6F0, "bn": 0x9E6, "ta": 0xBE6, "en": ord("0")}
INTRODUCTIONS = {
    "en": ("My name is Ravindran Pillai and I work here", "Ravindran Pillai"),
    "fr": ("Bonjour, je m'appelle Awa Diop, je travaille", "Awa Diop"),
    "es": ("me llamo José Quispe y trabajo", "José Quispe"),
    "pt": ("o meu nome é Tomás Machel e trabalho", "Tomás Machel"),
    "ar": ("اسمي فاطمة علي وانا اعمل هنا", "فاطمة علي"),
    "am": ("ስሜ አበበ ነው", "አበበ"),
    "sw": ("jina langu ni Wanjiku Kamau na ninafanya kazi", "Wanjiku Kamau"),
    "hi": ("मेरा नाम रमेश कुमार है", "रमेश कुमार"),
    "ur": ("میرا نام عمران خان ہے", "عمران خان"),
    "bn": ("আমার নাম রহিম উদ্দিন, আমি কাজ করি", "রহিম উদ্দিন"),
    "ne": ("मेरो नाम सीता राई हो", "सीता राई"),
    "si": ("මගේ නම නිමල් පෙරේරා, මම", "නිමල් පෙරේරා"),
    "ta": ("என் பெயர் முருகன், நான்", "முருகன்"),
    "id": ("nama saya Siti Rahayu dan saya bekerja", "Siti Rahayu"),
    "fil": ("ang pangalan ko ay Maricel Santos at ako ay", "Maricel Santos"),
    "vi": ("Tôi tên là Nguyễn Văn An, tôi làm", "Nguyễn Văn An"),
}


@pytest.mark.parametrize(("text", "name"), INTRODUCTIONS.values(), ids=INTRODUCTIONS)
def test_the_name_after_my_name_is_goes_and_the_rest_stays(text: str, name: str) -> None:
    assert set(INTRODUCTIONS) == set(LANGUAGES)
    assert redact(text) == text.replace(name, NAME)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("call me +977 981-2345678 please", f"call me {NUMBER} please"),
        ("९८४१२३४५६७ मा फोन", f"{NUMBER} मा फोन"),
        ("رقمي ٠٥٠١٢٣٤٥٦٧", f"رقمي {NUMBER}"),
        ("(0)50 123 4567", NUMBER),
        ("passport B1234567, visa AB-123456", f"passport {NUMBER}, visa {NUMBER}"),
        ("Emirates ID 784-1990-1234567-1", f"Emirates ID {NUMBER}"),
        ("Aadhaar 1234 5678 9012", f"Aadhaar {NUMBER}"),
        ("card 4111 1111 1111 1111 was taken", f"card {NUMBER} was taken"),
        ("to GB82 WEST 1234 5698 7654 32", f"to {NUMBER}"),
        ("to QA58DOHB00001234567890ABCDEFG", f"to {NUMBER}"),
        ("write sita.rai+a@mail.example.org", f"write {EMAIL}"),
        ("https://facebook.com/sita.rai and t.me/sita and @sita_rai", f"{LINK} and {LINK} and {LINK}"),
    ],
)
def test_what_leads_to_a_person_goes(text: str, said: str) -> None:
    assert redact(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "they owe me 1500 riyal, AED 2,500.50 and 250000",
        "25.000.000 rupiah, 25.000.000 đồng, 1500000 VND, QAR 150000",
        "१५००००० रुपैयाँ र ৳ 1,500,000",
        "call 16008, 19911, 800 51 or 999",
        "Law No. 14 of 2004, RA 10022, ILO C189, Article 57",
        "la loi n° 2016-1088 et la directive 2003/109/CE",
        "Proclamation No. 1156/2019, Undang-Undang No. 18/2017",
        "from 2023-05-01 to 31/12/2024, or 01-06-2023",
        "my name is not on the contract",
        "12 hours a day, 7 days, 2 years",
    ],
)
def test_law_money_dates_and_help_lines_stay(text: str) -> None:
    assert redact(text) == text


def test_help_lines_that_are_long_stay_where_they_are_known() -> None:
    assert redact("call 920 002 866 or 920 002 867", keep=["920002866"]) == f"call 920 002 866 or {NUMBER}"


def test_one_mark_for_all() -> None:
    assert redact("my name is Sita, 9841234567", mark="·") == "my name is ·, ·"


digits = st.text("0123456789", min_size=7, max_size=15)
separators = st.sampled_from(["", " ", "-", ".", " - "])


@given(
    digits,
    separators,
    st.sampled_from(sorted(NATIVE)),
    st.sampled_from(["call {}", "{} is me", "पासपोर्ट {}।"]),
)
@example("0000000", "", "ar", "call {}")
def test_no_long_number_survives_in_any_script(number: str, between: str, script: str, text: str) -> None:
    native = "".join(chr(NATIVE[script] + int(each)) for each in number)
    said = redact(text.format(between.join((native[:3], native[3:]))))
    left = "".join(each for each in plain_digits(said) if each.isdigit())
    assert NUMBER in said and left == ""


@given(
    st.integers(100, 99_999_999),
    st.sampled_from(["riyal", "QAR", "dirham", "रुपैयाँ", "টাকা", "ريال", "pesos", "USD"]),
)
def test_sums_stay(amount: int, currency: str) -> None:
    for text in (f"{amount} {currency}", f"{amount:,} {currency}"):
        assert redact(text) == text


@given(st.text(max_size=200))
def test_it_takes_anything_and_twice_is_once(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
