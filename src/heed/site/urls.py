"""Every address heed answers at. Gathers each module's pages; knows none of them."""

from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog

from heed.core.urls import urlpatterns as core_pages
from heed.desks.urls import urlpatterns as desk_pages
from heed.feedback.urls import urlpatterns as feedback_pages
from heed.goals.urls import urlpatterns as goals_pages
from heed.sample.pages import urlpatterns as sample_pages
from heed.service.urls import urlpatterns as service_pages
from heed.site import health
from heed.site.api import api

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("api/v1/", api.urls),
    # An address is changed by who manages people: the library would let anybody take any, unverified.
    path("account/email/", RedirectView.as_view(pattern_name="profile")),
    path("account/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("words.js", JavaScriptCatalog.as_view(packages=["heed.site"]), name="words"),
    *desk_pages,
    *core_pages,
    *goals_pages,
    *service_pages,
    *feedback_pages,
    *sample_pages,
]
