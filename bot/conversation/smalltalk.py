"""Everything that is not a question of law: greeting, thanks, language, forgetting, a person."""

from __future__ import annotations

from dataclasses import replace

from babel import Locale

from bot.answers import formats, names
from bot.answers.answer import answer
from bot.answers.translations import Translator, translator
from bot.conversation.asking import why_i_ask
from bot.conversation.journey import stages
from bot.conversation.measured import lookup
from bot.conversation.turn import Message, Reply, State, Turn, enabled_languages
from bot.language.normalise import latinise

MAX_SUGGESTIONS = 3
PATIENCE = 2  # so often it asks back in a row; then a person is asked for


def greet(turn: Turn) -> Reply:
    """Who this is, who can see the chat, and what can be asked."""
    t = turn.t
    text = " ".join(
        (
            t.gettext(
                "Hello. I tell people who work in another country what the law gives them, "
                "and where to complain."
            ),
            privacy(t),
            t.gettext("What is it about?"),
        )
    )
    return turn.reply(Message(text, stages(turn)), told_privacy=True)


def privacy(t: Translator) -> str:
    """Who can see the chat, that no name is needed, and how to erase it."""
    return " ".join(
        (
            t.gettext(
                "You do not need to give your name. "
                "Write “delete my data” at any time and I forget this chat."
            ),
            t.gettext("Somebody who holds your phone can read it."),
        )
    )


def menu(turn: Turn) -> tuple[tuple[str, str], ...]:
    """The stages of the journey, as choices."""
    return stages(turn)


def thank(turn: Turn) -> Reply:
    """You are welcome."""
    return turn.reply(Message(turn.t.gettext("You are welcome. Write again whenever you need.")))


def say_goodbye(turn: Turn) -> Reply:
    """Goodbye."""
    return turn.reply(Message(turn.t.gettext("Goodbye, and take care. You can write again at any time.")))


def ask_what(turn: Turn) -> Reply:
    """When a yes or no answers nothing that was asked."""
    return turn.reply(Message(turn.t.gettext("What do you want to know about?"), menu(turn)))


def out_of_scope(turn: Turn) -> Reply:
    """What is not ours is said kindly, with what is."""
    t = turn.t
    text = t.gettext(
        "I cannot help with that. I can help with work and social security in another country, for example:"
    )
    return turn.reply(Message(text, menu(turn)))


def not_understood(turn: Turn) -> Reply:
    """Asks back with the likely topics instead of guessing; in the end brings a person.

    What was not understood is noted for the editors, without anything that names a person.
    """
    t, state = turn.t, turn.state
    if state.misunderstood >= PATIENCE:
        return bring_a_person(turn.with_state(misunderstood=0))
    topics = [intent for intent, _ in turn.said.ranking if intent in names.TOPIC_NAMES][:MAX_SUGGESTIONS]
    choices = [(f"topic:{topic}", names.topic_name(topic, t)) for topic in topics]
    choices += [("menu", t.gettext("Menu")), ("human", t.gettext("Talk to a person"))]
    text = (
        t.gettext("I am not sure what you mean. Is it one of these? You can also say it in other words.")
        if state.misunderstood == 0
        else t.gettext("I still do not understand. Choose one of these, or write it in a few short words.")
    )
    reply = turn.reply(Message(text, tuple(choices)), misunderstood=state.misunderstood + 1)
    return reply.doing("unanswered", text=turn.said.text, topics=topics).counting("unanswered")


def why(turn: Turn) -> Reply:
    """Why something of the case is asked for, with the choices that stood there."""
    return turn.reply(Message(why_i_ask(turn.t), turn.state.choices))


def bring_a_person(turn: Turn) -> Reply:
    """Asks the desk for somebody; says whether anyone is there now, and who can be reached meanwhile."""
    t = turn.t
    found = lookup(turn.base, turn.case(), ["complaint"])
    said = answer(found, turn.state.language)
    lines = [_who_is_there(turn)]
    shown = said.channels[:3]
    if shown:
        lines.append(t.gettext("These people can help you too:"))
        lines += [f"• {card.text()}" for channel in shown for card in channel.cards]
    else:
        lines.append(
            t.gettext(
                "Ask a trade union, an aid group for migrants, or your embassy. "
                "Emergency numbers: {numbers}.",
                numbers=said.emergency,
            )
        )
    rules = tuple(channel.statement.rule.id for channel in shown)
    reply = turn.reply(
        Message("\n".join(lines), (("menu", t.gettext("Menu")),), rules=rules, topic="complaint"),
        cited=rules,
    )
    reply = replace(reply, case=found.case, version=found.version)
    return reply.doing("ask_for_person", urgent=False).counting("handed_over", turn.state.topic)


def _who_is_there(turn: Turn) -> str:
    t, desk = turn.t, turn.desk
    if desk.present:
        return t.gettext("I have asked a person at our help desk. They will write to you here soon.")
    if desk.hours:
        return t.gettext(
            "Nobody is at our help desk now. I have asked; they will write to you here. "
            "They are there: {hours}.",
            hours=formats.opening_hours(desk.hours, t),
        )
    return t.gettext("Nobody is at our help desk now. I have asked; I do not know when they will write.")


def change_language(turn: Turn) -> Reply:
    """Switches to the language that is named, or offers those that there are."""
    named = named_language(turn.said.text)
    if named in enabled_languages():
        assert named is not None
        return choose_language(turn, named)
    t = turn.t
    if named is not None:
        text = t.gettext("I do not speak that language yet. I speak these:")
    else:
        text = t.gettext("Which language do you want?")
    return turn.reply(Message(text, language_choices()))


def language_choices() -> tuple[tuple[str, str], ...]:
    """Each language under its own name."""
    return tuple((f"language:{code}", own_name(code)) for code in enabled_languages())


def choose_language(turn: Turn, code: str) -> Reply:
    """The language stays until the person chooses again."""
    turn = turn.with_state(language=code, language_chosen=True, told_disclaimer=False)
    return turn.reply(
        Message(turn.t.gettext("Good. I write in this language now. What do you want to know?"), menu(turn))
    )


def own_name(code: str) -> str:
    """A language's name in itself."""
    return formats.language_name(code, translator(code))


def named_language(text: str) -> str | None:
    """The language that a message names, in English, in itself, or in a language we speak."""
    words = latinise(text)
    best: tuple[int, str] | None = None
    for code, keys in _names_of_languages().items():
        for key in keys:
            if key in words and (best is None or len(key) > best[0]):
                best = (len(key), code)
    return best[1] if best else None


def ask_to_forget(turn: Turn) -> Reply:
    """Asks before anything is erased."""
    t = turn.t
    choices = (("forget", t.gettext("Yes, forget everything")), ("skip:forget", t.gettext("No")))
    return turn.reply(Message(t.gettext("Do you want me to forget everything you told me?"), choices))


def forget(turn: Turn) -> Reply:
    """Forgets everything; the channel then erases what the engine holds."""
    state = turn.state
    fresh = State(language=state.language, language_chosen=state.language_chosen, told_privacy=True)
    text = turn.t.gettext(
        "Done. I have forgotten what you told me in this chat. "
        "The messages on your own phone stay there until you delete them."
    )
    return Reply(fresh, (Message(text, extra={"erase": True}),)).doing("erase")


_CACHE: dict[str, tuple[str, ...]] = {}
_SHORTEST = 4
_SPOKEN = ("en", "fr", "es", "pt", "ar", "am", "sw", "hi", "ur", "bn", "ne", "si", "ta", "id", "fil", "vi",
           "th", "my", "km", "ti", "so", "zh", "ru", "ro", "uk", "om", "ha", "tr", "fa", "ps", "ml",
           "te")  # fmt: skip


def _names_of_languages() -> dict[str, tuple[str, ...]]:
    if not _CACHE:
        locales = [Locale.parse(code) for code in enabled_languages()]
        for code in _SPOKEN:
            own = [Locale.parse(code).languages.get(code)]
            said = [*own, *(locale.languages.get(code) for locale in locales), *_ALSO.get(code, ())]
            keys = {latinise(name) for name in said if name}
            _CACHE[code] = tuple(key for key in keys if len(key) >= _SHORTEST)
    return _CACHE


_ALSO = {
    "fil": ("tagalog", "pilipino"),
    "ne": ("nepali bhasha",),
    "en": ("inglis", "angrezi"),
    "id": ("bahasa indonesia",),
}
