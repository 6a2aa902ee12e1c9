"""Random policies, triggers and histories; and an oracle of the policy that was written apart from heed's own rules.

The oracle knows nothing of how heed decides. It walks through minutes for the quiet hours, tries every window for the caps,
and keeps plain lists of what was sent.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from heed.feedback.triggers.definition import ContactPolicy, Trigger

START = datetime(2026, 3, 2, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
CUSTOMERS = tuple(f"c_{number}" for number in range(4))
SURVEYS = ("call", "chat", "brand", "gone")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
Facts = list[tuple[int, dict[str, Any]]]


@st.composite
def policies(draw: st.DrawFn) -> ContactPolicy:
    quiet = draw(
        st.none()
        | st.fixed_dictionaries(
            {
                "start": st.sampled_from(["21:00", "22:30", "12:00", "00:00", "01:45"]),
                "end": st.sampled_from(["08:00", "06:15", "14:00", "03:30"]),
                "days": st.sampled_from([(), ("sun",), ("sat", "sun")]),
            }
        )
    )
    days = draw(st.lists(st.sampled_from([1, 3, 7, 30]), unique=True, max_size=2))
    return ContactPolicy.model_validate(
        {
            "rest_days": draw(st.sampled_from([0, 0, 1, 3, 7])),
            "purposes": draw(
                st.sampled_from(
                    [
                        (),
                        ({"name": "contact", "surveys": ("call", "chat"), "rest_days": 2},),
                        (
                            {"name": "contact", "surveys": ("call", "chat"), "rest_days": 2},
                            {"name": "brand", "surveys": ("brand",), "rest_days": 20},
                        ),
                    ]
                )
            ),
            "caps": tuple({"days": each, "most": draw(st.integers(1, 4))} for each in days),
            "quiet": quiet,
            "while_case_open": draw(st.sampled_from(["ask", "wait"])),
            "while_incident": draw(st.sampled_from(["ask", "wait"])),
            "control_share": draw(st.sampled_from([0.0, 0.0, 0.4])),
            "coverage": draw(
                st.none()
                | st.just(
                    {
                        "targets": ({"segment": "gold", "answers": 3}, {"touchpoint": "shop", "answers": 2}),
                        "period_days": 5,
                        "response_rate": 0.5,
                        "least": 0.1,
                    }
                )
            ),
        }
    )


@st.composite
def triggers(draw: st.DrawFn) -> Trigger:
    strata = draw(st.booleans())
    return Trigger.model_validate(
        {
            "name": draw(st.sampled_from(["One", "Two", "Three"])),
            "when": "answered",
            "survey": draw(st.sampled_from(SURVEYS)),
            "delay_seconds": draw(st.sampled_from([0, 0, 3600, 2 * 86_400, 9 * 86_400])),
            "probability": draw(st.sampled_from([1.0, 1.0, 0.6])),
            "stratum": "segment" if strata else "",
            "probabilities": ({"value": "gold", "share": 0.3},) if strata else (),
            "adaptive": draw(st.booleans()),
            "fresh_days": draw(st.sampled_from([1, 7])),
            "reminder_days": draw(st.sampled_from([(), (), (1,), (2, 9)])),
        }
    )


@st.composite
def facts(draw: st.DrawFn, many: int) -> Facts:
    """Facts with the place of the trigger that watches them, in order of time and key."""
    found = []
    for number in range(draw(st.integers(5, 40))):
        at = START + timedelta(minutes=draw(st.integers(0, 40 * 24 * 60)))
        said = {
            "interaction_id": f"i{number:03d}",
            "started_at": at,
            "answered": True,
            "customer_key": draw(st.sampled_from([*CUSTOMERS, *CUSTOMERS, None])),
            "region": draw(st.sampled_from(["north", "south", None])),
            "segment": draw(st.sampled_from(["gold", "silver", None])),
            "touchpoint": draw(st.sampled_from(["shop", None])),
        }
        found.append((draw(st.integers(0, many - 1)), said))
    return sorted(found, key=lambda each: (each[1]["started_at"], each[1]["interaction_id"]))


@dataclass
class Sent:
    """One contact that went out or is planned."""

    at: datetime
    survey: str
    invites: bool


@dataclass
class Oracle:
    """What the policy says of one invitation, given all that was sent before."""

    policy: ContactPolicy
    zones: dict[str, str]
    cases: dict[str, list[tuple[datetime, datetime]]]
    pauses: list[tuple[datetime, datetime, str]]
    control: set[str]
    sent: dict[str, list[Sent]] = field(default_factory=dict)

    def is_quiet(self, at: datetime, zone: str) -> bool:
        quiet = self.policy.quiet
        if quiet is None:
            return False
        local = at.astimezone(ZoneInfo(zone))
        if local.strftime("%a").lower() in quiet.days:
            return True
        now = local.strftime("%H:%M")
        if quiet.start < quiet.end:
            return quiet.start <= now < quiet.end
        return now >= quiet.start or now < quiet.end

    def due(self, trigger: Trigger, fact: dict[str, Any]) -> datetime:
        """Minute by minute to the first that is not quiet."""
        at: datetime = fact["started_at"] + timedelta(seconds=trigger.delay_seconds)
        while self.is_quiet(at, self.zones[fact["customer_key"]]):
            at = at.replace(second=0, microsecond=0) + MINUTE
        return at

    def forbids(self, trigger: Trigger, fact: dict[str, Any]) -> bool:
        """Whether any clause of the policy stands against it."""
        who, now = fact["customer_key"], fact["started_at"]
        if who is None or trigger.survey == "gone" or who in self.control:
            return True
        if self.policy.while_case_open == "wait" and any(a <= now < b for a, b in self.cases.get(who, [])):
            return True
        if self.policy.while_incident == "wait":
            places = {fact["region"], HOME[who]}
            if any(a <= now < b and (not region or region in places) for a, b, region in self.pauses):
                return True
        due = self.due(trigger, fact)
        plain = now + timedelta(seconds=trigger.delay_seconds)
        if due > plain and due > plain + trigger.fresh_days * DAY:
            return True
        return self._rests(who, trigger.survey, due) or self._overspends(who, self._new(trigger, due))

    def _rests(self, who: str, survey: str, due: datetime) -> bool:
        asks = [each for each in self.sent.get(who, []) if each.invites]
        if any(due < each.at + self.policy.rest_days * DAY for each in asks):
            return True
        for purpose in self.policy.purposes:
            if survey in purpose.surveys:
                alike = [each for each in asks if each.survey in purpose.surveys]
                return any(due < each.at + purpose.rest_days * DAY for each in alike)
        return False

    @staticmethod
    def _new(trigger: Trigger, due: datetime) -> list[Sent]:
        reminders = [Sent(due + days * DAY, trigger.survey, False) for days in trigger.reminder_days]
        return [Sent(due, trigger.survey, True), *reminders]

    def _overspends(self, who: str, new: list[Sent]) -> bool:
        every = [*self.sent.get(who, []), *new]
        for cap in self.policy.caps:
            for last in every:
                within = [each for each in every if last.at - cap.days * DAY < each.at <= last.at]
                if len(within) > cap.most and any(each in new for each in within):
                    return True
        return False

    def send(self, trigger: Trigger, fact: dict[str, Any]) -> None:
        self.sent.setdefault(fact["customer_key"], []).extend(self._new(trigger, self.due(trigger, fact)))


HOME = {"c_0": "north", "c_1": "south", "c_2": "", "c_3": "north"}
