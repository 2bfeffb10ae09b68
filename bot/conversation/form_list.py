"""Every form, by name."""

from __future__ import annotations

from typing import Final

from bot.conversation import calculator_forms, letter_form, reminder_form
from bot.conversation.forms import Form

FORMS: Final[dict[str, Form]] = {
    **calculator_forms.FORMS,
    "letter": letter_form.FORM,
    "reminder": reminder_form.FORM,
}
