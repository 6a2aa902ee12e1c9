"""Answers with signs are flagged, set aside and put back with who and why; audits fail, pass again, and mark figures."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from heed.core.access.rules import COMMAND_LINE, ROLES, Scope
from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused
from heed.facts.projector.follow import project
from heed.feedback.quality.actions.auditing import accept_audit, audit_due, run_audit
from heed.feedback.quality.actions.settling import keep, put_back, set_aside, set_proposed_aside
from heed.feedback.quality.models import AnswerFlag, Exclusion, QualityAudit
from heed.feedback.quality.queries.answers import beside_figures, exclusions, flags, sign_lines
from heed.feedback.quality.queries.audits import marks_of, standing_doubts
from heed.goals.kpis.actions import ensure_catalogue
from heed.goals.kpis.published import as_contract
from heed.goals.kpis.queries import Question, show_kpi
from tests.feedback.quality.picking_worlds import AGENTS, PICKER
from tests.feedback.quality.suspects import AFTER_CALL, FIRST, SURVEY, calls, check_answers, facts_in

pytestmark = pytest.mark.django_db
SPAN = (FIRST - timedelta(days=1), FIRST + timedelta(days=70))
ME = Scope("p_me", ROLES["manager"].permissions, True, everywhere=ROLES["manager"].permissions)
OTHER = Scope("p_other", ROLES["manager"].permissions, True, everywhere=ROLES["manager"].permissions)


def of_team(team: str, role: str = "supervisor") -> Scope:
    may = ROLES[role].permissions
    return Scope("p_team", may, teams=frozenset({team}), reaches={each: frozenset({team}) for each in may})


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with facts_in(tmp_path, monkeypatch, responses=check_answers()):
        yield


def test_an_audit_fails_by_the_careless_and_passes_once_they_are_set_aside(shop: None) -> None:
    first = run_audit(ME, SURVEY, *SPAN)
    assert first.state == "failed" and first.answers == 370
    failed = {check["code"]: check["many"] for check in first.checks if check["state"] == "failed"}
    assert failed["machines"] == 70 and failed["unsettled"] >= 70 + 60
    assert {each.survey for each in standing_doubts()} == {SURVEY}
    (mark,) = marks_of([first.key])
    assert mark.failed == ("unsettled", "machines")

    done = set_proposed_aside(ME, SURVEY, "Machines, and one column in seconds.")
    assert len(done) == failed["unsettled"] and {row.excluded_by for row in done} == {"p_me"}
    assert sum(row.sign == "bot" for row in done) == 70
    again = run_audit(OTHER, SURVEY, *SPAN)
    assert again.state == "passed" and not standing_doubts()
    # A flag says what became of it, and stays.
    assert AnswerFlag.objects.filter(proposed=True).count() == len(done)


def test_kpis_leave_out_what_is_set_aside_and_count_it_and_take_it_back(shop: None) -> None:
    ensure_catalogue()
    question = Question(settings={})
    before = show_kpi("csat", COMMAND_LINE, question)
    (row,) = set_aside(ME, SURVEY, ["bot-300"], "A machine.")
    project()
    aside = show_kpi("csat", COMMAND_LINE, question)
    assert aside.excluded["set_aside"] == 8 and before.whole and aside.whole and before.whole.n and aside.whole.n
    assert aside.whole.n == before.whole.n - 8
    with_it = show_kpi("csat", COMMAND_LINE, Question(with_set_aside=True))
    assert with_it.whole == before.whole and "set_aside" not in with_it.excluded

    put_back(OTHER, [row.key], "It was a person after all.")
    project()
    assert show_kpi("csat", COMMAND_LINE, question).whole == before.whole
    (again,) = set_aside(ME, SURVEY, ["bot-300"], "It was not.")
    project()
    assert again.turn == 3 and show_kpi("csat", COMMAND_LINE, question).excluded["set_aside"] == 8
    told = [(each.excluded_by, each.put_back_by, each.why) for each in exclusions(ME, SURVEY)]
    assert told == [("p_me", "p_other", "A machine."), ("p_me", "", "It was not.")]


def test_a_figure_says_which_failed_audit_it_rests_on_and_one_before_it_does_not(shop: None) -> None:
    ensure_catalogue()
    audit = run_audit(ME, SURVEY, FIRST + timedelta(days=10), SPAN[1])
    shown = show_kpi("csat", COMMAND_LINE)
    assert [mark.audit for mark in shown.marks] == [audit.key] and shown.rows[0].doubts == (audit.key,)
    told = as_contract(shown)
    assert told["marks"][0]["survey"] == SURVEY and told["marks"][0]["failed"] == ["unsettled", "machines"]
    assert told["rows"][0]["marks"] == [audit.key]
    early = show_kpi("csat", COMMAND_LINE, Question(until=FIRST + timedelta(days=9)))
    assert early.marks == () and "marks" not in as_contract(early)
    weekly = show_kpi("csat", COMMAND_LINE, period="week")
    assert {bool(row.doubts) for row in weekly.rows} == {True, False}
    accept_audit(ME, audit.key, "The answers count as they are; the board knows.")
    assert show_kpi("csat", COMMAND_LINE).marks == ()
    with pytest.raises(Refused, match="Somebody answers for it already"):
        accept_audit(OTHER, audit.key, "Once more.")


def test_the_second_of_two_people_is_told_and_nothing_happens_twice(shop: None) -> None:
    set_aside(ME, SURVEY, ["bot-300"], "A machine.")
    with pytest.raises(Refused, match="set 1 aside already"):
        set_aside(OTHER, SURVEY, ["bot-300"], "A machine.")
    both = set_aside(OTHER, SURVEY, ["bot-300", "bot-301"], "Machines.")
    assert [row.response_id for row in both] == ["bot-301"]
    (row,) = put_back(ME, [both[0].key], "No.")
    with pytest.raises(Refused, match="counts again already"):
        put_back(OTHER, [row.key], "No.")
    assert Exclusion.objects.filter(put_back_at=None).count() == 1


def test_what_is_kept_is_decided_and_a_sign_is_needed_to_keep(shop: None) -> None:
    run_audit(ME, SURVEY, *SPAN)
    proposed = list(flags(ME, SURVEY, state="open").filter(proposed=True).values_list("response_id", flat=True))
    assert keep(ME, SURVEY, proposed, "A test of ours: they are people.") == len(proposed)
    assert keep(ME, SURVEY, proposed[:3], "Again.") == 0
    assert run_audit(ME, SURVEY, *SPAN).state == "passed"
    assert not flags(ME, SURVEY, state="open").filter(proposed=True).exists()
    with pytest.raises(NotFound):
        keep(ME, SURVEY, ["honest-0-none"], "No sign.")
    assert {line.sign: (line.open, line.kept) for line in sign_lines(ME, SURVEY)}["bot"] == (0, 70)


def test_setting_the_unhappy_aside_without_a_sign_fails_the_audit(shop: None) -> None:
    run_audit(ME, SURVEY, *SPAN)
    set_proposed_aside(ME, SURVEY, "Machines.")
    flagged = set(AnswerFlag.objects.values_list("response_id", flat=True))
    honest = [row["response_id"] for row in check_answers() if row["response_id"].startswith("honest")]
    set_aside(ME, SURVEY, [each for each in dict.fromkeys(honest) if each not in flagged][:40], "They were unhappy.")
    again = run_audit(ME, SURVEY, *SPAN)
    assert again.state == "failed" and marks_of([again.key])[0].failed == ("unsigned",)


def test_reach_and_refusals(shop: None) -> None:
    run_audit(ME, SURVEY, *SPAN)
    team = of_team("north")
    reached = set(flags(team, SURVEY).values_list("team", flat=True))
    assert reached == {"north"}
    mine = flags(team, SURVEY).filter(proposed=True).values_list("response_id", flat=True)[0]
    assert set_aside(team, SURVEY, [mine], "One column.")
    with pytest.raises(NotFound, match="bot-300"):
        set_aside(team, SURVEY, ["bot-300"], "Not mine.")
    with pytest.raises(NotFound):
        set_aside(ME, AFTER_CALL, ["bot-300"], "Another survey.")
    with pytest.raises(Forbidden):
        set_aside(of_team("north", "agent"), SURVEY, [mine], "An agent.")
    with pytest.raises(Forbidden):
        run_audit(team, SURVEY)
    with pytest.raises(Invalid, match="Say why"):
        set_aside(ME, SURVEY, ["bot-301"], " ")
    with pytest.raises(Invalid, match="No answer is named"):
        set_aside(ME, SURVEY, ["\0"], "Why.")
    with pytest.raises(Invalid, match="There is no sign"):
        flags(ME, SURVEY, sign="spedding")
    with pytest.raises(Invalid, match="Nobody has answered"):
        run_audit(ME, "nothing")


def test_figures_with_without_and_as_proposed(shop: None) -> None:
    run_audit(ME, SURVEY, *SPAN)
    set_aside(ME, SURVEY, ["bot-300", "bot-301"], "Machines.")
    figures = {each.question: each for each in beside_figures(ME, SURVEY, *SPAN)}
    one = figures["q0"]
    assert one.whole.n and one.counted.n and one.proposed.n and one.whole.value and one.proposed.value
    assert one.counted.n == one.whole.n - 2 and one.proposed.n < one.counted.n - 100
    assert one.proposed.value < one.whole.value and one.whole.unit == "share"


def test_audits_come_by_themselves_once_and_again_when_somebody_decided(shop: None) -> None:
    assert audit_due() == 1
    row = QualityAudit.objects.get()
    assert (row.survey_key, row.ran_by, row.state) == (SURVEY, "system", "failed")
    assert audit_due() == 0
    set_proposed_aside(ME, SURVEY, "Machines.")
    project()
    assert audit_due() == 1 and audit_due() == 0
    assert QualityAudit.objects.order_by("-id")[0].state == "passed" and not standing_doubts()


def test_an_agent_who_chooses_fails_the_audit_until_his_answers_are_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = calls()
    with facts_in(tmp_path, monkeypatch, **made):
        first = run_audit(ME, AFTER_CALL, *SPAN)
        found = [each["agent"] for each in first.agents["agents"] if each["found"]]
        assert found == [AGENTS[PICKER]] and "agents" in marks_of([first.key])[0].failed
        his = [row["response_id"] for row in made["responses"] if row["agent_key"] == AGENTS[PICKER]]
        set_aside(ME, AFTER_CALL, his, "Asked by choice; asked anew by lot from now on.")
        project()
        second = run_audit(ME, AFTER_CALL, *SPAN)
        assert {check["code"]: check["state"] for check in second.checks}["agents"] == "passed"
