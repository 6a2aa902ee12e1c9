"""The rule that opens cases as a form: conditions, severities, promises in hours, owners, days. Rows left empty are left out."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heed.core.definitions.queries import all_in_force
from heed.core.errors.rules import HeedError
from heed.core.people.queries import unit_choices
from heed.service.cases.definition import CaseOpening, Source
from heed.service.cases.models import SEVERITIES

HOUR = 3600
SPARE, MOST = 1, 12
WEEKS = ((4, gettext_lazy("4 weeks")), (13, gettext_lazy("13 weeks")), (26, gettext_lazy("26 weeks")))
# Where the form begins when no rule is in force.
START: dict[str, Any] = {
    "name": "Call back who is unhappy",
    "source": "responses",
    "when": 'instrument == "nps" && score <= 6.0',
    "one_case_days": 30,
    "severity": "normal",
    "promises": [{"severity": "normal", "first_contact_seconds": 24 * HOUR}],
}


def _code(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"spellcheck": "false", "class": "code"})
    return forms.CharField(label=label, required=required, help_text=help_text, max_length=2000, widget=widget)


def _hours(label: Any) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "any", "min": "0"})
    return forms.FloatField(label=label, required=False, min_value=1 / 60, max_value=100_000, widget=widget)


class RehearsalForm(forms.Form):
    """A rule to be tried. What the form does not show (its escalations) stays as it is in force."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    source = forms.ChoiceField(
        label=gettext_lazy("Facts that are watched"), choices=[(each, each) for each in get_args(Source)]
    )
    when = _code(gettext_lazy("A case is opened when"), required=True)
    never_when = _code(gettext_lazy("But never when"))
    one_case_days = forms.IntegerField(
        label=gettext_lazy("One case per customer within"),
        min_value=0,
        max_value=3650,
        help_text=gettext_lazy("Days. 0: each fact opens one."),
    )
    severity = forms.ChoiceField(label=gettext_lazy("Severity otherwise"), choices=SEVERITIES)
    owner = forms.ChoiceField(label=gettext_lazy("Team otherwise"), required=False)
    calendar = forms.ChoiceField(label=gettext_lazy("Hours the promises run on"), required=False)
    weeks = forms.TypedChoiceField(label=gettext_lazy("Rehearse over the last"), choices=WEEKS, coerce=int, initial=13)
    note = forms.CharField(
        label=gettext_lazy("Why this change"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, rule: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule, self.body = dict(rule), dict[str, Any]()
        for name in ("name", "source", "when", "never_when", "one_case_days", "severity", "owner", "calendar"):
            self.fields[name].initial = rule.get(name, self.fields[name].initial)
        self._choose("owner", [("", _("the team of the fact")), *unit_choices()])
        hours = [(held.key, getattr(held.body, "name", held.key)) for held in all_in_force("calendar")]
        self._choose("calendar", [("", _("around the clock")), *hours])
        severities, owners = list(rule.get("severities", ())), list(rule.get("owners", ()))
        self.severity_rows = self._rows(len(severities), "severities")
        self.owner_rows = self._rows(len(owners), "owners")
        for place in range(self.severity_rows):
            known = severities[place] if place < len(severities) else {}
            self.fields[f"severity_when_{place}"] = _code(_("When"))
            self.fields[f"severity_{place}"] = forms.ChoiceField(
                label=_("Severity"), choices=SEVERITIES, required=False
            )
            self._begin(place, "severity", known.get("when", ""), known.get("severity", "high"))
        for place in range(self.owner_rows):
            known = owners[place] if place < len(owners) else {}
            self.fields[f"owner_when_{place}"] = _code(_("When"))
            self.fields[f"owner_{place}"] = forms.ChoiceField(label=_("Team"), choices=unit_choices(), required=False)
            self._begin(place, "owner", known.get("when", ""), known.get("team", ""))
        self._promises(rule)

    def _rows(self, held: int, prefix: str) -> int:
        """Rows shown: those held, those typed, and one to spare."""
        stem = {"severities": "severity_when_", "owners": "owner_when_"}[prefix]
        typed = sum(1 for name in self.data if name.startswith(stem))
        return min(max(held + SPARE, typed), MOST)

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        known = [key for key, _title in choices]
        held = str(field.initial or "")
        field.choices = choices if held in known else [*choices, (held, held)]

    def _begin(self, place: int, stem: str, when: str, value: str) -> None:
        self.fields[f"{stem}_when_{place}"].initial = when
        self.fields[f"{stem}_{place}"].initial = value

    def _promises(self, rule: Mapping[str, Any]) -> None:
        held = {each["severity"]: each for each in rule.get("promises", ())}
        for severity, _title in SEVERITIES:
            for stem, name, label in (
                ("contact", "first_contact_seconds", _("First contact within, hours")),
                ("resolution", "resolution_seconds", _("Put right within, hours")),
            ):
                field = self.fields[f"{stem}_{severity}"] = _hours(label)
                seconds = held.get(severity, {}).get(name)
                field.initial = None if seconds is None else f"{seconds / HOUR:g}"

    def rows_of(self, stem: str, count: int) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        for place in range(count):
            yield self[f"{stem}_when_{place}"], self[f"{stem}_{place}"]

    def severity_pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return list(self.rows_of("severity", self.severity_rows))

    def owner_pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return list(self.rows_of("owner", self.owner_rows))

    def promise_rows(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        return [(title, self[f"contact_{name}"], self[f"resolution_{name}"]) for name, title in reversed(SEVERITIES)]

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if self.errors:
            return typed
        plain = ("name", "source", "when", "never_when", "one_case_days", "severity", "owner", "calendar")
        body = {**self.rule, **{name: typed[name] for name in plain}}
        body["severities"] = [
            {"when": typed[f"severity_when_{place}"], "severity": typed[f"severity_{place}"] or "high"}
            for place in range(self.severity_rows)
            if typed[f"severity_when_{place}"].strip()
        ]
        body["owners"] = [
            {"when": typed[f"owner_when_{place}"], "team": typed[f"owner_{place}"]}
            for place in range(self.owner_rows)
            if typed[f"owner_when_{place}"].strip()
        ]
        # In the order in which the rule has them, so that nothing changed is nothing changed.
        held = [each["severity"] for each in self.rule.get("promises", ())]
        body["promises"] = sorted(
            self._promised(typed),
            key=lambda each: held.index(each["severity"]) if each["severity"] in held else len(held),
        )
        if not self.errors:
            self._check(body)
        return typed

    def _promised(self, typed: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for severity, _title in reversed(SEVERITIES):
            contact, resolution = typed.get(f"contact_{severity}"), typed.get(f"resolution_{severity}")
            if contact is None and resolution is not None:
                self.add_error(f"contact_{severity}", _("Who is promised a solution is promised a first contact too."))
            if contact is not None:
                seconds = None if resolution is None else max(round(resolution * HOUR), 60)
                yield {
                    "severity": severity,
                    "first_contact_seconds": max(round(contact * HOUR), 60),
                    "resolution_seconds": seconds,
                }

    def _check(self, body: dict[str, Any]) -> None:
        try:
            found = CaseOpening.model_validate(body)
            found.check()
        except HeedError as error:
            self.add_error(self._field_at(tuple(str(step) for step in getattr(error, "at", ()))), error.said(_))
        except ValueError as error:
            self.add_error(None, str(error))
        else:
            self.body = found.model_dump(mode="json")

    def _field_at(self, place: tuple[str, ...]) -> str | None:
        """The field of a place in the rule."""
        stems = {"severities": "severity_when_", "owners": "owner_when_"}
        name = stems[place[0]] + place[1] if len(place) > 1 and place[0] in stems else place[0] if place else ""
        return name if name in self.fields else None
