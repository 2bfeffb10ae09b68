"""Who can see this chat, how to hide it, and what not to write."""

from __future__ import annotations

from bot.answers.translations import Translator
from bot.conversation.turn import Message, Reply, Turn


def hide(turn: Turn) -> Reply:
    """How to keep a chat from eyes that should not read it."""
    t = turn.t
    lines = [
        t.gettext("Somebody who holds your phone can read this chat. To be safer:"),
        t.gettext("• write “delete my data”: I forget everything you told me"),
        t.gettext("• then delete the chat in your messaging app; I cannot do that for you"),
        t.gettext("• save helpers' numbers under other names, and turn off message previews"),
        t.gettext("• write from the phone of a person you trust, if you can"),
    ]
    choices = (("ask_forget", t.gettext("Forget everything")), ("menu", t.gettext("Menu")))
    return turn.reply(Message("\n".join(lines), choices))


def safe_now(turn: Turn) -> Reply:
    """After an emergency: good to hear, and what can be done next."""
    t = turn.t
    text = t.gettext("Good to hear. If it starts again, call at once. What do you want to do next?")
    choices = (
        ("complain", t.gettext("How to complain")),
        ("human", t.gettext("Talk to a person")),
        ("hide", t.gettext("Hide this chat")),
        ("menu", t.gettext("Menu")),
    )
    return turn.reply(Message(text, choices), danger=None)


def desk_joined(t: Translator) -> str:
    """Told when somebody from the desk takes the chat over."""
    return t.gettext("A person from the help desk writes to you now. I am quiet until they leave.")


def desk_left(t: Translator) -> str:
    """Told when the chat is given back."""
    return t.gettext("The person from the help desk has left. You write with me, the assistant, again.")
