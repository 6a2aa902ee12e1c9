"""Serves the script for moving charts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from heed.documents.charts import bundle


@require_safe
def charts_script(request: HttpRequest, name: str) -> HttpResponse:
    """Made in the first second somebody asks for it, kept by the browser for ever."""
    if name != bundle.name():
        raise Http404
    accepts = "gzip" in request.headers.get("accept-encoding", "")
    response = HttpResponse(
        bundle.packed() if accepts else bundle.script(), content_type="text/javascript; charset=utf-8"
    )
    if accepts:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
