"""Forms of imports: the file and how it is read, and the values of a rejected row."""

from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from heed.service.formats.models import QuarantinedRow
from heed.service.formats.queries import mapping_choices

LONG_VALUE = 100


class UploadForm(forms.Form):
    """A file and the mapping that reads it."""

    file = forms.FileField(
        label=_("File"), help_text=_("CSV, TSV, JSON, JSON lines, Parquet, Excel or XES; text also packed as .gz.")
    )
    mapping = forms.ChoiceField(
        label=_("Mapping"),
        help_text=_(
            "How the file's columns become facts. Another file needs a mapping of its own: propose one under Definitions."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["mapping"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("Choose a mapping")), *mapping_choices()]


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
