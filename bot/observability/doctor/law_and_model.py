"""What answers: the law that is loaded, how old its facts are, and the model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.observability import gauges
from bot.observability.checks import file_of
from bot.observability.doctor.finding import Finding, warning, well, wrong
from bot.rules.errors import EmptyLawBase, LawBaseUnavailable
from bot.rules.lawbase import LawBase
from bot.settings import Settings

MANY_OVERDUE = 0.25  # of all rules
OLD_DAYS = 90


def law(settings: Settings) -> Iterator[Finding]:
    """The law that is loaded, and how much of it is past its review."""
    file = file_of(settings.database_url)
    if file is not None and not file.is_file():
        return  # the databases' check says so
    base = LawBase(settings.database_url)
    try:
        with base.reading() as reader:
            rules, number = reader.all_rules(), reader.version[:12]
    except EmptyLawBase:
        yield wrong(
            "law",
            "No law is loaded.",
            "Every question is answered with an apology.",
            "`./haq rules load`, or start ./haq run, which loads it.",
        )
        return
    except LawBaseUnavailable:
        return
    finally:
        base.close()
    today = date.today()
    overdue = sum(rule.provenance.overdue(today) for rule in rules)
    days = _unchanged_days(settings)
    said = f"{len(rules)} rules, version {number}, changed {days:.0f} days ago; {overdue} past their review."
    if overdue > MANY_OVERDUE * len(rules):
        yield warning(
            "law",
            said,
            "Old facts are told as unconfirmed, and may be wrong.",
            "`./haq rules stats` shows which countries to review first.",
        )
    elif days > OLD_DAYS:
        yield warning(
            "law",
            said,
            "Wages and deadlines change every year.",
            "Get the newest law files and start ./haq run; docs/keeping-the-law.md says more.",
        )
    else:
        yield well("law", said)


def model(settings: Settings) -> Iterator[Finding]:
    """The model for what the training data now says."""
    from bot.supervisor.model import model_path

    path = model_path(settings)
    if path.is_file():
        yield well("model", f"{path.name} is there, and made from what is here now.")
        return
    others = sorted(settings.models_dir.glob("haq-*.tar.gz")) if settings.models_dir.is_dir() else []
    what = "There is a model, but of other training data." if others else "There is no model."
    yield warning(
        "model", what, "./haq run trains one first, which takes minutes.", "`./haq train` does it beforehand."
    )


def _unchanged_days(settings: Settings) -> float:
    for family in gauges.of_law(settings)():
        if family.name.endswith("law_age_seconds"):
            return float(family.samples[0].value) / 86_400
    return 0.0
