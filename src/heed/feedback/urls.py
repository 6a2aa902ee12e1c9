"""Gathers the pages and the API of feedback for the site."""

from typing import Any

from ninja import Router

from heed.feedback.surveys.pages import answering as survey_answers
from heed.feedback.triggers import api as asks_api
from heed.feedback.triggers.pages import log as ask_log
from heed.feedback.triggers.pages import sending as ask_sending

urlpatterns: list[Any] = [
    *ask_log.urlpatterns,
    *ask_sending.urlpatterns,
    *survey_answers.urlpatterns,
]
routers: list[tuple[str, Router]] = [
    ("/asks", asks_api.router),
    ("/ask-lists", asks_api.lists),
]
