"""Terms by jurisdiction, the strictest of several policies, what is a trace: worked by hand, and properties."""

from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from heed.feedback.privacy.definition import PrivacyPolicy
from heed.feedback.privacy.rules import clocks, strictest, traces

PACKS = {
    file.name.removesuffix(".yaml"): PrivacyPolicy.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    for file in files("heed.feedback.privacy").joinpath("packs").iterdir()
}


def policy(**said: Any) -> PrivacyPolicy:
    return PrivacyPolicy(name="x", **said)


@pytest.mark.parametrize(
    ("pack", "received", "due", "extended"),
    [
        # 3 September 2025 -> 3 October; two months more: 3 December.
        ("gdpr", date(2025, 9, 3), date(2025, 10, 3), date(2025, 12, 3)),
        # 31 January: February has no 31st; 28 February 2026 is a Saturday, so Monday 2 March.
        ("gdpr", date(2026, 1, 31), date(2026, 3, 2), date(2026, 4, 30)),
        # The ICO's own example: 3 September -> 3 October; 31 March -> 30 April.
        ("uk_gdpr", date(2025, 3, 31), date(2025, 4, 30), date(2025, 6, 30)),
        ("ccpa", date(2026, 1, 1), date(2026, 2, 15), date(2026, 4, 1)),
        ("lgpd", date(2026, 1, 1), date(2026, 1, 16), None),
    ],
)
def test_the_terms_of_the_packs(pack: str, received: date, due: date, extended: date | None) -> None:
    assert clocks.due_of(PACKS[pack], received) == due
    assert clocks.extended_of(PACKS[pack], received) == extended


def test_of_several_policies_the_earliest_day_holds() -> None:
    every = list(PACKS.values())
    assert clocks.due_on(every, date(2026, 1, 1)) == date(2026, 1, 16)
    # LGPD knows no extension: where it may apply there is none.
    assert clocks.extended_on(every, date(2026, 1, 1)) is None
    assert clocks.due_on(clocks.that_apply(every, "US-CA"), date(2026, 1, 1)) == date(2026, 2, 15)
    assert clocks.that_apply(every, "elsewhere") == every


def test_an_authority_is_told_within_72_hours() -> None:
    noticed = datetime(2026, 5, 1, 9, tzinfo=UTC)
    assert clocks.breach_due_at(PACKS.values(), noticed) == datetime(2026, 5, 4, 9, tzinfo=UTC)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 12))
def test_a_month_later_is_never_beyond_its_last_day(day: date, months: int) -> None:
    later = clocks.months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and later.day >= 28)
    assert clocks.rolled(later).weekday() < 5


@pytest.mark.parametrize(("left", "stage"), [(8, None), (7, "week"), (3, "days"), (1, "day"), (0, "day"), (-2, "over")])
def test_reminders_come_before_the_end(left: int, stage: str | None) -> None:
    due = date(2026, 5, 20)
    found = clocks.reminder(due, date.fromordinal(due.toordinal() - left))
    assert (found.stage if found else None) == stage


def test_the_fewest_days_hold_and_consent_stands_over_all() -> None:
    one = policy(retention_days={"verbatims": 730, "responses": 100}, lawful_basis={"asking": "legitimate_interests"})
    two = policy(
        retention_days={"verbatims": 365}, work_retention_days={"asks": 30}, lawful_basis={"asking": "consent"}
    )
    assert strictest.retention([one, two]) == ({"verbatims": 365, "responses": 100}, {"asks": 30})
    assert strictest.strictest_basis([one, two], "asking") == "consent"
    assert strictest.strictest_basis([one, two], "marketing") == ""


@given(st.lists(st.dictionaries(st.sampled_from(["verbatims", "responses"]), st.integers(1, 4000)), max_size=5))
def test_a_policy_more_never_keeps_longer(days: list[dict[str, int]]) -> None:
    all_of_them = [policy(retention_days=each) for each in days]
    for cut in range(len(all_of_them)):
        fewer, more = strictest.retention(all_of_them[:cut])[0], strictest.retention(all_of_them)[0]
        assert all(more[name] <= kept for name, kept in fewer.items())


def test_what_tells_a_person_and_what_does_not() -> None:
    assert not traces.tells("4711")
    assert traces.tells("CRM-448210")
    assert not traces.tells_name("Anna")
    assert traces.without("Frau Anna Berg und Annaberger", ["Anna Berg"]) == "Frau […] und Annaberger"
    assert traces.not_in(["begonias", "quickly"], ["It went QUICKLY"]) == ["begonias"]
    assert traces.needles(["Müller"])[b"m\\u00fcller"] == "Müller"
