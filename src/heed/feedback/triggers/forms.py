"""The forms of asking: a list, a pause, and a contact policy to be tried."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from heed.core.access.rules import Scope
from heed.feedback.triggers.definition import ContactPolicy
from heed.feedback.triggers.queries.log import MAY, surveys_in_force
from heed.service.customers.queries import choices, regions_of

LARGEST_FILE = 8 << 20
LONGEST_TEXT = 2_000_000


class AskForm(forms.Form):
    """A survey, and customers: by filter, by what is typed, or by a file."""

    survey = forms.ChoiceField(label=_("Survey"), help_text=_("Only surveys in force can be sent."))
    by = forms.ChoiceField(
        label=_("To whom"),
        choices=[
            ("filter", _("Customers of a region or segment")),
            ("given", _("The customers listed below, or in the file")),
        ],
        widget=forms.RadioSelect,
        initial="filter",
    )
    region = forms.ChoiceField(label=_("Region"), required=False)
    segment = forms.ChoiceField(label=_("Segment"), required=False)
    words = forms.CharField(label=_("Words in name, address or account"), required=False, max_length=120)
    given = forms.CharField(
        label=_("Identifiers or addresses"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One a line: e-mail addresses, identifiers, or heed's keys."),
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("CSV: the first column that holds addresses or identifiers counts."),
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("survey", surveys_in_force())
        for name in ("region", "segment"):
            self._choose(name, [("", _("All")), *((each, each) for each in choices(scope, name))])

    def _choose(self, name: str, options: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = options

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file and file.size > LARGEST_FILE:
            self.add_error("file", _("The file is too large for a list. Import the customers, and send by filter."))
        if cleaned.get("by") == "given" and not (cleaned.get("given", "").strip() or file):
            self.add_error("given", _("Name somebody, or choose a file."))
        return cleaned


class PauseForm(forms.Form):
    """A time in which nobody is asked."""

    region = forms.ChoiceField(label=_("Region"), required=False)
    hours = forms.FloatField(
        label=_("For how many hours"),
        required=False,
        min_value=0.1,
        max_value=24 * 366,
        help_text=_("Empty: until it is ended."),
    )
    why = forms.CharField(label=_("Why nobody is to be asked"), max_length=300)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = regions_of(scope, MAY)
        field = self.fields["region"]
        assert isinstance(field, forms.ChoiceField)
        everywhere = [("", _("All"))] if regions is None else []
        field.choices = [*everywhere, *((each, each) for each in choices(scope, "region"))]


class RehearsalForm(forms.Form):
    """A contact policy to be tried. What the form does not show stays as it is in force."""

    weeks = forms.TypedChoiceField(
        label=_("Rehearse over the last"),
        choices=[(4, _("4 weeks")), (13, _("13 weeks")), (26, _("26 weeks")), (52, _("52 weeks"))],
        coerce=int,
        initial=13,
    )
    rest_days = forms.IntegerField(
        label=_("Rest period"), min_value=0, max_value=3650, help_text=_("Days after an invitation.")
    )
    week_cap = forms.IntegerField(
        label=_("Most contacts in 7 days"), required=False, min_value=1, max_value=100, help_text=_("Empty: no cap.")
    )
    quarter_cap = forms.IntegerField(
        label=_("Most contacts in 91 days"), required=False, min_value=1, max_value=100, help_text=_("Empty: no cap.")
    )
    case_waits = forms.BooleanField(label=_("Nobody is asked while they have an open case"), required=False)
    control_share = forms.FloatField(
        label=_("Share never asked"),
        required=False,
        min_value=0,
        max_value=0.5,
        help_text=_("0 to 0.5, for comparison."),
    )

    def __init__(self, *args: Any, policy: ContactPolicy, **kwargs: Any) -> None:
        caps = {cap.days: cap.most for cap in policy.caps}
        held = {
            "rest_days": policy.rest_days,
            "week_cap": caps.get(7),
            "quarter_cap": caps.get(91),
            "case_waits": policy.while_case_open == "wait",
            "control_share": policy.control_share,
        }
        kwargs["initial"] = held
        super().__init__(*args, **kwargs)
        self.policy, self.body = policy, dict[str, Any]()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        body = self.policy.model_dump(mode="json")
        shown = {7: cleaned.get("week_cap"), 91: cleaned.get("quarter_cap")}
        caps = [cap for cap in body["caps"] if cap["days"] not in shown]
        body["caps"] = [*caps, *({"days": days, "most": most} for days, most in shown.items() if most)]
        body["rest_days"] = cleaned.get("rest_days", self.policy.rest_days)
        body["while_case_open"] = "wait" if cleaned.get("case_waits") else "ask"
        body["control_share"] = cleaned.get("control_share") or 0.0
        self.body = body
        return cleaned


class BehaviourForm(forms.Form):
    """The days in which behaviour is looked at, and what it is split by."""

    by = forms.ChoiceField(
        choices=[(name, name) for name in ("segment", "touchpoint", "region", "product", "channel")],
        required=False,
        widget=forms.HiddenInput,
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("Up to, left out"), required=False, widget=forms.DateInput({"type": "date"}))

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        for name in ("since", "until"):
            day = told.get(name)
            if day and not 1970 < day.year < 2200:
                self.add_error(name, _("Take a day nearer to now."))
        if told.get("since") and told.get("until") and told["since"] >= told["until"]:
            self.add_error("until", _("The end is not after the start."))
        return told
