"""What a person says about a connection."""

from typing import Any

from django import forms
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from heed.feedback.routing.queries.connecting import event_choices


class ConnectionForm(forms.Form):
    """Another system: what it is called here, where it listens, and what it wants to know."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("So that you know it again, such as “CRM”."))
    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
        help_text=_("Where it takes messages by POST."),
    )
    shape = forms.ChoiceField(
        label=_("What it is"),
        choices=[
            ("webhook", _("A system that takes signed messages")),
            ("github", _("An issue tracker like GitHub")),
            ("jira", _("An issue tracker like Jira")),
        ],
        required=False,
        initial="webhook",
        help_text=_("A tracker gets an issue for each feedback item that is routed to it, and nothing else."),
    )
    token_name = forms.CharField(
        label=_("Name of the token"),
        max_length=40,
        required=False,
        help_text=_(
            "Of a tracker: as whoever runs heed called it in HEED_TRACKER_TOKENS. The token itself stays there."
        ),
    )
    project = forms.CharField(
        label=_("Project"), max_length=80, required=False, help_text=_("Of Jira: its key, such as OPS.")
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
