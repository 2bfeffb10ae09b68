"""What is read from messages, in each language and script, and what must not be read."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.entities import Entity, extract, warm_up
from bot.language.normalise import latin_word, split_words
from bot.language.scope import scope
from bot.language.tokens import tokens


def corridor(text: str) -> tuple[str | None, str | None]:
    found = {e.role: e.value for e in extract(text) if e.entity == "country" and e.role}
    return found.get("origin"), found.get("destination")  # type: ignore[return-value]


def value(text: str, entity: str) -> object:
    return next((e.value for e in extract(text) if e.entity == entity), None)


@pytest.mark.parametrize(
    ("text", "origin", "destination"),
    [
        ("I am Nepali, work in Qatar as mason", "NP", "QA"),
        ("from Nepal to Malaysia", "NP", "MY"),
        ("my sister in Saudi, she is from Kenya", "KE", "SA"),
        ("OWWA claim, I was in Jeddah", "PH", "SA"),
        ("PERKESO refuse to pay", None, "MY"),
        ("salary is 1500 ringgit", None, "MY"),
        ("I retire from my UK job and go back to Harare", "ZW", "GB"),
        ("agreement between Jordan and Kuwait", "JO", "KW"),
        ("im in the UAE no salary", None, "AE"),
        ("i work in jordan", None, "JO"),
        ("join union here in Moritius", None, "MU"),
        ("je suis sénégalaise, bonne au Koweït", "SN", "KW"),
        ("agence de Douala m'a envoyé au Liban", "CM", "LB"),
        ("je viens du Népal, je travaille en Arabie saoudite", "NP", "SA"),
        ("mon patron marocain ne paie pas", None, "MA"),
        ("ouvrier à l'usine, Québec", None, "CA"),
        ("कतारमा काम गर्छु", None, "QA"),
        ("साउदीमा छोरा छ", None, "SA"),
        ("मलेसियाको कानुन", None, "MY"),
        ("कोरियाबाट फर्केको ३ महिना भो", None, "KR"),
        ("वैदेशिक रोजगार बोर्डले कति दिन्छ, दुबईमा छु", "NP", "AE"),
        ("ma qatarma kam garchu", None, "QA"),
        ("ma japan ma hotel ma kam garxu", None, "JP"),
        ("nepali hu, dubai ma kaam garchhu", "NP", "AE"),
        ("saudi bata farkeko", None, "SA"),
    ],
)  # fmt: skip
def test_corridor(text: str, origin: str | None, destination: str | None) -> None:
    assert corridor(text) == (origin, destination)


@pytest.mark.parametrize(
    "text",
    [
        "my friend jordan stole my money at work",
        "the loan finish next month",
        "I love chili and turkey sandwich",
        "parlez-vous français ?",
        "can you speak english or nepali",
        "ils coupent 250 riyals sur la paye",
        "मालिकको छोराले हान्दैछ",
        "no salary for 3 months",
        "how hot is too hot to work by law",
        "réponds en anglais",
    ],
)
def test_no_country_is_invented(text: str) -> None:
    assert corridor(text) == (None, None)


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("I am a scaffolder", "construction"),
        ("housemaid in villa", "domestic_work"),
        ("talabat rider here", "platform_work"),
        ("i drive a truck, truck driver", "transport_delivery"),
        ("live in carer for old man", "care_health"),
        ("shipyard welder", "manufacturing"),
        ("je suis nounou", "domestic_work"),
        ("livreur uber eats", "platform_work"),
        ("veilleur de nuit", "cleaning_security"),
        ("ouvrier agricole saisonnier", "agriculture"),
        ("bonne journée et merci", None),
        ("राजमिस्त्री हुँ", "construction"),
        ("घरेलु कामदार", "domestic_work"),
        ("होटलमा काम", "hospitality"),
        ("gharelu kaamdar ho", "domestic_work"),
        ("social security office", None),
        ("bones pain", None),
        ("my salon job", "retail_services"),
    ],
)
def test_sector(text: str, sector: str | None) -> None:
    if text == "shipyard welder":
        assert value(text, "sector") in {"manufacturing", "construction"}
    else:
        assert value(text, "sector") == sector


@pytest.mark.parametrize(
    ("text", "entity", "expected"),
    [
        ("i have no papers", "status", "irregular"),
        ("je suis sans papiers", "status", "irregular"),
        ("visa sakiyo", "status", "irregular"),
        ("I am a refugee", "status", "refugee"),
        ("demandeur d'asile", "status", "refugee"),
        ("is this illegal deduction?", "status", None),
        ("false absconding report", "status", None),
        ("seasonal worker", "employment", "seasonal"),
        ("auto-entrepreneur", "employment", "self_employed"),
        ("i clean at madam's house", "private_household", "yes"),
        ("3 months no pay", "duration", "P3M"),
        ("३ महिना तलब छैन", "duration", "P3M"),
        ("depuis deux ans", "duration", "P2Y"),
        ("since 2019 i pay", "date", "2019"),
        ("on 05/03/2021 accident", "date", "2021-03-05"),
    ],
)
def test_states_and_quantities(text: str, entity: str, expected: str | None) -> None:
    assert value(text, entity) == expected


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("RM1400 deposit", 1400.0, "MYR"),
        ("1,500 ringgit", 1500.0, "MYR"),
        ("250 riyals", 250.0, None),
        ("€900 loyer", 900.0, "EUR"),
        ("१५०० रियाल", 1500.0, None),
    ],
)
def test_money(text: str, amount: float, currency: str | None) -> None:
    assert value(text, "money") == {"amount": amount, "currency": currency}


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=12),
            st.sampled_from(["Qatar", "कतारमा", "d'Arabie", "RM1400", "2 months", "maçon", "قطر", "😀"]),
        ),
        max_size=12,
    ).map(" ".join)
)
def test_extract_never_raises_and_offsets_are_true(text: str) -> None:
    for entity in extract(text):
        assert isinstance(entity, Entity)
        assert 0 <= entity.start < entity.end <= len(text)
        assert text[entity.start : entity.end] == entity.text
        assert entity.role is None or entity.entity == "country"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_words_are_those_of_the_classifier(text: str) -> None:
    assert [t.text for t in tokens(text)] == [w for w in split_words(text) if latin_word(w)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l'Arabie d’Oman (Qatar/Doha)", ["l", "Arabie", "d", "Oman", "Qatar", "Doha"]),
        ("काठमाडौँको।कतारमा", ["काठमाडौँको", "कतारमा"]),
        ("கத்தாரில் লেবাননে", ["கத்தாரில்", "লেবাননে"]),
        ("\ud800 Qatar", ["Qatar"]),
    ],
)
def test_words_with_places(text: str, words: list[str]) -> None:
    assert [token.text for token in tokens(text)] == words
    assert [text[token.start : token.end] for token in tokens(text)] == words


def test_speed() -> None:
    warm_up()
    english, nepali = scope("en"), scope("ne")  # as the pipeline tells it
    texts = [
        ("I am Nepali, mason in Qatar, no salary 2 months", english),
        ("म साउदीमा ड्राइभर हुँ, तलब आएन", nepali),
    ] * 20

    def read_all() -> None:
        for text, read in texts:
            extract(text, read)

    def count_letters() -> None:  # some 2 ms, more on a slow or busy machine
        for _ in range(20):
            assert {word: sum(map(ord, word)) for word in map(str, range(10_000, 10_200))}

    pairs = [(_seconds(read_all) / len(texts), _seconds(count_letters)) for _ in range(10)]
    best, fixed_work = map(min, zip(*pairs, strict=True))
    assert best < 1.5 * fixed_work


def _seconds(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
