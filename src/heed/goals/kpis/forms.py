"""What a reader asks of a KPI: the time, the rows, the split and the definition's parameters."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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

    def __init__(self, query: Mapping[str, Any], *, keys: Sequence[str], parameters: Mapping[str, Any]) -> None:
        super().__init__(query)
        self.fields["by"].choices = [("", _("nothing")), *((key, key.replace("_", " ")) for key in keys)]  # type: ignore[attr-defined]
        for name, parameter in parameters.items():
            self.fields[f"set_{name}"] = _parameter_field(name, parameter)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since >= until:
            self.add_error("until", _("This is not after the first day."))
        return cleaned

    @property
    def chosen(self) -> dict[str, Any]:
        """The parameters somebody set, by name."""
        return {
            name.removeprefix("set_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("set_") and value not in (None, "")
        }


def _parameter_field(name: str, parameter: Any) -> forms.Field:
    """A choice where the definition lists choices, a number where its default is one, words otherwise."""
    label = name.replace("_", " ").capitalize()
    choices = getattr(parameter, "choices", None)
    default = getattr(parameter, "default", parameter)
    if choices:
        return forms.ChoiceField(
            label=label,
            required=False,
            choices=[("", _("as defined")), *((choice, str(choice).replace("_", " ")) for choice in choices)],
        )
    if isinstance(default, (int, float)):
        return forms.FloatField(
            label=label, required=False, widget=forms.NumberInput(attrs={"placeholder": f"{default:g}", "step": "any"})
        )
    return forms.CharField(
        label=label, required=False, widget=forms.TextInput(attrs={"placeholder": str(default or "")})
    )
