"""The peer of collector.py: a Django view that inserts one row a request, with heed's own settings of the database and no middleware."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "heed.site.settings"

from django.conf import settings

settings.INSTALLED_APPS = []
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = "_plain"
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402


class PlainAnswer(models.Model):
    """One row."""

    token = models.TextField()
    score = models.FloatField()
    words = models.TextField()
    at = models.DateTimeField()

    class Meta:
        app_label = "plain"
        managed = False
        db_table = "bench_answer"


def keep(request: HttpRequest) -> HttpResponse:
    given = request.POST
    PlainAnswer.objects.create(
        token=given["nonce"], score=float(given["q_nps"]), words=given["q_why"], at=timezone.now()
    )
    return HttpResponse(status=303, headers={"Location": "/thanks", "Content-Length": "0"})


urlpatterns = [path("plain", keep), path("healthz", lambda request: HttpResponse())]
application = get_wsgi_application()
