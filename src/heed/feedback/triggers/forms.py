"""The form of a list: which survey, and to whom."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from heed.core.access.rules import Scope
from heed.feedback.triggers.queries import surveys_in_force
from heed.service.customers.queries import choices

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
