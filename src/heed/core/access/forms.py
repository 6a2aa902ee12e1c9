"""Forms of the ways in: inviting, accepting, first run, roles and tokens."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from heed.core.access.rules import PERMISSIONS, ROLES, Scope, may_give
from heed.core.people.queries import NOTIFIED_BY, known_countries, unit_choices, zone_choices

ROLE_NAMES = {
    "administrator": _("Administrator"),
    "manager": _("Manager"),
    "analyst": _("Analyst"),
    "supervisor": _("Supervisor"),
    "agent": pgettext_lazy("role", "Agent"),
    "auditor": _("Auditor"),
}
PERMISSION_NAMES = {
    "see_figures": _("See KPIs and reports"),
    "see_records": _("Open the records behind a figure"),
    "see_words": _("Read what customers wrote"),
    "label_words": _("Label what customers wrote, so that heed learns from it"),
    "see_cases": _("See cases"),
    "work_cases": _("Work on cases: take, contact, close"),
    "see_customers": _("See who a customer is"),
    "ask": _("Ask customers: send surveys"),
    "import": _("Bring records in and repair them"),
    "propose": _("Propose definitions"),
    "approve": _("Approve definitions and put them in force"),
    "manage_people": _("Invite people, change units and roles"),
    "see_journal": _("Read the journal"),
    "manage_settings": _("Change the organisation's settings"),
    "manage_connections": _("Connect other systems"),
    "see_operations": _("See how heed itself runs"),
    "use_api": _("Make API tokens"),
}
WEEKDAY_NAMES = (
    ("monday", _("Monday")),
    ("tuesday", _("Tuesday")),
    ("wednesday", _("Wednesday")),
    ("thursday", _("Thursday")),
    ("friday", _("Friday")),
    ("saturday", _("Saturday")),
    ("sunday", _("Sunday")),
)
WEEKDAYS = [key for key, _name in WEEKDAY_NAMES]
TIME = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
NEW_PASSWORD = forms.PasswordInput(attrs={"autocomplete": "new-password"})
EMAIL = forms.EmailInput(attrs={"autocomplete": "email"})


def role_name(key: str) -> str:
    return str(ROLE_NAMES.get(key, key))


class RoleForm(forms.Form):
    """A role in a unit, of those this person may give."""

    role = forms.ChoiceField(label=_("Role"), initial="agent")
    unit = forms.ChoiceField(label=_("Unit"), help_text=_("The role reaches all that lies below it."))

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        managed = None if scope.holds_everywhere("manage_people") else scope.reaches.get("manage_people", frozenset())
        units = unit_choices(managed)
        roles = [key for key in ROLES if any(may_give(scope, key, unit) for unit, _name in units)]
        self.fields["unit"].choices = units  # type: ignore[attr-defined]
        self.fields["role"].choices = [(key, role_name(key)) for key in roles]  # type: ignore[attr-defined]


class InviteForm(RoleForm):
    """An invitation by mail."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    field_order = ("email", "name", "role", "unit")


class AcceptForm(forms.Form):
    """What somebody who was invited says about themselves."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=NEW_PASSWORD,
        help_text=_("At least 10 characters; a few words do well."),
    )


class FirstRunForm(forms.Form):
    """The organisation and its first administrator."""

    organisation = forms.CharField(label=_("Name of the organisation"), max_length=120)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        initial="UTC",
        help_text=_("Days and weeks are cut in it."),
        widget=forms.Select(attrs={"data-zone": "UTC"}),
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}$",
        label=_("Currency"),
        initial="EUR",
        max_length=3,
        help_text=_("Three letters, such as EUR or USD."),
        error_messages={"invalid": _("Three capital letters, such as EUR.")},
    )
    languages = forms.RegexField(
        r"^[a-z]{2,3}(-[a-z]+)?( *, *[a-z]{2,3}(-[a-z]+)?)*$",
        label=_("Languages of customers"),
        initial="en",
        max_length=200,
        help_text=_("Codes with commas, the first one first: en, de."),
        error_messages={"invalid": _("Codes of two or three letters with commas, such as en, de.")},
    )
    days = forms.MultipleChoiceField(
        label=_("Business days"), widget=forms.CheckboxSelectMultiple, initial=WEEKDAYS[:5], choices=WEEKDAY_NAMES
    )
    opens = forms.TimeField(label=_("Open from"), initial="09:00", widget=TIME)
    closes = forms.TimeField(label=_("Open until"), initial="17:00", widget=TIME)
    holidays = forms.RegexField(
        r"^[A-Z]{2}$",
        label=_("Public holidays of"),
        required=False,
        max_length=2,
        help_text=_("Two letters of a country, such as DE: closed on its public holidays."),
        error_messages={"invalid": _("Two capital letters, such as DE.")},
    )
    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("Your e-mail address"), widget=EMAIL)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=NEW_PASSWORD,
        help_text=_("At least 10 characters; a few words do well."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]

    def clean_languages(self) -> list[str]:
        return list(dict.fromkeys(part.strip() for part in self.cleaned_data["languages"].split(",")))

    def clean_holidays(self) -> str:
        country: str = self.cleaned_data["holidays"]
        if country and country not in known_countries():
            raise forms.ValidationError(_("The public holidays of %(code)s are not known."), params={"code": country})
        return country

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("opens") and given.get("closes") and given["opens"] >= given["closes"]:
            self.add_error("closes", _("This must be later than the opening."))
        return given

    def hours(self) -> dict[str, str]:
        """A span such as 09:00-17:00 for each day chosen."""
        given = self.cleaned_data
        return dict.fromkeys(given["days"], f"{given['opens']:%H:%M}-{given['closes']:%H:%M}")


class ProfileForm(forms.Form):
    """What a person says about themselves."""

    name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    notified_by = forms.ChoiceField(
        label=_("Notifications"),
        choices=NOTIFIED_BY,
        widget=forms.RadioSelect,
        help_text=_("What concerns you: a case that is yours, a promise about to break."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = [("", _("As the browser asks")), *settings.LANGUAGES]
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [("", _("As the organisation")), *zone_choices()]  # type: ignore[attr-defined]


class MailTestForm(forms.Form):
    """Where a test mail goes."""

    email = forms.EmailField(label=_("E-mail address"), widget=EMAIL)


class TokenForm(forms.Form):
    """A new API token: what for, what it may do, and until when."""

    name = forms.CharField(
        label=_("What for"), max_length=80, help_text=_("So that you know it again, such as “nightly export”.")
    )
    scopes = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(
        label=_("Ends after"),
        coerce=int,
        initial=90,
        choices=[(7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("a year")), (0, _("never"))],
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        permitted = [(key, PERMISSION_NAMES[key]) for key in PERMISSIONS if scope.may(key)]
        self.fields["scopes"].choices = permitted  # type: ignore[attr-defined]

    def expires_at(self) -> Any:
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None
