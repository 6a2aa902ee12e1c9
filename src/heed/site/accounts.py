"""How allauth lets people in: nobody signs up by themselves, and a company account only opens an existing person."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.shortcuts import render

from heed.core.people.queries import person_by_address


class Account(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in with address and password. People come in by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """People have no user name."""


class Social(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Sign-in with a company account, matched by an address which the provider says is verified."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.is_existing:
            return
        verified = [item.email.lower() for item in sociallogin.email_addresses if item.verified]
        known = (person_by_address(address) for address in verified)
        person = next((each for each in known if each is not None and each.is_active), None)
        if person is None:
            raise ImmediateHttpResponse(render(request, "heed/no_person.html", status=403))
        sociallogin.connect(request, person)
