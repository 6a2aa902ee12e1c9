"""`heed people`: list, invite, link."""

import json
from typing import Any

import pytest
from django.test import Client

from heed.cli import main
from heed.core.access.models import Invitation
from tests.core.conftest import House


def run(capsys: Any, *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["people", *arguments])
    return int(ended.value.code or 0), capsys.readouterr().out


def test_people_are_listed(house: House, capsys: Any) -> None:
    code, out = run(capsys, "list", "--json")
    people = json.loads(out)["people"]
    assert code == 0
    assert [person["name"] for person in people] == ["Sam Admin", "Sam Agent", "Sam North_Admin"]
    assert people[1]["roles"] == [{"role": "agent", "unit": "north-phone"}]
    assert json.loads(run(capsys, "list", "--inactive", "--json")[1]) == {"people": []}
    assert "Sam Agent" in run(capsys, "list")[1]


def test_a_link_signs_in(house: House, capsys: Any) -> None:
    code, out = run(capsys, "link", "AGENT@harbour.example")
    assert code == 0
    path = "/" + out.strip().split("/", 3)[3]
    client = Client()
    assert client.get(path).status_code == 302
    assert client.session["_auth_user_id"] == str(house.agent.pk)
    code, out = run(capsys, "link", "nobody@harbour.example", "--json")
    assert (code, json.loads(out)["error"]["code"]) == (1, "unknown_person")
    assert run(capsys, "link", "agent@harbour.example", "--minutes", "0")[0] == 2


def test_somebody_is_invited(house: House, capsys: Any) -> None:
    code, out = run(capsys, "invite", "kim@harbour.example", "--role", "analyst", "--unit", "north", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["mail"]["state"] == "sent"
    assert told["invitation"] == Invitation.objects.get().pk
    assert Client().get("/" + told["link"].split("/", 3)[3]).status_code == 200
    code, out = run(capsys, "invite", "kim@harbour.example", "--role", "analist", "--json")
    assert (code, json.loads(out)["error"]["hint"]) == (1, "Did you mean analyst?")
