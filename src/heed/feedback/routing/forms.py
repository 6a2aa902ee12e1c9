"""What a person says about a connection."""

from typing import Any

from django import forms
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from heed.feedback.routing.queries import event_choices


class ConnectionForm(forms.Form):
    """Another system: what it is called here, where it listens, and what it wants to know."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("So that you know it again, such as “CRM”."))
    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
        help_text=_("Where it takes messages by POST."),
    )
    events = forms.MultipleChoiceField(
        label=_("Tell it of"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: of everything, also of what a later heed will tell."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(name, f"{name}: {said(meaning)}" if meaning else name) for name, meaning in event_choices()]
        self.fields["events"].choices = choices  # type: ignore[attr-defined]
