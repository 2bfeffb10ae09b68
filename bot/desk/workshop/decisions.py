"""What is decided of a proposal, and what becomes of it in the law: live, withdrawn, taken back.

Proposals and the law stand in two databases. A process may end between making a change live and noting that
it is; so whoever decides looks first at what is live already.
"""

from __future__ import annotations

from bot.desk.workshop.law import Workshop
from bot.desk.workshop.proposals import RULE, Proposal, ProposalRefused
from bot.rules.editing import made_from, records_of
from bot.rules.revisions import WITHDRAWN, standing_together

KEPT = "kept"  # what an approved wording became: it goes live with the next release


def approve(workshop: Workshop, held: Proposal, reviewer: str, edition: int) -> None:
    """A reviewer approves what they read: it is live when this returns.

    Raises ProposalRefused; RecordChanged when the rule is no longer as the author read it; LawMistakes;
    RulesError when somebody else was faster; LawBaseUnavailable.
    """
    store = workshop.proposals
    store.claim(held.id, reviewer, edition)
    try:
        outcome = KEPT if held.kind != RULE else _made_live(workshop, held, reviewer)
    except Exception:  # whatever it was, the proposal must not stay claimed; it is raised again
        store.fail(held.id, reviewer)
        raise
    store.finish(held.id, reviewer, outcome)


def withdraw(workshop: Workshop, held: Proposal, author: str) -> None:
    """Its author takes a proposal back. Raises ProposalRefused, also when it is live already."""
    if held.kind == RULE and live_as(workshop, held):
        raise ProposalRefused(ProposalRefused.DECIDED)
    workshop.proposals.withdraw(held.id, author)


def take_back(workshop: Workshop, revision: int, who: str) -> list[int]:
    """Withdraws an open revision with all that stand or fall with it; gives their numbers.

    Raises LawMistakes; RulesError when it is not open, or when the law files were changed and not loaded.
    """
    numbers = standing_together(workshop.revisions(), workshop.proposals.approvals(), [revision])
    workshop.take_back(numbers, who)
    return numbers


def live_as(workshop: Workshop, held: Proposal) -> list[int]:
    """The revisions that a proposal became, also where nobody came to note them."""
    proposed = max((each.at for each in workshop.proposals.steps(held.id)), default="")
    mine = [
        each
        for each in workshop.revisions()
        if each.at >= proposed
        and each.ended != WITHDRAWN
        and each.reason == held.reason
        and each.author.startswith(_author(held))
    ]
    return [each.id for each in made_from(mine, held.document)]


def _made_live(workshop: Workshop, held: Proposal, reviewer: str) -> str:
    """Makes it live, or finds what an approval that was cut short made of it."""
    numbers = live_as(workshop, held)
    if not numbers:
        # Of what the proposal holds its author has read the subject; all else it adds.
        expected = {**dict.fromkeys(records_of(held.document)), held.subject: held.before}
        numbers = workshop.publish(held.document, _author(held, reviewer), held.reason, expected)
    return " ".join(map(str, numbers))


def _author(held: Proposal, reviewer: str = "") -> str:
    """Who made a revision, as it says: the author of the proposal, and who approved it."""
    return f"{held.author}, approved by {reviewer}"[:100]
