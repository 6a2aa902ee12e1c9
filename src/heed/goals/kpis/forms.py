"""What a reader asks of a KPI: the time, the rows, the split and the definition's parameters."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from heed.goals.kpis.definition import Parameter

PERIODS = (("week", _("week")), ("month", _("month")))


class KpiFilters(forms.Form):
    """Read from the address, so that what is seen can be sent to somebody else. An empty field is no restriction."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Before"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    period = forms.ChoiceField(label=_("By"), required=False, choices=PERIODS)
    by = forms.ChoiceField(label=_("Split by"), required=False)
    where = forms.CharField(
        label=_("Only where"),
        required=False,
        max_length=500,
        widget=forms.TextInput(
            attrs={"placeholder": 'channel == "phone"', "spellcheck": "false", "autocapitalize": "none"}
        ),
    )

    def __init__(self, query: Mapping[str, Any], *, keys: Sequence[str], parameters: Mapping[str, Parameter]) -> None:
        super().__init__(query)
        named = [
            (key, gettext(words[:1].upper() + words[1:]))
            for key in keys
            if (words := key.removesuffix("_key").replace("_", " "))
        ]
        self.fields["by"].choices = [("", _("nothing")), *named]  # type: ignore[attr-defined]
        for name, parameter in parameters.items():
            self.fields[f"set_{name}"] = _parameter_field(name, parameter)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since >= until:
            self.add_error("until", _("This is not after the first day."))
        return cleaned

    @property
    def parameter_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("set_")]

    @property
    def chosen(self) -> dict[str, Any]:
        """The parameters somebody set, by name."""
        return {
            name.removeprefix("set_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("set_") and value not in (None, "")
        }


def _parameter_field(name: str, parameter: Parameter) -> forms.Field:
    """A list where the definition names choices, a number within its limits otherwise. Empty is as defined."""
    label = gettext(name.replace("_", " ").capitalize())
    if parameter.choices:
        named = [
            (choice, gettext(str(choice).replace("_", " ")))
            for choice in parameter.choices
            if choice != parameter.default
        ]
        choices = [("", gettext(str(parameter.default).replace("_", " "))), *named]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    shown = forms.NumberInput(attrs={"placeholder": f"{parameter.default:g}", "step": "any"})
    return forms.FloatField(
        label=label, required=False, min_value=parameter.least, max_value=parameter.most, widget=shown
    )
