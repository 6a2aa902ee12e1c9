"""Forms for units, the organisation and one's own profile."""

from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_lazy as _

from heed.core.people.queries import unit_choices, zone_choices

CURRENCY = r"^[A-Z]{3}$"


class UnitForm(forms.Form):
    """A new unit: its name, what it is, and where it hangs."""

    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("region", _("region")), ("department", _("department")), ("team", _("team"))]
    )
    parent = forms.ChoiceField(label=_("Belongs to"))
    key = forms.SlugField(
        label=_("Key"),
        max_length=60,
        required=False,
        help_text=_("What imported records call it. Made from the name when left empty; it never changes."),
    )

    def __init__(self, *args: Any, within: frozenset[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = unit_choices(within)  # type: ignore[attr-defined]


class UnitChangeForm(forms.Form):
    """A unit's name and place."""

    name = forms.CharField(label=_("Name"), max_length=120)
    parent = forms.ChoiceField(label=_("Belongs to"))

    def __init__(
        self, *args: Any, without: frozenset[str], within: frozenset[str] | None, is_root: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if is_root:
            del self.fields["parent"]
        else:
            choices = [choice for choice in unit_choices(within) if choice[0] not in without]
            self.fields["parent"].choices = choices  # type: ignore[attr-defined]


class OrganisationForm(forms.Form):
    """How the organisation's figures are cut and shown."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=120)
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Days, weeks and business hours are cut in it."))
    currency = forms.RegexField(
        CURRENCY,
        label=_("Currency"),
        max_length=3,
        help_text=_("Three letters, such as EUR or USD."),
        error_messages={"invalid": _("Three capital letters, such as EUR.")},
    )
    languages = forms.CharField(
        label=_("Languages of customers"),
        max_length=200,
        help_text=_("Codes with commas, the first one first: en, de."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]

    def clean_languages(self) -> tuple[str, ...]:
        given = tuple(dict.fromkeys(part.strip().lower() for part in self.cleaned_data["languages"].split(",")))
        unknown = [code for code in given if code not in LANG_INFO]
        if unknown:
            raise forms.ValidationError(_("%(code)s is no known language code."), params={"code": unknown[0] or "—"})
        return given
