"""What somebody writes who decides about a footprint."""

from django import forms
from django.utils.translation import gettext_lazy as _

OPTIONS = {
    "pooled": _("One site for all"),
    "split": _("Each region its own"),
    "hybrid": _("The best between"),
}


class DecisionForm(forms.Form):
    """The option chosen, who answers for it, and why."""

    option = forms.ChoiceField(label=_("Decided"), choices=[("", "–"), *OPTIONS.items()])
    owner = forms.CharField(label=_("Who answers for it"), max_length=120)
    reason = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1)
