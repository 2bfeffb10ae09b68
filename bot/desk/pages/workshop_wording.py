"""Better wording of a sentence: find it, propose, export what was approved."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from bot.answers.translations import RTL_LANGUAGES
from bot.desk.accounts.roles import May
from bot.desk.caseform import own_name
from bot.desk.desk import desk_of
from bot.desk.routes import page
from bot.desk.views import interface, language_of, render
from bot.desk.workshop import wording
from bot.desk.workshop.law import Workshop
from bot.desk.workshop.proposals import APPROVED, WORDING
from bot.desk.workshop.visit import shared, who, workshop_of
from bot.desk.workshop.wording import Entry, Wording
from bot.rules.ruletypes import RuleType


async def find_wording(request: Request) -> Response:
    """Messages of a language: by words, or those that a rule says."""
    workshop, asked = workshop_of(request), request.query_params
    chosen = asked.get("lang", language_of(request))
    chosen = chosen if chosen in wording.languages() else ""

    def found() -> tuple[list[Entry], list[Wording]]:
        among = _said_by(workshop, asked["rule"]) if asked.get("rule") else None
        wanted = bool(chosen) and (among is not None or bool(asked.get("q", "").strip()))
        entries = wording.find(chosen, asked.get("q", ""), among) if wanted else []
        return entries, _approved(workshop, chosen)

    entries, approved = await run_in_threadpool(found)
    return await render(
        request, "workshop_wording.html", **shared(request), **_of_language(chosen), asked=asked,
        entries=entries, approved=approved, most=wording.MOST_FOUND,
        languages_to_word={each: own_name(each) for each in wording.languages()},
    )  # fmt: skip


def _of_language(language: str) -> dict[str, Any]:
    return {"lang": language, "lang_dir": "rtl" if language in RTL_LANGUAGES else "ltr"}


def _said_by(workshop: Workshop, rule: str) -> set[str]:
    """The English sentences that a rule says."""
    law = workshop.law()
    if rule not in law.rules:
        return set()
    kind: RuleType = law.catalogue.types[law.rules[rule].type]
    values = law.rules[rule].values
    lists = {unit.say for name, unit in kind.values.items() if name in values and unit.say}
    return {clause.text for clause in kind.clauses(values)} | lists


def _approved(workshop: Workshop, language: str) -> list[Wording]:
    """Approved wordings that no release has yet; of the same message the latest."""
    every = workshop.proposals.find(kind=WORDING, state=APPROVED, most=1_000)
    read = [wording.read(each.document) for each in every]
    latest: dict[str, Wording] = {}
    for each in read:
        if each.language == language:
            latest.setdefault(each.key, each)
    return [each for each in latest.values() if not wording.released(each)]


async def one_wording(request: Request) -> Response:
    """The form for one message."""
    workshop, me = workshop_of(request), who(request)
    language, key = str(request.path_params["language"]), str(request.path_params["key"])
    if language not in wording.languages():
        raise HTTPException(404)
    entry = (await run_in_threadpool(wording.entries, language)).get(key)
    if entry is None:
        raise HTTPException(404)
    new, reason, native = entry.strings, "", False
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        form, t = await request.form(), interface(request)
        new = tuple(str(form.get(f"new.{number}", "")).strip() for number in range(len(entry.strings)))
        reason, native = str(form.get("reason", "")).strip()[:4_000], bool(form.get("native"))
        if not all(new):
            errors["new"] = [t.gettext("Write the sentence.")]
        elif new == entry.strings:
            errors["new"] = [t.gettext("This is the wording that we have.")]
        else:
            errors["new"] = await run_in_threadpool(wording.problems, language, entry, new)
        if not reason:
            errors["reason"] = [t.gettext("Say why this is better.")]
        errors = {name: texts for name, texts in errors.items() if texts}
        if not errors:
            made = Wording(language, key, entry.context, entry.ids, entry.strings, new, native)
            number = await run_in_threadpool(_propose, request, workshop, made, me, reason)
            return RedirectResponse(f"/workshop/proposals/{number}", 303)
    return await render(
        request, "workshop_wording_form.html", 422 if errors else 200, **shared(request),
        **_of_language(language), entry=entry, new=new, reason=reason, native=native, errors=errors,
        language_name=own_name(language),
    )  # fmt: skip


def _propose(request: Request, workshop: Workshop, made: Wording, me: str, reason: str) -> int:
    document = wording.write(made)
    kept = workshop.proposals.add(WORDING, made.subject, document, None, me, reason)
    desk_of(request).accounts.note(me, "proposed_wording", {"proposal": kept.id, "message": made.subject})
    return kept.id


async def export_wording(request: Request) -> Response:
    """Approved wordings of a language that no release has, as a piece of its catalogue."""
    workshop, language = workshop_of(request), str(request.path_params["language"])
    if language not in wording.languages():
        raise HTTPException(404)

    def text() -> str:
        return wording.export(language, _approved(workshop, language))

    return PlainTextResponse(
        await run_in_threadpool(text),
        media_type="text/x-gettext-translation",
        headers={"Content-Disposition": f'attachment; filename="haq-{language}.po"'},
    )


ROUTES = (
    page("/workshop/wording", find_wording, May.PROPOSE_LAW),
    page("/workshop/wording/{language}.po", export_wording, May.PROPOSE_LAW),
    page("/workshop/wording/{language}/{key}", one_wording, May.PROPOSE_LAW, ("GET", "POST")),
)
