"""What people type about cases: one form a verb, the filters of the list, and a case opened by hand."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from heed.core.access.rules import Scope
from heed.core.people.queries import unit_choices, unit_nodes
from heed.service.cases.models import OUTCOMES, SEVERITIES, WAITS_FOR, WAYS, Case
from heed.service.cases.queries import SORTS, Filters, causes_in_force, of_customer, openings, workers_of

Choices = Sequence[tuple[str, Any]]


def words_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _chosen(field: forms.Field, choices: Choices) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class VerbForm(forms.Form):
    """A form about one case."""

    def __init__(self, *args: Any, case: Case, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.scope = case, scope
        self.settle()

    def settle(self) -> None:
        """Fill in what depends on the case."""


class AssignForm(VerbForm):
    owner = forms.ChoiceField(label=_("Give it to"))
    seen_owner = forms.CharField(required=False, widget=forms.HiddenInput)

    def settle(self) -> None:
        people = workers_of(self.case.team, self.case.region).exclude(key=self.case.owner)
        _chosen(self.fields["owner"], list(people.values_list("key", "name")))
        self.fields["seen_owner"].initial = self.case.owner


class ContactForm(VerbForm):
    way = forms.ChoiceField(label=_("How"), choices=WAYS)
    words = words_field(_("What was said"))


class NoteForm(VerbForm):
    words = words_field(_("Note"), required=True)


class WaitForm(VerbForm):
    waiting_for = forms.ChoiceField(label=_("Waits for"), choices=WAITS_FOR)
    until = forms.DateField(
        label=_("Until"),
        required=False,
        help_text=_("The case goes on by itself that morning. Empty: until somebody goes on with it."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    words = words_field(_("What is awaited"))

    def clean_until(self) -> dt.datetime | None:
        """The chosen day at eight where the reader is."""
        day = self.cleaned_data["until"]
        if day is None:
            return None
        if day <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day to come."))
        return timezone.make_aware(dt.datetime.combine(day, dt.time(8)))


class TransferForm(VerbForm):
    team = forms.ChoiceField(label=_("To"))
    words = words_field(_("Why"))

    def settle(self) -> None:
        kinds = unit_nodes()
        teams = [(key, name) for key, name in unit_choices() if kinds[key].kind in ("team", "department")]
        _chosen(self.fields["team"], [each for each in teams if each[0] != self.case.team])


class SeverityForm(VerbForm):
    severity = forms.ChoiceField(label=_("Severity"), help_text=_("Promises run by it; time that was used counts."))
    words = words_field(_("Why"), required=True)

    def settle(self) -> None:
        _chosen(self.fields["severity"], [each for each in SEVERITIES if each[0] != self.case.severity])


class EscalateForm(VerbForm):
    words = words_field(_("What help is needed"), required=True, help_text=_("Those who lead the team are told."))


class CloseForm(VerbForm):
    cause = forms.ChoiceField(label=_("Why was the customer unhappy?"))
    outcome = forms.ChoiceField(label=_("How it ended"), choices=OUTCOMES)
    words = words_field(_("What was done"))

    def settle(self) -> None:
        language = get_language() or "en"
        causes = [(cause.key, cause.called(language)) for cause in causes_in_force()]
        _chosen(self.fields["cause"], [("", _("Choose a cause")), *causes])


class MergeForm(VerbForm):
    into = forms.CharField(label=_("Goes into case"), max_length=40, widget=forms.TextInput(attrs={"size": 12}))
    words = words_field(_("Why the two are one"), required=True)

    def settle(self) -> None:
        """The number of the customer's other case where there is one, of more their numbers."""
        others = [each for each in of_customer(self.scope, self.case.customer_key, 12) if each.state != "closed"]
        numbers = [each.number for each in others if each.key != self.case.key]
        field = self.fields["into"]
        field.initial = numbers[0] if len(numbers) == 1 else None
        if numbers:
            field.help_text = _("Open cases of this customer: %(numbers)s.") % {"numbers": ", ".join(numbers)}
        else:
            field.help_text = _("The number of a case of the same customer. It goes on under the earlier promise.")


class ReopenForm(VerbForm):
    words = words_field(_("Why it is opened again"), required=True)


class FilterForm(forms.Form):
    """The filters of the list. What cannot be meant narrows nothing."""

    q = forms.CharField(label=_("Number or words"), required=False, max_length=200)
    severity = forms.ChoiceField(label=_("Severity"), required=False, choices=[("", _("Any")), *SEVERITIES])
    team = forms.ChoiceField(label=_("Team"), required=False)
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("", _("Due first")), ("opened", _("Newest first")), ("severity", _("Most severe first"))],
    )

    def __init__(self, *args: Any, teams: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _chosen(self.fields["team"], [("", _("Any")), ("none", _("No team")), *teams])

    def filters(self, tab: str, more: dict[str, str]) -> tuple[Filters, str]:
        self.is_valid()
        typed = self.cleaned_data
        sort = typed.get("sort") or ""
        found = Filters(
            tab=tab,
            words=(typed.get("q") or "").replace("\0", ""),
            severity=typed.get("severity") or "",
            team=typed.get("team") or "",
            **more,
        )
        return found, sort if sort in SORTS else "due"


class OpenCaseForm(forms.Form):
    """A case opened by hand."""

    title = forms.CharField(label=_("What it is about"), max_length=200)
    team = forms.ChoiceField(label=_("Team"))
    severity = forms.ChoiceField(label=_("Severity"), choices=SEVERITIES, initial="normal")
    customer = forms.CharField(
        label=_("Customer"),
        required=False,
        max_length=200,
        help_text=_("heed's key, or system:identifier such as crm:48213."),
    )
    opening = forms.ChoiceField(
        label=_("Promises as in"), required=False, help_text=_("The rule whose promises, hours and escalation hold.")
    )
    words = words_field(_("What the customer said, or what happened"))
    take = forms.BooleanField(label=_("I take it"), required=False, initial=True)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reach = None if scope.holds_everywhere("work_cases") else scope.reaches.get("work_cases", frozenset())
        kinds = unit_nodes()
        teams = [each for each in unit_choices(reach) if kinds[each[0]].kind in ("team", "department")]
        _chosen(self.fields["team"], teams or unit_choices(reach))
        rules = [(rule.key, rule.body.name) for rule in openings()]
        _chosen(self.fields["opening"], rules or [("", _("no rule in force: nothing is promised"))])
