"""Forms of customers: the file, what its columns mean, and what a person knows better."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from heed.service.customers.models import Customer
from heed.service.customers.queries import known_systems
from heed.service.customers.rules import FIELDS

FIELD_TITLES: dict[str, Any] = {
    "external_id": _("Identifier"),
    "name": _("Name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "email": _("E-mail address"),
    "phone": _("Telephone"),
    "language": _("Language"),
    "time_zone": _("Time zone"),
    "region": _("Region"),
    "segment": _("Segment"),
    "account": _("Account or company"),
    "opted_out": _("Wants no mail that asks"),
    "attribute": _("Keep as it is"),
}
CORRECTED = ("name", "email", "phone", "language", "time_zone", "region", "segment", "account")


class FileForm(forms.Form):
    """A file of customers and the system that their identifiers belong to."""

    file = forms.FileField(
        label=_("File"), help_text=_("CSV, TSV, JSON, Parquet or Excel; text also packed as .gz. One customer a row.")
    )
    system = forms.CharField(
        label=_("System"),
        max_length=80,
        help_text=_(
            "Where the identifiers come from, such as crm. Facts that name customers by the same system belong to them."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.systems = known_systems()
        self.fields["system"].widget.attrs["list"] = "systems"
        if len(self.systems) == 1:
            self.fields["system"].initial = self.systems[0]


class ColumnsForm(forms.Form):
    """What each column of a file means."""

    token = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(widget=forms.HiddenInput, max_length=255)
    system = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, columns: Sequence[str], guessed: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._columns = {f"c{place}": column for place, column in enumerate(columns)}
        choices = [("", _("Leave out")), *((name, FIELD_TITLES[name]) for name in FIELDS)]
        for name, column in self._columns.items():
            self.fields[name] = forms.ChoiceField(
                label=column,
                choices=choices,
                required=False,
                initial=guessed.get(column, ""),
                widget=forms.Select(attrs={"class": "input"}),
            )

    @property
    def selects(self) -> list[Any]:
        return [self[name] for name in self._columns]

    def mapped(self) -> dict[str, str]:
        """Column → field, as chosen."""
        return {column: self.cleaned_data[name] for name, column in self._columns.items()}


class CustomerForm(forms.Form):
    """What is known of a customer; the identifier stays."""

    name = forms.CharField(label=FIELD_TITLES["name"], max_length=200, required=False)
    email = forms.CharField(label=FIELD_TITLES["email"], max_length=254, required=False)
    phone = forms.CharField(label=FIELD_TITLES["phone"], max_length=40, required=False)
    language = forms.CharField(
        label=FIELD_TITLES["language"], max_length=20, required=False, help_text=_("Such as de or en-GB.")
    )
    time_zone = forms.CharField(
        label=FIELD_TITLES["time_zone"], max_length=60, required=False, help_text=_("Such as Europe/Berlin.")
    )
    region = forms.CharField(label=FIELD_TITLES["region"], max_length=80, required=False)
    segment = forms.CharField(label=FIELD_TITLES["segment"], max_length=80, required=False)
    account = forms.CharField(label=FIELD_TITLES["account"], max_length=200, required=False)

    @classmethod
    def of(cls, row: Customer) -> "CustomerForm":
        return cls(initial={name: getattr(row, name) for name in CORRECTED})
