"""What the palette finds beside the menu: places by name, within what a person may see."""

from django.http import HttpRequest, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from heed.core.access.rules import Scope
from heed.core.edge import page
from heed.core.errors.rules import translated
from heed.goals.kpis.queries import list_kpis


@require_safe
@page()
def places(request: HttpRequest) -> JsonResponse:
    """Title, group and address of each; asked for once, when the palette is first opened."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    found = []
    if scope.may("see_figures"):
        found += [
            {"title": translated(kpi.name, _), "group": _("KPI"), "href": reverse("kpi", args=[kpi.key])}
            for kpi in list_kpis()
            if kpi.state == "in_force"
        ]
    response = JsonResponse({"places": found})
    response["Cache-Control"] = "private, max-age=300"
    return response


urlpatterns = [path("places.json", places, name="places")]
