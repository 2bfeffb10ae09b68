"""Logs: one line an event, the id, no message of an error, nothing that looks personal."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.observability import correlation, marks
from bot.observability.logs import ErrorCounter, JsonFormatter, TextFormatter, configure, part_of
from bot.observability.redaction import GONE, redacted
from tests.observability.support import settings_in


def record(message: str, *values: object, error: BaseException | None = None) -> logging.LogRecord:
    failure = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("bot.channels.office", logging.ERROR, __file__, 1, message, values, failure)


def failure() -> ValueError:
    try:
        int("my phone is 55551234 Sita")
    except ValueError as error:
        return error
    raise AssertionError


def test_json_is_one_object_a_line_with_the_id() -> None:
    with correlation.under("0123456789ab"):
        line = JsonFormatter("assistant", whole=False).format(record("two\nlines of %s", "text"))
    assert "\n" not in line
    said = json.loads(line)
    assert said.pop("time").endswith("Z")
    assert said == {
        "level": "error", "logger": "bot.channels.office", "process": "assistant",
        "message": "two\nlines of text", "trace": "0123456789ab",
    }  # fmt: skip


def test_text_has_the_id_only_where_there_is_a_message() -> None:
    formatter = TextFormatter("assistant", whole=False)
    assert formatter.format(record("It failed.")).endswith(" ERROR bot.channels.office: It failed.")
    with correlation.under("0123456789ab"):
        assert formatter.format(record("It failed.")).endswith("It failed. [0123456789ab]")


@pytest.mark.parametrize("formatter", [JsonFormatter, TextFormatter])
def test_an_error_is_told_by_kind_and_place_alone(formatter: type[JsonFormatter | TextFormatter]) -> None:
    line = formatter("desk", whole=False).format(record("It failed.", error=failure()))
    assert "ValueError at test_logs.py:" in line
    assert "Sita" not in line and "5555" not in line and "Traceback" not in line


def test_debug_has_the_whole_trace() -> None:
    line = TextFormatter("desk", whole=True).format(record("It failed.", error=failure()))
    assert "Traceback" in line and "Sita" in line


@pytest.mark.parametrize(
    "secret",
    [
        "+974 5555 1234", "97455551234", "(555) 123-4567 89", "٩٧٤٥٥٥٥١٢٣٤", "९८४१२३४५६७",
        "sita.k@example.org", "4111 1111 1111 1111", "A1234567890123456789012345678",
        "123456789:AAE4oG7Yx-qzKc1rVn0Ls3TgPw9Hd2BfJm8", "?sender=whatsapp-55&x=1",
        "Bearer abcdefgh", "password=hunter22",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4",
    ],
)  # fmt: skip
def test_what_looks_personal_or_secret_is_taken_out(secret: str) -> None:
    said = redacted(f"It said {secret} here.")
    assert GONE in said and secret not in said
    assert said.startswith("It said ") and "here." in said


@pytest.mark.parametrize(
    "harmless",
    [
        "The model haq-0123456789abcdef.tar.gz was not loaded (but None).",
        "OperationalError at mailbox.py:1204 from TimeoutError at selectors.py:12",
        "rules loaded: version 118695b411ba, as before (16.1 s)",
        "The channel twilio_whatsapp is open.", "Port 5005 (assistant) is taken.",
        "at 2026-11-22 10:55:31,123",
    ],
)  # fmt: skip
def test_our_own_lines_stay_as_they_are(harmless: str) -> None:
    assert redacted(harmless) == harmless


@given(st.text(alphabet="0123456789", min_size=9, max_size=15), st.sampled_from(["", "+", "00"]))
def test_no_phone_number_gets_through(digits: str, before: str) -> None:
    assert digits not in redacted(f"to {before}{digits} now")


@given(st.text(max_size=300))
def test_any_text_can_be_redacted(text: str) -> None:
    assert len(redacted(text)) <= len(text) + text.count("?") * len(GONE) + 200


@pytest.fixture
def loggers() -> Iterator[None]:
    """The root logger as it was before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    for name in ("bot", "actions", "py.warnings"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_libraries_are_heard_from_warnings_up(
    loggers: None, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(settings_in(tmp_path, HAQ_LOG_FORMAT="json"), "assistant")  # type: ignore[arg-type]
    logging.getLogger("rasa.core").info("A whole message of a person")
    logging.getLogger("rasa.core").warning("Something is off")
    logging.getLogger("bot.channels").info("The channel is open")
    warnings.warn("What a person wrote", stacklevel=1)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["logger"], line["message"]) for line in lines] == [
        ("rasa.core", "Something is off"), ("bot.channels", "The channel is open"),
    ]  # fmt: skip


def test_errors_are_counted_by_part() -> None:
    heard: list[tuple[str, tuple[str, ...]]] = []

    class Listener:
        def counted(self, what: str, labels: tuple[str, ...], number: int) -> None:
            heard.append((what, labels))

        def took(self, stage: str, seconds: float) -> None:
            raise AssertionError

    listener = Listener()
    marks.listen(listener)
    try:
        logger = logging.Logger("bot.rules.lawbase")
        logger.addHandler(ErrorCounter())
        logger.warning("no")
        logger.error("yes")
    finally:
        marks.leave(listener)
    assert heard == [("errors", ("rules.lawbase",))]


def test_parts_are_few() -> None:
    names = [name for name in sys.modules if name.startswith(("bot.", "actions."))]
    parts = {part_of(name) for name in names}
    assert all(part.count(".") <= 1 for part in parts)
    assert part_of("sqlalchemy.engine") == part_of("__main__") == "library"
