"""Gathers the pages and the API of feedback for the site."""

from typing import Any

from ninja import Router

from heed.feedback.privacy import api as privacy_api
from heed.feedback.privacy import pages as privacy_pages
from heed.feedback.quality.api import answers as quality_answers_api
from heed.feedback.quality.api import audits as quality_audits_api
from heed.feedback.quality.api import cards as quality_api
from heed.feedback.quality.pages import answers as quality_answers
from heed.feedback.quality.pages import audits as quality_audits
from heed.feedback.quality.pages import cards as quality_cards
from heed.feedback.routing.api import connecting as connections_api
from heed.feedback.routing.api import items as routed_api
from heed.feedback.routing.pages import connecting as connection_pages
from heed.feedback.routing.pages import items as routed_pages
from heed.feedback.surveys.api import exchanging as exchange_api
from heed.feedback.surveys.api import links as survey_links_api
from heed.feedback.surveys.api import reports as mail_reports_api
from heed.feedback.surveys.api import surveys as surveys_api
from heed.feedback.surveys.pages import answering as survey_answers
from heed.feedback.surveys.pages import building as survey_building
from heed.feedback.surveys.pages import carrier as survey_carrier
from heed.feedback.surveys.pages import exchanging as survey_exchange
from heed.feedback.surveys.pages import linking as survey_linking
from heed.feedback.surveys.pages import links as survey_links
from heed.feedback.surveys.pages import overview as survey_overview
from heed.feedback.surveys.pages import sending_domain
from heed.feedback.triggers.api import asks as asks_api
from heed.feedback.triggers.api import instruments as instruments_api
from heed.feedback.triggers.api import ledger as ledger_api
from heed.feedback.triggers.api import programmes as programmes_api
from heed.feedback.triggers.pages import instruments as ask_instruments
from heed.feedback.triggers.pages import ledger as ask_ledger
from heed.feedback.triggers.pages import log as ask_log
from heed.feedback.triggers.pages import programmes as ask_programmes
from heed.feedback.triggers.pages import sending as ask_sending
from heed.feedback.verbatims.api import bakeoffs as bakeoffs_api
from heed.feedback.verbatims.api import labelling as labelling_api
from heed.feedback.verbatims.api import models as text_models_api
from heed.feedback.verbatims.api import reading as verbatims_api
from heed.feedback.verbatims.pages import bakeoff as verbatim_bakeoff
from heed.feedback.verbatims.pages import labelling as verbatim_labelling
from heed.feedback.verbatims.pages import listing as verbatim_listing
from heed.feedback.verbatims.pages import models as verbatim_models
from heed.feedback.verbatims.pages import signals as verbatim_signals
from heed.feedback.verbatims.pages import taxonomy as verbatim_taxonomy
from heed.feedback.verbatims.pages import themes as verbatim_themes

urlpatterns: list[Any] = [
    *privacy_pages.urlpatterns,
    *quality_cards.urlpatterns,
    *connection_pages.urlpatterns,
    *routed_pages.urlpatterns,
    *quality_answers.urlpatterns,
    *quality_audits.urlpatterns,
    *verbatim_themes.urlpatterns,
    *verbatim_listing.urlpatterns,
    *verbatim_signals.urlpatterns,
    *verbatim_models.urlpatterns,
    *verbatim_bakeoff.urlpatterns,
    *verbatim_labelling.urlpatterns,
    *verbatim_taxonomy.urlpatterns,
    *ask_log.urlpatterns,
    *ask_ledger.urlpatterns,
    *ask_sending.urlpatterns,
    *ask_instruments.urlpatterns,
    *ask_programmes.urlpatterns,
    *survey_answers.urlpatterns,
    *survey_exchange.urlpatterns,
    *survey_building.urlpatterns,
    *survey_carrier.urlpatterns,
    *survey_linking.urlpatterns,
    *survey_links.urlpatterns,
    *survey_overview.urlpatterns,
    *sending_domain.urlpatterns,
]
routers: list[tuple[str, Router]] = [
    ("/surveys", surveys_api.survey_router),
    ("/surveys", exchange_api.router),
    ("/survey-files", exchange_api.files),
    ("/survey-links", survey_links_api.router),
    ("/mail-reports", mail_reports_api.router),
    ("/survey-invitations", surveys_api.invitation_router),
    ("/responses", surveys_api.response_router),
    ("/quality", quality_api.router),
    ("/quality", quality_answers_api.router),
    ("/quality", quality_audits_api.router),
    ("/connections", connections_api.connections),
    ("/deliveries", connections_api.deliveries),
    ("/feedback-items", routed_api.items),
    ("/routes", routed_api.routes),
    ("/privacy", privacy_api.router),
    ("/verbatims", verbatims_api.router),
    ("/themes", verbatims_api.theme_router),
    ("/signals", verbatims_api.signal_router),
    ("/text-models", text_models_api.router),
    ("/label-rounds", labelling_api.router),
    ("/bakeoffs", bakeoffs_api.router),
    ("/asks", asks_api.router),
    ("/ask-lists", asks_api.lists),
    ("/asking", ledger_api.router),
    ("/instruments", instruments_api.router),
    ("/programmes", programmes_api.router),
]
