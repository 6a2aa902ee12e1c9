"""What is typed about requests and breaches."""

from django import forms
from django.utils.translation import gettext_lazy as _

from heed.feedback.privacy.models import PrivacyRequest


class RequestForm(forms.Form):
    """A person asks."""

    customer = forms.CharField(
        label=_("Customer"), max_length=280, help_text=_("heed's key, or system:id, such as crm:4711.")
    )
    kind = forms.ChoiceField(label=_("Asks for"), choices=PrivacyRequest.KINDS)
    jurisdiction = forms.CharField(
        label=_("Jurisdiction"),
        max_length=20,
        required=False,
        help_text=_("As the policies name it, such as EU; empty: the strictest of all."),
    )
    received_at = forms.DateTimeField(
        label=_("Received"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("Empty: now."),
    )


class BreachForm(forms.Form):
    """A breach was noticed."""

    title = forms.CharField(label=_("In a few words"), max_length=200)
    happened = forms.CharField(label=_("What happened"), widget=forms.Textarea(attrs={"rows": 4}), max_length=10_000)
    kinds = forms.CharField(label=_("Kinds of data"), max_length=300, required=False)
    people = forms.IntegerField(label=_("People concerned, about"), min_value=0, max_value=2**31 - 1, required=False)
    noticed_at = forms.DateTimeField(
        label=_("Noticed"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("The clock runs from here. Empty: now."),
    )
