"""The journey menu: every topic under the stage of a worker's journey at which it is asked."""

from __future__ import annotations

from typing import Final

from bot.answers import names
from bot.answers.translations import Translator
from bot.conversation.turn import Message, Reply, Turn

# At most nine a stage, so that a list of ten rows holds them with the way back.
STAGES: Final[dict[str, tuple[str, ...]]] = {
    "before": ("pre_departure", "recruitment_fees", "contract", "welfare_fund", "voluntary_insurance",
               "social_security_agreement", "minimum_wage", "housing", "embassy"),
    "work": ("minimum_wage", "working_hours", "overtime", "weekly_rest", "annual_leave", "contract",
             "housing", "occupational_safety", "freedom_of_association"),
    "problem": ("wages", "deductions", "termination", "document_retention", "job_change",
                "violence_harassment", "discrimination", "forced_labour", "complaint"),
    "illness": ("emergency", "employment_injury", "medical_care", "sickness", "maternity", "invalidity",
                "occupational_safety", "hotline"),
    "home": ("end_of_contract_return", "end_of_service", "contribution_refund", "old_age", "totalization",
             "export_of_benefits", "unemployment", "job_change", "welfare_fund"),
    "family": ("family_benefit", "maternity", "survivors", "death_abroad", "medical_care",
               "export_of_benefits", "welfare_fund", "voluntary_insurance"),
    "caseworker": ("social_security_agreement", "applicable_legislation", "totalization",
                   "export_of_benefits", "contribution_refund", "legal_aid", "hotline", "embassy",
                   "complaint"),
}  # fmt: skip


def stage_name(stage: str, t: Translator) -> str:
    """What a stage is called on its button."""
    return {
        "before": t.gettext("Before I go"),
        "work": t.gettext("While I work"),
        "problem": t.gettext("A problem at work"),
        "illness": t.gettext("Accident or illness"),
        "home": t.gettext("Going home"),
        "family": t.gettext("My family"),
        "caseworker": t.gettext("For caseworkers"),
    }[stage]


def menu(turn: Turn, lead: str = "") -> Reply:
    """The stages; a form that was left waits among them."""
    text = lead or turn.t.gettext("What is it about?")
    return turn.reply(Message(text, stages(turn)), misunderstood=0)


def stages(turn: Turn) -> tuple[tuple[str, str], ...]:
    """The choices of the menu."""
    t = turn.t
    waiting = (("go_on", t.gettext("Go on where we stopped")),) if turn.state.form else ()
    found = tuple((f"stage:{stage}", stage_name(stage, t)) for stage in STAGES)
    return (*waiting, *found, ("human", t.gettext("Talk to a person")))


def open_stage(turn: Turn, stage: str) -> Reply:
    """The topics of a stage; who opens the caseworkers' one helps somebody else."""
    t = turn.t
    if stage == "caseworker":
        turn = turn.with_state(role="outreach")
    choices = tuple((f"topic:{topic}", names.topic_name(topic, t)) for topic in STAGES[stage])
    extra = (
        (("guide", t.gettext("What goes home with me?")),)
        if stage == "home"
        else (("menu", t.gettext("Back")),)
    )
    return turn.reply(Message(stage_name(stage, t), (*choices, *extra)))
