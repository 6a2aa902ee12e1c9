"""The evidence for choosing KPIs, the set it proposes, and the set that was chosen, within what a person reaches."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from heed.core.access.rules import Scope
from heed.core.definitions.queries import InForce, in_force
from heed.goals.kpis.definition import KpiSet, Reason
from heed.goals.kpis.queries import engine, organisation_zone
from heed.goals.kpis.rules import reached_rows
from heed.goals.kpis.selection.proposing import Verdict, Weight, propose_set
from heed.goals.kpis.selection.tensions import Tensions, tensions_in
from heed.goals.kpis.selection.weighing import Asked, Weighed, Weighing, candidates, weigh
from heed.metrics.evidence import OwnEvidence, Redundancy, own_evidence, redundancies
from heed.metrics.happenings import happenings
from heed.metrics.panels import belonging
from heed.metrics.periods import start_of
from heed.metrics.responses import Changed, Responses, changed_units, responses

SET_KIND, SET_KEY = "kpi_set", "kpis"
AGAINST = ("csat", "nps", "ces")  # what leads and lags are told against: the first of them that has facts


@dataclass(frozen=True)
class Candidacy:
    """A KPI, what is known of it, and what is proposed."""

    kpi: Weighed
    evidence: OwnEvidence | None
    verdict: Verdict
    nearest: Redundancy | None
    responses: Responses | None = None


@dataclass(frozen=True)
class Choice:
    """The set in force: who chose it, when, and its version."""

    members: tuple[str, ...]
    owner: str
    note: str
    version: int
    since: datetime
    reasons: Mapping[str, Reason | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Selection:
    """Every KPI in force with its evidence, those proposed first, and what was chosen."""

    weighing: Weighing
    candidacies: tuple[Candidacy, ...]
    tensions: Tensions
    against: str
    choice: Choice | None

    @property
    def proposed(self) -> tuple[str, ...]:
        return tuple(each.kpi.key for each in self.candidacies if each.verdict.is_in)


def weigh_selection(scope: Scope, asked: Asked | None = None) -> Selection:
    """Weigh every KPI in force. Raises Forbidden and Invalid as tensions do."""
    asked = asked or Asked()
    kpis = candidates()
    by_unit = weigh(scope, asked, kpis)
    together = weigh(scope, replace(asked, grain="week"), kpis)
    told = tensions_in(by_unit)
    against = next((key for key in AGAINST if key in together.panels), "")
    found = {
        key: own_evidence(
            key,
            by_unit.panels[key],
            together.panels[key],
            together.panels[against] if against and key != against else None,
            min_n=by_unit.min_n,
        )
        for key in by_unit.panels
        if key in together.panels
    }
    pairs = redundancies([kpi.key for kpi in kpis], by_unit.panels)
    weights = [
        Weight(kpi.key, kpi.short, kpi.aspect, kpi.unit, found.get(kpi.key), by_unit.left_out.get(kpi.key, ""))
        for kpi in kpis
    ]
    verdicts = propose_set(weights, pairs, [pair.found for pair in told.pairs])
    changes = _changes(scope, by_unit)
    listed = [
        Candidacy(kpi, found.get(kpi.key), verdict, _nearest(kpi.key, pairs), _answered(by_unit, kpi.key, changes))
        for kpi, verdict in zip(kpis, verdicts, strict=True)
    ]
    listed.sort(key=lambda each: (not each.verdict.is_in, each.evidence is None, each.kpi.key))
    return Selection(by_unit, tuple(listed), told, against, chosen())


def _changes(scope: Scope, weighing: Weighing) -> tuple[Changed, ...]:
    """The changes of teams and regions in the weeks that are weighed; only teams can be told from those not touched."""
    if weighing.asked.grain != "team" or weighing.since is None or weighing.until is None:
        return ()
    zone = organisation_zone()
    since, until = start_of(weighing.since, zone), start_of(weighing.until, zone)
    belongs = belonging(engine(), "interactions", "team", "region")
    told = []
    for each in happenings(engine(), since, until, reached_rows(scope)):
        day = each.at.astimezone(zone).date()
        units = changed_units(each.team, each.region, belongs)
        if units:
            told.append(Changed(day - timedelta(days=day.weekday()), each.title or each.kind, units))
    return tuple(told)


def _answered(weighing: Weighing, key: str, changes: tuple[Changed, ...]) -> Responses | None:
    """How a KPI answered the changes; None where there is none it can be told of."""
    if key not in weighing.panels or not changes:
        return None
    found = responses(weighing.panels[key], changes)
    return found if found.looked_at else None


def _nearest(key: str, pairs: tuple[Redundancy, ...]) -> Redundancy | None:
    """The other KPI that goes with it most, whose limits are known."""
    return next((each for each in pairs if key in (each.one, each.other) and each.found.low is not None), None)


def chosen() -> Choice | None:
    """The set in force; None until somebody chose one."""
    held: InForce | None = in_force(SET_KIND, SET_KEY)
    if held is None:
        return None
    body = cast(KpiSet, held.body)
    return Choice(
        tuple(body.members), body.owner, body.note, held.version, held.effective_from, {**body.members, **body.left_out}
    )


def with_choice(told: Selection) -> Selection:
    """The same evidence beside what is chosen now."""
    return replace(told, choice=chosen())


def as_contract(told: Selection) -> dict[str, Any]:
    """A selection as scripts read it; on the command line and over the API."""
    return {
        "grain": told.weighing.asked.grain,
        "since": told.weighing.since,
        "until": told.weighing.until,
        "min_n": told.weighing.min_n,
        "marks": [mark.told() for mark in told.weighing.marks],
        "against": told.against,
        "proposed": list(told.proposed),
        "tensions": [[pair.efficiency.key, pair.satisfaction.key] for pair in told.tensions.found],
        "choice": choice_as_contract(told.choice),
        "kpis": [_candidacy(each) for each in told.candidacies],
    }


def choice_as_contract(choice: Choice | None) -> dict[str, Any] | None:
    if choice is None:
        return None
    return {
        "members": list(choice.members),
        "owner": choice.owner,
        "note": choice.note,
        "version": choice.version,
        "since": choice.since,
        "reasons": {
            key: why.model_dump(mode="json") if isinstance(why, Reason) else {"words": why}
            for key, why in choice.reasons.items()
        },
    }


def _candidacy(each: Candidacy) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kpi": each.kpi.key,
        "definition_version": each.kpi.version,
        "unit": each.kpi.unit,
        "aspect": each.kpi.aspect,
        "in": each.verdict.is_in,
        "code": each.verdict.code,
        "reason": str(each.verdict.reason),
    }
    if each.nearest is not None:
        other = each.nearest.other if each.nearest.one == each.kpi.key else each.nearest.one
        r = each.nearest.found
        told["nearest"] = {"kpi": other, "correlation": r.value, "low": r.low, "high": r.high, "n": r.n}
    if each.responses is not None:
        told["responses"] = _responses(each.responses)
    if each.evidence is None:
        return told
    between, lead = each.evidence.shares.between, each.evidence.lead
    return told | {
        "value": each.evidence.whole,
        "n": each.evidence.n,
        "smallest_change": each.evidence.smallest_change,
        "between_units": {"value": between.value, "low": between.low, "high": between.high, "reason": between.reason},
        "within_units": each.evidence.shares.within,
        "sampling": each.evidence.shares.sampling,
        "lead": {
            "lag_weeks": lead.lag,
            "correlation": lead.correlation,
            "band": lead.band,
            "stands_out": lead.stands_out,
            "n": lead.n,
        },
        "coverage": each.evidence.coverage,
    }


def _responses(found: Responses) -> dict[str, Any]:
    names = ("title", "week", "difference", "low", "high", "adjusted_p", "n")
    moved = [{name: getattr(each, name) for name in names} for each in found.moved]
    return {"looked_at": found.looked_at, "moved": moved}
