"""Forms of imports: the file and how it is read, and the values of a rejected row."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from heed.core.people.queries import zone_choices
from heed.service.formats.models import QuarantinedRow
from heed.service.formats.queries import mapping_choices
from heed.service.formats.rules.drafting import KEEP, LEAVE_OUT, Draft
from heed.service.formats.rules.meanings import MEANINGS

LONG_VALUE = 100
MEANING_TITLES: dict[str, Any] = {
    "id": _("Its number"),
    "at": _("When it was"),
    "score": _("The score"),
    "words": _("What was said"),
    "customer_key": _("Customer's number"),
    "agent_key": _("Employee"),
    "region": _("Region"),
    "team": _("Team"),
    "channel": _("Channel"),
    "touchpoint": _("Touchpoint"),
    "stage": _("Stage"),
    "topic": _("Topic"),
    "product": _("Product"),
    "segment": _("Segment"),
    "language": _("Language"),
    "wait_seconds": _("Waiting time"),
    "handle_seconds": _("Handling time"),
    "first_response_seconds": _("Time to first response"),
    "answered": _("Answered, yes or no"),
    "abandoned": _("Abandoned, yes or no"),
    "resolved": _("Resolved, yes or no"),
    "transferred": _("Transferred, yes or no"),
    "opened_at": _("When opened"),
    "first_responded_at": _("When first responded"),
    "resolved_at": _("When resolved"),
    "closed_at": _("When closed"),
    "priority": _("Priority"),
    "cause": _("Cause"),
}


class UploadForm(forms.Form):
    """A file and the mapping that reads it."""

    file = forms.FileField(
        label=_("File"), help_text=_("CSV, TSV, JSON, JSON lines, Parquet, Excel or XES; text also packed as .gz.")
    )
    mapping = forms.ChoiceField(
        label=_("Mapping"),
        required=False,
        help_text=_(
            "How the file's columns become facts. Of a file of your own heed asks what its columns mean, once."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["mapping"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("A file of my own")), *mapping_choices()]


class ColumnsForm(forms.Form):
    """What a row of a file is, and what each of its columns means."""

    token = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(widget=forms.HiddenInput, max_length=255)
    sort = forms.ChoiceField(
        label=_("Each row is"),
        choices=[
            ("answers", _("an answer of a customer")),
            ("contacts", _("a contact with a customer")),
            ("cases", _("a case or ticket")),
        ],
    )
    key = forms.CharField(
        label=_("Name of the mapping"),
        max_length=80,
        help_text=_("Next time this kind of file is read by it. Small letters, digits and _."),
    )
    system = forms.CharField(
        label=_("System"),
        max_length=80,
        help_text=_("Where the customers' numbers come from, such as crm. The same name joins files and customers."),
    )
    zone = forms.ChoiceField(label=_("Time zone of its times"), choices=zone_choices)
    formats = forms.CharField(
        label=_("How times are written"), max_length=80, help_text=_("iso, epoch, or such as %d.%m.%Y %H:%M")
    )
    decimal = forms.ChoiceField(
        label=_("Decimals are written with"), choices=[(".", _("a point")), (",", _("a comma"))], required=False
    )
    unit = forms.ChoiceField(
        label=_("Durations are in"),
        choices=[("seconds", _("seconds")), ("minutes", _("minutes")), ("hours", _("hours"))],
        required=False,
    )
    instrument = forms.ChoiceField(
        label=_("The score answers"),
        choices=[
            ("nps", _("how likely to recommend, 0 to 10 (NPS)")),
            ("csat", _("how satisfied, 1 to 5 (CSAT)")),
            ("ces", _("how easy, 1 to 7 (CES)")),
        ],
        required=False,
    )

    def __init__(self, *args: Any, columns: Sequence[str], sort: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._columns = {f"c{place}": column for place, column in enumerate(columns)}
        meanings = [(meaning.key, MEANING_TITLES[meaning.key]) for meaning in MEANINGS[sort]]
        choices = [(KEEP, _("Keep beside")), (LEAVE_OUT, _("Leave out")), *meanings]
        for name, column in self._columns.items():
            select = forms.Select(attrs={"class": "input"})
            self.fields[name] = forms.ChoiceField(label=column, choices=choices, required=False, widget=select)
        for name, sorts in (("instrument", {"answers"}), ("unit", {"contacts"}), ("decimal", {"answers", "contacts"})):
            if sort not in sorts:
                del self.fields[name]

    @property
    def selects(self) -> list[Any]:
        return [self[name] for name in self._columns]

    @property
    def settings(self) -> list[Any]:
        """The fields about the file as a whole."""
        return [self[name] for name in self.fields if name not in self._columns and name not in ("token", "name")]

    def told(self) -> Draft:
        """What was chosen, as a draft."""
        given = self.cleaned_data
        return Draft(
            sort=given["sort"],
            meanings={column: given[name] or KEEP for name, column in self._columns.items()},
            formats=(given["formats"].strip(),),
            zone=given["zone"],
            decimal=given.get("decimal") or ".",
            unit=given.get("unit") or "seconds",
            instrument=given.get("instrument") or "nps",
        )

    @staticmethod
    def of(told: Draft) -> dict[str, Any]:
        """A draft as the form's first values."""
        columns = {f"c{place}": meaning for place, meaning in enumerate(told.meanings.values())}
        whole = {name: getattr(told, name) for name in ("sort", "zone", "decimal", "unit", "instrument")}
        return {**columns, **whole, "formats": told.formats[0]}


class RepairForm(forms.Form):
    """The values of a rejected row, one field a column; the columns at fault come first."""

    def __init__(self, *args: Any, row: QuarantinedRow, columns: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._columns: dict[str, str] = {}
        reasons: dict[str, list[str]] = {}
        for fault in row.faults:
            for name in columns:
                if name == fault["column"] or name in fault["column"].split(" "):
                    reasons.setdefault(name, []).append(fault["reason"])
        for place, name in enumerate(sorted(columns, key=lambda name: name not in reasons)):
            value = row.values.get(name) or ""
            widget = (
                forms.Textarea(attrs={"rows": 4}) if len(value) > LONG_VALUE or "\n" in value else forms.TextInput()
            )
            field = forms.CharField(label=name, required=False, initial=value, widget=widget, strip=False)
            if name in reasons:
                field.help_text = _("This value %(reason)s.") % {"reason": escape(", ".join(reasons[name]))}
            self.fields[f"v{place}"] = field
            self._columns[f"v{place}"] = name

    def changed_values(self) -> dict[str, str | None]:
        """Only what was changed, under the names of the file's columns."""
        return {self._columns[name]: self.cleaned_data[name] for name in self.changed_data}
