"""An office at work over a real mailbox and a real queue; its assistant repeats what it hears."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Any

from bot.channels.carrier import Carrier
from bot.channels.mail import Letter
from bot.channels.mailbox import Mailbox
from bot.channels.office import Line, Office
from bot.channels.platform import Inbound, Outcome, Profile
from bot.people.store import PeopleStore

PROFILE = Profile(text=400, text_with_buttons=400, buttons=3, button=20)
SMS = Profile(text=1600, text_with_buttons=1600, buttons=0, button=0, segments=3, numbered=True, files=False)


class Post(Carrier):
    """A platform that notes what it got; `fails` are what it says first."""

    def __init__(self) -> None:
        self.got: list[Letter] = []
        self.fails: list[Outcome] = []
        self.forgot: list[str] = []

    async def carry(self, letter: Letter) -> Outcome:
        await asyncio.sleep(0.01)
        if self.fails:
            return self.fails.pop(0)
        self.got.append(letter)
        return Outcome("sent", id=letter.reference)

    async def forgotten(self, person: str) -> None:
        self.forgot.append(person)

    @property
    def texts(self) -> list[str]:
        return [each.part.text for each in self.got]


class World:
    """A mailbox, a post and an office with an assistant that says what it heard."""

    def __init__(self, folder: Path, profile: Profile = PROFILE) -> None:
        url, key = f"sqlite:///{folder / 'conversations.db'}", folder / "key"
        self.mailbox, self.people, self.post = Mailbox(url, key), PeopleStore(url, key), Post()
        self.heard: list[str] = []
        self.custom: dict[str, Any] = {"language": "fr", "country": "QA"}
        self.answer = "{}"
        self.profile = profile

    async def talk(self, channel: str, person: str, words: str) -> list[dict[str, Any]]:
        self.heard.append(words)
        await asyncio.sleep(0.01)
        return [{"text": self.answer.format(words), "custom": self.custom}] if words != "hush" else []

    def say(self, *texts: str, sender: str = "1", **more: Any) -> None:
        begin = len(self.heard) * 100
        self.mailbox.accept("sms", [
            Inbound(sender, f"{sender}-{time()}-{number}", time() + (begin + number) / 1e3, text=text, **more)
            for number, text in enumerate(texts)
        ])  # fmt: skip

    def work(self, until: Callable[[], bool], seconds: float = 8) -> None:
        """Lets the office work until something is so."""

        async def run() -> None:
            office = Office(self.mailbox, lambda: self.people, self.talk)
            office.open(Line("sms", self.profile, self.post))
            working = asyncio.ensure_future(office.run())
            begun = time()
            while not until():
                assert time() - begun < seconds, (self.heard, self.post.texts)
                await asyncio.sleep(0.05)
            await office.stop()
            await working

        asyncio.run(run())
