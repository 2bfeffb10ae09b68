"""A conversation without Rasa: the lists read the message, the test says what it is about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from bot.conversation.respond import respond
from bot.conversation.turn import Desk, Effect, Entity, Reply, State, Turn, Understanding
from bot.language.emergency import detect
from bot.language.entities import extract
from bot.language.identification import identify, likely
from bot.language.scope import scope
from bot.rules.lawbase import LawBase

TODAY = date(2026, 11, 22)


@dataclass
class Chat:
    """One person talking; `intent` is what a classifier would make of the message."""

    base: LawBase
    state: State = field(default_factory=State)
    desk: Desk = field(default_factory=Desk)
    today: date = TODAY
    reply: Reply = field(default_factory=lambda: Reply(State(), ()))
    effects: list[Effect] = field(default_factory=list)

    def say(self, text: str, intent: str = "out_of_scope", confidence: float = 0.3, **more: object) -> Chat:
        """Sends a message; unsure by default, so that only what the lists know counts."""
        guess, read = identify(text), scope(*likely(text))
        entities = tuple(Entity(each.entity, each.value, each.role) for each in extract(text, read))
        said = Understanding(
            text, intent, confidence, entities, guess.language, guess.confident, detect(text, read),
            ((intent, confidence),),
        )  # fmt: skip
        self.reply = respond(Turn(self.state, replace(said, **more), self.base, self.today, self.desk))  # type: ignore[arg-type]
        # As the dialogue engine keeps it.
        self.state = State.from_slots(self.reply.state.slots())
        self.effects += self.reply.effects
        return self

    def choose(self, does: str) -> Chat:
        """Presses the button that does something."""
        position = next((n for n, (what, _) in enumerate(self.state.choices, 1) if what == does), None)
        assert position is not None, f"{does} is not among {self.state.choices}"
        return self.say(str(position))

    @property
    def text(self) -> str:
        """All that was said last."""
        return "\n".join(message.text for message in self.reply.messages)

    @property
    def rules(self) -> list[str]:
        """The rules that were named last."""
        return [rule for message in self.reply.messages for rule in message.rules]

    @property
    def offers(self) -> list[str]:
        """What the buttons do."""
        return [does for does, _ in self.state.choices]

    def did(self, name: str) -> Effect:
        """The last effect of a name."""
        found = [each for each in self.effects if each.name == name]
        assert found, f"{name} is not among {[each.name for each in self.effects]}"
        return found[-1]

    def has(self, *parts: str) -> Chat:
        """Asserts that the reply says each part."""
        for part in parts:
            assert part.lower() in self.text.lower(), f"{part!r} is missing in:\n{self.text}"
        return self

    def lacks(self, *parts: str) -> Chat:
        """Asserts that the reply says none of the parts."""
        for part in parts:
            assert part.lower() not in self.text.lower(), f"{part!r} stands in:\n{self.text}"
        return self
