"""The real assistant on simulated platforms: what the tests of delivery and `haq bench channels` share."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import quantiles

from bot.answers import formats
from bot.answers.translations import translator
from tests.channels.shapes import Secrets
from tests.channels.simulator import Person, Sent, Simulator
from tests.end_to_end.driver import Servers, free_port

# Countries of work with rules, by name: an answer about wages names the one that it speaks of.
COUNTRIES = {
    formats.country(code, translator("en")): code
    for code in ("QA", "SA", "AE", "KW", "OM", "BH", "JO", "LB", "MY", "SG", "KR", "JP", "IT", "DE", "FR")
}  # fmt: skip
NAMES = tuple(COUNTRIES)


def environment(base: Callable[[str], str], public: str) -> dict[str, str]:
    """The settings of every channel, with each platform's address replaced."""
    told = Secrets()
    return {
        "HAQ_PUBLIC_URL": public,
        "HAQ_WHATSAPP_TOKEN": told.access_token,
        "HAQ_WHATSAPP_NUMBER_ID": told.phone_number_id,
        "HAQ_WHATSAPP_APP_SECRET": told.app_secret,
        "HAQ_WHATSAPP_VERIFY_TOKEN": told.verify_token,
        "HAQ_MESSENGER_TOKEN": told.access_token,
        "HAQ_MESSENGER_APP_SECRET": told.app_secret,
        "HAQ_MESSENGER_VERIFY_TOKEN": told.verify_token,
        "HAQ_TELEGRAM_TOKEN": told.bot_token,
        "HAQ_TELEGRAM_SECRET": told.webhook_secret,
        "HAQ_LINE_TOKEN": told.access_token,
        "HAQ_LINE_SECRET": told.channel_secret,
        "HAQ_TWILIO_ACCOUNT": told.account_sid,
        "HAQ_TWILIO_TOKEN": told.auth_token,
        "HAQ_TWILIO_SMS_FROM": told.number,
        "HAQ_WEBCHAT_ORIGINS": "*",
        **{f"HAQ_{name.upper()}_API": base(name) for name in ("whatsapp", "messenger", "telegram", "line")},
        "HAQ_TWILIO_API": base("sms"),
    }


class Connected:
    """`haq run` with every channel on, and a place for a simulator of each platform."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.ports = {name: free_port() for name in ("whatsapp", "telegram", "messenger", "sms", "line")}
        assistant = free_port()
        given = environment(self._base, f"http://127.0.0.1:{assistant}")
        self.servers = Servers(
            folder, settings={**given, "HAQ_ASSISTANT_PORT": str(assistant), **(settings or {})}
        )
        self.servers.start()

    def _base(self, name: str) -> str:
        version = "/v23.0" if name in ("whatsapp", "messenger") else ""
        return f"http://127.0.0.1:{self.ports[name]}{version}"

    def simulator(self, platform: str, **more: float) -> Simulator:
        """A simulator of a platform, not started."""
        return Simulator(platform, self.servers.url, port=self.ports[platform], **more)  # type: ignore[arg-type]

    def kill_assistant(self) -> None:
        """Kills the assistant; its watcher starts it again."""
        os.kill(self.servers.child("bot.supervisor.assistant"), signal.SIGKILL)


def hears(person: Person, words: str, timeout: float = 20.0) -> None:
    """Waits until a person has got a message with some words."""
    deadline = time.monotonic() + timeout
    while not any(words in each.text for each in person.received):
        got = "\n--\n".join(each.text for each in person.received)
        assert time.monotonic() < deadline, f"{words!r} did not come, but:\n{got}"
        time.sleep(0.1)


def question(number: int) -> str:
    """A question whose answer tells which it was."""
    return f"my salary is late, I work in construction in {NAMES[number % len(NAMES)]}"


def answered(text: str) -> str | None:
    """The country that the beginning of an answer speaks of."""
    head = text.splitlines()[0] if text else ""
    return next((name for name in NAMES if f"country of work: {name}" in head), None)


@dataclass
class Outcome:
    """What became of a flood."""

    messages: int
    lost: int = 0
    twice: int = 0
    disordered: int = 0
    odd: list[str] = field(default_factory=list)  # what people got beside answers, for whoever looks into it
    acknowledged: list[float] = field(default_factory=list)

    @property
    def p99_milliseconds(self) -> float:
        """The acknowledgement that 99 of 100 are faster than."""
        return quantiles(self.acknowledged, n=100)[98] * 1000


def judge(simulator: Simulator) -> Outcome:
    """Holds what every person got against what they asked, in its order."""
    asked: dict[int, list[Sent]] = {}
    for sent in simulator.sent:
        if sent.number is not None:
            asked.setdefault(id(sent.person), []).append(sent)
    outcome = Outcome(sum(map(len, asked.values())), acknowledged=list(simulator.latencies))
    for mine in asked.values():
        mine.sort(key=lambda sent: sent.number or 0)
        waiting: dict[str, list[Sent]] = {}
        for sent in mine:
            waiting.setdefault(NAMES[(sent.number or 0) % len(NAMES)], []).append(sent)
        person = mine[0].person
        assert person is not None
        got = [name for name in (answered(each.text) for each in person.received) if name]
        outcome.odd += [each.text for each in person.received if not answered(each.text)]
        wanted = Counter({name: len(each) for name, each in waiting.items()})
        outcome.lost += sum((wanted - Counter(got)).values())
        outcome.twice += sum((Counter(got) - wanted).values())
        order = [waiting[name].pop(0) for name in got if waiting.get(name)]
        outcome.disordered += sum(
            (later.number or 0) > (earlier.number or 0) and simulator._told(earlier, later)
            for later, earlier in pairwise(order)
        )
    return outcome


def flood(
    connected: Connected, platform: str, people: int, messages: int, rate: float, kills: int
) -> Outcome:
    """Sends many messages of many people as an unkind platform does, while the assistant is killed."""
    simulator = connected.simulator(platform, duplicate=0.3, reorder=0.2, drop_ack=0.1)
    with simulator:
        running = simulator.flood(people=people, messages=messages, rate=rate, text=question)
        for _kill in range(kills):
            time.sleep(messages / rate / (kills + 1))
            connected.kill_assistant()
        running.wait(timeout=900)
        deadline = time.monotonic() + 60 + messages / 10
        while (outcome := judge(simulator)).lost and time.monotonic() < deadline:
            time.sleep(1)
        simulator.settle(quiet=17 if kills else 3)  # what was in doubt when it was killed is sent again late
        return judge(simulator) if outcome else outcome
