"""The audit log, for admins: who did what."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bot.answers.translations import Translator
from bot.desk.accounts.audit import PAGE
from bot.desk.accounts.roles import May
from bot.desk.desk import desk_of
from bot.desk.routes import MOST_DIGITS, page
from bot.desk.views import interface, render


def deed_names(t: Translator) -> dict[str, str]:
    """What was done, in words; a deed that is not here is shown as it is kept."""
    return {
        "logged_in": t.gettext("logged in"),
        "logged_out": t.gettext("logged out"),
        "failed_login": t.gettext("wrong password or code"),
        "set_password": t.gettext("set a password"),
        "set_second_factor": t.gettext("set up a second factor"),
        "made_recovery_codes": t.gettext("made recovery codes"),
        "added_account": t.gettext("added an account"),
        "set_roles": t.gettext("changed roles"),
        "disabled_account": t.gettext("closed an account"),
        "enabled_account": t.gettext("opened an account again"),
        "made_link": t.gettext("made a one-time link"),
        "reset_account": t.gettext("reset an account"),
        "made_key": t.gettext("made a key"),
        "revoked_key": t.gettext("took a key back"),
        "opened_conversation": t.gettext("opened a conversation"),
        "took_conversation": t.gettext("took a conversation over"),
        "answered_conversation": t.gettext("answered in a conversation"),
        "noted_on_conversation": t.gettext("wrote a note on a conversation"),
        "handed_back_conversation": t.gettext("handed a conversation back"),
        "closed_conversation": t.gettext("closed a conversation"),
        "proposed_law": t.gettext("proposed a change of the rules"),
        "changed_proposal": t.gettext("changed a proposal"),
        "withdrew_proposal": t.gettext("withdrew a proposal"),
        "approved_proposal": t.gettext("accepted a change of the rules"),
        "sent_back_proposal": t.gettext("sent a proposal back"),
        "withdrew_revision": t.gettext("took a change of the rules back"),
        "proposed_wording": t.gettext("proposed a better wording"),
    }


async def show(request: Request) -> Response:
    """A page of the log, by who, what and day."""
    asked = request.query_params
    who, did = (asked.get(name, "").replace("\0", "") for name in ("who", "did"))
    before, day = _number(asked.get("before", "")), _day(asked.get("day", ""))
    log = desk_of(request).accounts.log
    entries = await run_in_threadpool(log.entries, who=who, did=did, day=day, before=before)
    everybody, everything = await run_in_threadpool(log.names)
    chosen = {"who": who, "did": did, "day": day.isoformat() if day else ""}
    older = f"/people/audit?{urlencode({**chosen, 'before': entries[-1].id})}" if len(entries) == PAGE else ""
    return await render(
        request, "audit.html", entries=entries, everybody=everybody, everything=everything, chosen=chosen,
        older=older, names=deed_names(interface(request)), first=before is None,
    )  # fmt: skip


def _number(text: str) -> int | None:
    """The number of an entry; None for what no entry has."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


ROUTES = (page("/people/audit", show, May.MANAGE),)
