"""What can be wrong with an account, and how it is said."""

from __future__ import annotations

from enum import Enum

from bot.answers.translations import SOURCE_LANGUAGE, Translator, translator


class Problem(Enum):
    """Each has a sentence."""

    NAME = "name"
    NAME_TAKEN = "name taken"
    NO_ACCOUNT = "no account"
    ROLES = "roles"
    LANGUAGE = "language"
    LAST_ADMIN = "last admin"
    DISABLED = "disabled"
    PASSWORD_SHORT = "password short"  # noqa: S105
    PASSWORD_LONG = "password long"  # noqa: S105
    PASSWORD_EASY = "password easy"  # noqa: S105
    PASSWORDS_DIFFER = "passwords differ"
    WRONG_PASSWORD = "wrong password"  # noqa: S105
    WRONG_LOGIN = "wrong login"
    WRONG_CODE = "wrong code"
    WRONG_NEW_CODE = "wrong new code"
    OLD_LINK = "old link"
    KEY_NAME = "key name"
    SCOPES = "scopes"
    PROVIDER = "provider"
    PROVIDER_STRANGER = "provider stranger"


class AccountError(ValueError):
    """Something about an account that cannot be so, or cannot be done; says what would do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(sentence(problem, translator(SOURCE_LANGUAGE, "desk")))
        self.problem = problem


class TooManyAttempts(Exception):
    """Too many wrong passwords or codes: nothing is looked at for some minutes."""

    def __init__(self, minutes: int) -> None:
        super().__init__(f"Too many wrong attempts. Try again in {minutes} minutes.")
        self.minutes = minutes


def sentence(problem: Problem, t: Translator) -> str:
    """The problem in words, and what to do."""
    return {
        Problem.NAME: t.gettext(
            "A name has 2 to 80 letters, digits or signs, and no spaces: "
            "for example amina or amina@fund.example."
        ),
        Problem.NAME_TAKEN: t.gettext("There is an account with this name already."),
        Problem.NO_ACCOUNT: t.gettext("There is no account with this name."),
        Problem.ROLES: t.gettext("Choose at least one role: viewer, caseworker, editor, reviewer or admin."),
        Problem.LANGUAGE: t.gettext("The desk does not speak this language."),
        Problem.LAST_ADMIN: t.gettext("This is the last admin. Make somebody else an admin first."),
        Problem.DISABLED: t.gettext("This account is closed. Open it again first."),
        Problem.PASSWORD_SHORT: t.gettext("Use at least 12 characters. A few words in a row are good."),
        Problem.PASSWORD_LONG: t.gettext("Use at most 200 characters."),
        Problem.PASSWORD_EASY: t.gettext(
            "This password is easy to guess. "
            "Do not use your name, a row of keys, or the same letters again and again."
        ),
        Problem.PASSWORDS_DIFFER: t.gettext("The two passwords are not the same."),
        Problem.WRONG_PASSWORD: t.gettext("The password you have now is not right."),
        Problem.WRONG_LOGIN: t.gettext("Name or password is wrong."),
        Problem.WRONG_CODE: t.gettext(
            "This code is not right, or was used before. Wait for the next one and try again."
        ),
        Problem.WRONG_NEW_CODE: t.gettext(
            "The code of the new app is not right. Is the clock of your phone right? Try the next code."
        ),
        Problem.OLD_LINK: t.gettext("This link was used before or is too old. Ask an admin for a new one."),
        Problem.KEY_NAME: t.gettext("Give the key a name of up to 80 letters: which system uses it."),
        Problem.SCOPES: t.gettext("Choose at least one thing that the key opens."),
        Problem.PROVIDER: t.gettext("The log-in at your organisation did not work. Try again."),
        Problem.PROVIDER_STRANGER: t.gettext("You have no account here. Ask an admin for one."),
    }[problem]  # fmt: skip


def wait_sentence(minutes: int, t: Translator) -> str:
    """Why nothing is tried now, and until when."""
    return t.ngettext(
        "Too many wrong attempts. Try again in {count} minute.",
        "Too many wrong attempts. Try again in {count} minutes.",
        minutes,
        count=str(minutes),
    )
