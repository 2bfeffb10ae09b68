"""Words for how well a rule is known: the desk says them beside every statement."""

from __future__ import annotations

from bot.answers.translations import Translator
from bot.rules.model import Rule
from bot.rules.ruletypes import Catalogue


def provenance_words(t: Translator) -> dict[str, dict[str, str]]:
    """How well something is known, in words."""
    return {
        "evidence": {
            "seen": t.gettext("seen in the source"),
            "known": t.gettext("not confirmed in a source"),
        },
        "confidence": {"high": t.gettext("high"), "medium": t.gettext("medium"), "low": t.gettext("low")},
        "review": {
            "drafted": t.gettext("written, not yet read by a second person"),
            "second-read": t.gettext("read by a second person"),
            "native-reviewed": t.gettext("read by a native speaker"),
        },
        "via": {
            "national_system": t.gettext("the law of the country"),
            "international_labour_standard": t.gettext("an international labour standard"),
            "social_security_agreement": t.gettext("a social security agreement"),
            "bilateral_labour_agreement": t.gettext("a labour agreement of two countries"),
            "complementary_measure": t.gettext("information, complaint or legal help"),
            "other_unilateral_measure": t.gettext("a scheme of the home country"),
        },
    }


def dependence(name: str, catalogue: Catalogue, t: Translator, mine: Translator) -> str:
    """What a statement depends on, in words: a part of the case, a fact, a condition of a treaty.

    `mine` says the desk's own messages, `t` those of the law.
    """
    words = {
        "sector": mine.gettext("the work"),
        "private_household": mine.gettext("whether it is in a private home"),
        "status": mine.gettext("the papers"),
        "employment": mine.gettext("how the person is employed"),
        "scheme": mine.gettext("the kind of permit"),
        "region": mine.gettext("the part of the country"),
        "origin": mine.gettext("the country of origin"),
        "destination": mine.gettext("the country of work"),
        "start": mine.gettext("a day that is not sure yet"),
        "date": mine.gettext("the exact day"),
    }
    if name in words:
        return words[name]
    if name in catalogue.facts:
        return t.gettext(catalogue.facts[name].ask)
    conditions = catalogue.terms.get("treaty_condition", {})
    if name in conditions:
        return t.pgettext("term treaty_condition", str(conditions[name]))
    return name.replace("_", " ")


def source_url(rule: Rule) -> str | None:
    """Where the source of a rule can be opened: web addresses alone become links."""
    source = rule.provenance.source
    url = source.url if source else None
    return url if url and url.startswith(("https://", "http://")) else None
