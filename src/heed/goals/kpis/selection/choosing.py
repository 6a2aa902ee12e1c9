"""A choice as it is recorded: what was weighed, what is in, and the reason of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.goals.kpis.selection.evidence import Selection
from heed.goals.kpis.selection.proposing import Verdict


def set_body(told: Selection, members: Sequence[str], owner: str, note: str = "") -> Mapping[str, Any]:
    """The body of a `kpi_set`: each KPI with the reason the evidence gives, and where somebody chose otherwise, that they did.

    Raises Invalid naming the nearest where a member is no KPI in force, or nobody answers for the choice.
    """
    verdicts = {each.kpi.key: each.verdict for each in told.candidacies}
    for key in members:
        if key not in verdicts:
            raise Invalid(phrase("No KPI {key} is in force.", key=key), code="unknown_kpi", hint=nearest(key, verdicts))
    if not members:
        raise Invalid("No KPI is chosen.", code="nothing_chosen", hint="Choose at least one.")
    if not owner.strip():
        raise Invalid("Nobody answers for the choice.", code="no_owner", hint="Name an owner.")
    chosen = set(members)
    reasons = {key: _reason(verdict, against=verdict.is_in != (key in chosen)) for key, verdict in verdicts.items()}
    weighing = told.weighing
    return {
        "owner": owner.strip(),
        "members": {key: reasons[key] for key in reasons if key in chosen},
        "left_out": {key: reasons[key] for key in reasons if key not in chosen},
        "weighed": f"{weighing.since} – {weighing.until}, {weighing.asked.grain}",
        "note": note.strip(),
    }


def _reason(verdict: Verdict, *, against: bool) -> Mapping[str, Any]:
    """What the evidence says, as a code with its values: words are said when it is read."""
    return {"code": verdict.code, "values": dict(verdict.values)} | ({"against": True} if against else {})
