"""Gathers the pages and the API of feedback for the site."""

from typing import Any

from ninja import Router

from heed.feedback.routing import api as routing_api
from heed.feedback.routing import pages as routing_pages
from heed.feedback.surveys import api as surveys_api
from heed.feedback.surveys.pages import answering as survey_answers
from heed.feedback.surveys.pages import building as survey_building
from heed.feedback.surveys.pages import overview as survey_overview
from heed.feedback.triggers import api as asks_api
from heed.feedback.triggers.pages import log as ask_log
from heed.feedback.triggers.pages import sending as ask_sending
from heed.feedback.verbatims import api as verbatims_api
from heed.feedback.verbatims.pages import labelling as verbatim_labelling
from heed.feedback.verbatims.pages import listing as verbatim_listing
from heed.feedback.verbatims.pages import models as verbatim_models
from heed.feedback.verbatims.pages import signals as verbatim_signals
from heed.feedback.verbatims.pages import taxonomy as verbatim_taxonomy
from heed.feedback.verbatims.pages import themes as verbatim_themes

urlpatterns: list[Any] = [
    *routing_pages.urlpatterns,
    *verbatim_themes.urlpatterns,
    *verbatim_listing.urlpatterns,
    *verbatim_signals.urlpatterns,
    *verbatim_models.urlpatterns,
    *verbatim_labelling.urlpatterns,
    *verbatim_taxonomy.urlpatterns,
    *ask_log.urlpatterns,
    *ask_sending.urlpatterns,
    *survey_answers.urlpatterns,
    *survey_building.urlpatterns,
    *survey_overview.urlpatterns,
]
routers: list[tuple[str, Router]] = [
    ("/surveys", surveys_api.survey_router),
    ("/survey-invitations", surveys_api.invitation_router),
    ("/responses", surveys_api.response_router),
    ("/connections", routing_api.connections),
    ("/deliveries", routing_api.deliveries),
    ("/verbatims", verbatims_api.router),
    ("/themes", verbatims_api.theme_router),
    ("/signals", verbatims_api.signal_router),
    ("/text-models", verbatims_api.model_router),
    ("/asks", asks_api.router),
    ("/ask-lists", asks_api.lists),
]
