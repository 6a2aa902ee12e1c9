"""Pages of the journal."""

from unittest.mock import patch

from heed.core.access.actions.roles import give_role
from heed.core.journal import pages
from heed.core.journal.actions import erase_payload
from heed.core.journal.models import JournalEntry
from tests.core.conftest import House


def test_newest_first_with_names_of_who_did_it(house: House) -> None:
    give_role(house.scope("admin"), house.agent.key, "south", "agent")
    page = house.client("admin").get("/journal/")
    text = page.content.decode()
    numbers = [row.id for row in page.context["rows"]]
    assert numbers == sorted(numbers, reverse=True)
    assert "role-given" in text
    assert "Sam Admin" in text
    assert "the command line" in text
    assert "The chain holds" in text


def test_filtered_by_event_actor_and_subject(house: House) -> None:
    client = house.client("admin")
    give_role(house.scope("admin"), house.agent.key, "south", "agent")
    for query, count in (
        (f"actor={house.admin.key}&name=role-given", 1),
        (f"kind=person&id={house.agent.key}", 2),
        ("name=no-such-thing", 0),
        ("name=%00&actor=%00", None),
    ):
        rows = client.get(f"/journal/?{query}").context["rows"]
        assert count is None or len(rows) == count
    assert b"Nothing of that kind" in client.get("/journal/?name=none").content


def test_paged_by_key_each_entry_once(house: House) -> None:
    client, seen, address = house.client("admin"), [], "/journal/?"
    total = JournalEntry.objects.count()
    with patch.object(pages, "ROWS", 3):
        while address:
            page = client.get("/journal/" + address.removeprefix("/journal/"))
            seen += [row.id for row in page.context["rows"]]
            address = page.context["next"]
    assert seen == list(range(total + 0, 0, -1))
    assert client.get("/journal/?before=x").status_code == 200
    assert client.get("/journal/?before=99999999999999999999999").status_code == 200


def test_one_entry_with_its_payload_or_its_absence(house: House) -> None:
    client = house.client("admin")
    last = JournalEntry.objects.filter(name="role-given").order_by("-id").first()
    page = client.get(f"/journal/{last.id}/").content.decode()
    assert house.agent.key in page
    assert "A person got a role in a unit." in page
    erase_payload(last.id)
    assert b"Erased" in client.get(f"/journal/{last.id}/").content
    assert client.get("/journal/99999/").status_code == 404
    assert client.get(f"/journal/{2**70}/").status_code == 404


def test_a_broken_chain_is_said_loudly(house: House) -> None:
    client = house.client("admin")
    assert b"The chain holds" in client.get("/journal/chain/").content
    fragment = client.get("/journal/chain/", headers={"hx-request": "true"}).content
    assert b"The chain holds" in fragment
    assert b"<html" not in fragment
    JournalEntry.objects.filter(id=2).update(actor="somebody")
    assert b"The chain breaks at entry 2" in client.get("/journal/").content
    with patch.object(pages, "CHECKED_UNASKED", 0):
        assert b"Check the chain" in client.get("/journal/").content


def test_an_auditor_of_the_whole_reads_it_and_an_agent_does_not(house: House) -> None:
    assert house.client("agent").get("/journal/").status_code == 403
    give_role(house.scope("admin"), house.agent.key, "organisation", "auditor")
    assert house.client("agent").get("/journal/").status_code == 200
    assert house.client("agent").get("/journal/1/").status_code == 200
