"""What is asked of staffing, and what two sides offer each other."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from heed.core.calendar.definition import WEEKDAYS as KEYS
from heed.goals.slas.queries.calls import LAWS, MOST_WEEKS, PHONE, QUEUES, Asked
from heed.goals.slas.rules.bargaining import Terms

BY_TITLES = {"region": _("region"), "team": _("team"), "channel": _("channel"), "": _("none: one queue for all")}
CLOCK = r"^([01]\d|2[0-4]):[0-5]\d$"
TIME = forms.TimeInput(attrs={"type": "time"})
LAW_TITLES = {"exponential": _("exponential, as Erlang A has it"), "seen": _("as seen: Kaplan and Meier's curve")}
CURRENCY = forms.RegexField(regex=r"^[A-Z]{3}$", required=False, max_length=3, label=_("Currency"))


class StaffingForm(forms.Form):
    """Read from the address, so that what is seen can be sent to somebody else."""

    within = forms.FloatField(label=_("Answered within, seconds"), min_value=0, max_value=86_400, initial=20)
    weeks = forms.IntegerField(label=_("Learned from weeks"), min_value=1, max_value=MOST_WEEKS, initial=13)
    by = forms.ChoiceField(
        label=_("Queues by"), required=False, choices=[(key, BY_TITLES[key]) for key in QUEUES], initial="region"
    )
    where = forms.CharField(
        label=_("Only where"),
        required=False,
        max_length=500,
        initial=PHONE,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "none"}),
    )

    @property
    def asked(self) -> Asked:
        told = self.cleaned_data
        return Asked(told["where"], told["weeks"], told["by"], told["within"], law=told.get("law") or "exponential")


class FrontierForm(StaffingForm):
    """What an hour costs may be left out where facts say it."""

    law = forms.ChoiceField(
        label=_("Patience"),
        required=False,
        choices=[(key, LAW_TITLES[key]) for key in LAWS],
        initial="exponential",
    )
    cost = forms.DecimalField(label=_("Cost of an hour"), required=False, min_value=0, max_digits=9, decimal_places=2)
    currency = CURRENCY
    shrinkage = forms.FloatField(label=_("Share away"), min_value=0, max_value=0.95, initial=0.0)
    hours = forms.FloatField(label=_("Hours of a person a week"), min_value=1, max_value=168, initial=38)


class WeekdayForm(StaffingForm):
    """The target against which is counted who is needed."""

    target = forms.FloatField(label=_("Target, share"), min_value=0.01, max_value=0.99, initial=0.8)


def filled(form: type[forms.Form], told: Any) -> forms.Form:
    """The form with what was told, and its own values for the rest."""
    known = {name: field.initial for name, field in form.base_fields.items() if field.initial is not None}
    return form({**known, **{name: told.get(name) for name in form.base_fields if name in told}})


class PartyForm(forms.Form):
    """Who talks with whom, and on which grounds offers are scored."""

    provider_unit = forms.ChoiceField(label=_("Who keeps the promise"))
    customer_unit = forms.ChoiceField(label=_("Who is promised"))
    provider_person = forms.ChoiceField(label=_("One person speaks for who keeps it"), required=False)
    customer_person = forms.ChoiceField(label=_("One person speaks for who is promised"), required=False)
    weeks = forms.IntegerField(label=_("Learned from weeks"), min_value=1, max_value=MOST_WEEKS, initial=13)
    cost = forms.DecimalField(
        label=_("Cost of an hour"),
        required=False,
        min_value=0,
        max_digits=9,
        decimal_places=2,
        help_text=_("Empty: what people cost by the facts."),
    )
    shrinkage = forms.FloatField(label=_("Share away"), min_value=0, max_value=0.95, initial=0.0)
    hours = forms.FloatField(label=_("Hours of a person a week"), min_value=1, max_value=168, initial=38)

    def __init__(self, *args: Any, units: list[tuple[str, str]], people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("provider_unit", "customer_unit"):
            self.fields[name].choices = units  # type: ignore[attr-defined]
        for name in ("provider_person", "customer_person"):
            self.fields[name].choices = [("", _("whoever may in the unit")), *people]  # type: ignore[attr-defined]


class OfferForm(forms.Form):
    """The terms of an offer, and the number of the offer they answer."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    target = forms.FloatField(label=_("Target, share"), min_value=0.01, max_value=0.999)
    within = forms.FloatField(
        label=_("Within, seconds"),
        min_value=1,
        max_value=86_400 * 366,
        help_text=_("Of cases: seconds of the hours promised, 3,600 an hour."),
    )
    days = forms.MultipleChoiceField(
        label=_("Open on"),
        required=False,
        choices=[(key, WEEKDAYS[place]) for place, key in enumerate(KEYS)],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: the hours stay as they are."),
    )
    opens = forms.RegexField(label=_("Opens"), required=False, regex=CLOCK, widget=TIME)
    closes = forms.RegexField(label=_("Closes"), required=False, regex=CLOCK, widget=TIME)
    head_count = forms.DecimalField(label=_("People, full time"), min_value=0, max_digits=9, decimal_places=2)
    money = forms.DecimalField(label=_("Money a week"), min_value=0, max_digits=14, decimal_places=2)
    in_force_on = forms.DateField(label=_("In force from"), widget=forms.DateInput(attrs={"type": "date"}))
    days_open = forms.IntegerField(label=_("Stands for days"), min_value=1, max_value=90, initial=14)

    @property
    def terms(self) -> Terms:
        told = self.cleaned_data
        return Terms(
            told["target"],
            told["within"],
            told["head_count"],
            told["money"],
            told["in_force_on"],
            tuple(told["days"]),
            told["opens"] if told["days"] else "",
            told["closes"] if told["days"] else "",
        )


class ReservationForm(forms.Form):
    """How far one's own side would go."""

    target = forms.FloatField(label=_("Target, share"), required=False, min_value=0.01, max_value=0.999)
    money = forms.DecimalField(label=_("Money a week"), required=False, min_value=0, max_digits=14, decimal_places=2)
