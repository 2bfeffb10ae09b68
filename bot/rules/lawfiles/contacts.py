"""Reads who helps: the contacts of a country with their numbers, and the scope rules of its law; groups."""

from __future__ import annotations

import re

from bot.rules.hours import HoursError, parse_hours
from bot.rules.lawfiles.keys import KeyReader
from bot.rules.model import ANY, Contact, ContactValue, Group, Key, Membership, Scope
from bot.rules.reading import PROVENANCE
from bot.rules.vocabulary import COUNTRIES, IMMIGRATION_RISKS, SECTORS
from bot.rules.yamlfile import Map, Seq

CONTACT_ROLES = (
    "police", "ambulance", "fire", "trafficking_line", "crisis_line", "violence_line", "shelter",
    "labour_authority", "court", "embassy", "union", "ngo", "legal_aid", "fund",
    "recruitment_authority", "institution", "consular_line", "health", "immigration", "other",
)  # fmt: skip
CHANNELS = (
    "phone", "sms", "whatsapp", "viber", "telegram", "imo", "signal", "facebook", "email", "web",
    "app", "office", "form",
)  # fmt: skip
DIALLED = ("phone", "sms", "whatsapp", "viber", "imo", "signal")

_NUMBER = re.compile(r"\+?[0-9][0-9 ]*[0-9]|[0-9]{2,}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_VALUE = (
    "channel", "value", "text", "from_abroad", "dial_in", "languages", "hours", "cost", *PROVENANCE,
)  # fmt: skip


class ContactReader(KeyReader):
    """Reads groups, contacts and scopes into the book."""

    def _group(self, content: Map) -> None:
        name, members = content.get("group"), content.get("members")
        if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            self._say(
                content, "group", f"{name!r} is no name of a group.", "Use small letters, digits and _."
            )
            return
        if members is None:  # rules for a group that another file declares
            return
        if name in self._book.groups:
            self._say(
                content, "group", f"The group {name} is declared twice.", "List `members` in one file alone."
            )
            return
        found = []
        for item in members if isinstance(members, Seq) else []:
            if not isinstance(item, Map) or str(item.get("country")) not in COUNTRIES:
                self._say(
                    content, "members", f"{item!r} is no member.", "Write {country: GH, start: '1975-05-28'}."
                )
                continue
            self._known(item, ("country", "start", "end"))
            found.append(Membership(item["country"], self._date(item, "start"), self._date(item, "end")))
        self._book.groups[name] = Group(name, str(content.get("name", name)), tuple(found))

    def _contact(self, body: Map) -> None:
        self._known(
            body,
            (
                "id",
                "name",
                "roles",
                "immigration_risk",
                "immigration_risk_source",
                "serves",
                "values",
                "note",
            ),
        )
        name = self._id(body, self._book.contacts, "contact")
        if name is None:
            return
        risk = self._one_of(body, "immigration_risk", IMMIGRATION_RISKS, "immigration risk")
        if risk != "unknown" and body.get("immigration_risk_source") is None:
            self._say(
                body,
                "immigration_risk",
                "A risk that is known has a source.",
                "Name it under `immigration_risk_source`.",
            )
        serves = body.get("serves")
        values = body.get("values", Seq())
        if not isinstance(values, Seq):
            self._say(body, "values", "The values of a contact are a list.", "Start each with `- channel:`.")
            values = Seq()
        for item in values:
            if not isinstance(item, Map):
                self._say(
                    body,
                    "values",
                    f"{item!r} is not a mapping.",
                    "Write {channel: phone, value: '16008', ...}.",
                )
        if not isinstance(body.get("name"), str):
            self._say(body, "name", "A contact has a name.", "Write its proper name.")
        self._book.contacts[name] = Contact(
            id=name,
            name=str(body.get("name")),
            roles=self._list(body, "roles", (), CONTACT_ROLES, "role"),
            immigration_risk=risk,
            immigration_risk_source=self._source(body, "immigration_risk_source", False),
            values=tuple(self._contact_value(item) for item in values if isinstance(item, Map)),
            country=self._file.content.get("country"),
            serves=self._key(serves, ("from", "sectors", "except_sectors", "status"))
            if isinstance(serves, Map)
            else Key((ANY,), (ANY,)),
        )

    def _contact_value(self, body: Map) -> ContactValue:
        self._known(body, _VALUE)
        channel = self._one_of(body, "channel", CHANNELS, "channel")
        value = str(body.get("value", "")).strip()
        if channel in DIALLED and not _NUMBER.fullmatch(value):
            self._say(
                body,
                "value",
                f"{value!r} is not one dialable number.",
                "Write digits and spaces, with + before a country code; one number per value.",
            )
        if channel == "email" and not _EMAIL.fullmatch(value):
            self._say(body, "value", f"{value!r} is no e-mail address.", "Write one address.")
        if not value:
            self._say(body, "value", "The value is missing.", "Write the number or address.")
        hours = self._text(body, "hours")
        try:
            parse_hours(hours or "24/7")
        except HoursError as error:
            self._say(body, "hours", str(error), "Write `24/7` or `Mon-Fri 08:00-17:00; Sat 09:00-12:00`.")
        if "cost" in body:
            self._one_of(body, "cost", ("free", "paid", "unknown"), "cost")
        return ContactValue(
            channel, value, self._provenance(body), self._text(body, "text"),
            self._boolean(body, "from_abroad"), self._list(body, "languages", (), None, "language"),
            hours, self._text(body, "cost"),
            self._one_of(body, "dial_in", COUNTRIES, "country code") if "dial_in" in body else None,
        )  # fmt: skip

    def _scope(self, body: Map) -> None:
        self._known(body, ("id", "to", "jobs", "private_household", "legal_sector", "note", *PROVENANCE))
        name = self._id(body, self._book.scopes, "scope")
        if name is None:
            return
        self._book.scopes[name] = Scope(
            name,
            self._where(body, "to", None),
            self._list(body, "jobs", (), SECTORS, "sector"),
            self._one_of(body, "private_household", ("yes", "no", "any"), "answer"),
            self._one_of(body, "legal_sector", SECTORS, "sector"),
            self._provenance(body),
        )
