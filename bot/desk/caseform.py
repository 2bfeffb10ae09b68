"""The form of a case, which the lookup, the map and the calculators share."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from bot.answers import formats, names
from bot.answers.translations import Translator, available_languages, translator
from bot.desk.asked import Asked, Question
from bot.desk.findings import topic_groups, topic_label
from bot.desk.pickers import label
from bot.desk.views import interface, language_of
from bot.rules.vocabulary import EMPLOYMENTS, STATUSES


def case_values(request: Request, question: Question) -> dict[str, Any]:
    """What the form of a case shows; the map and the calculators have the same."""
    language = language_of(request)
    t = translator(language)
    return {
        "asked": question.asked,
        "written": question.written,
        "unclear": question.unclear,
        "statuses": {each: t.pgettext("status", names.STATUS_NAMES[each]) for each in STATUSES},
        "employments": employment_words(interface(request)),
        "topic_groups": topic_groups(),
        "topic_label": topic_label,
        "answer_languages": {each: own_name(each) for each in available_languages()},
        "answer_language": question.asked.language or language,
        "law_terms": t,
        "written_date": formats.written_date,
        "choice_query": question.choosing,
    }


def own_name(language: str) -> str:
    """What a language calls itself."""
    name = formats.language_name(language, translator(language))
    return name[:1].upper() + name[1:]


def case_title(asked: Asked, t: Translator) -> str:
    """A case in a line: Nepal → Qatar · construction."""
    countries = [formats.country(each, t) if each else "?" for each in (asked.origin, asked.destination)]
    arrow = "←" if t.right_to_left else "→"
    parts = [f" {arrow} ".join(countries)]
    if asked.sector:
        parts.append(label("sector", asked.sector, t.language))
    if asked.status:
        parts.append(t.pgettext("status", names.STATUS_NAMES[asked.status]))
    return " · ".join(parts)


def employment_words(t: Translator) -> dict[str, str]:
    """Kinds of employment as a form names them."""
    words = {
        "employee": t.gettext("employee"),
        "seasonal": t.gettext("seasonal worker"),
        "informal": t.gettext("without a contract or registration"),
        "self_employed": t.gettext("works for himself or herself"),
        "posted": t.gettext("sent by a company in another country"),
    }
    return {each: words[each] for each in EMPLOYMENTS}
