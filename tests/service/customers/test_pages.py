"""Pages of customers: the list within reach, bringing a file in, correcting, and leaving."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from heed.core.access.models import Membership
from heed.core.people.models import Person, Unit
from heed.service.customers.actions import keep_customers
from heed.service.customers.models import Customer, CustomerImport
from heed.service.customers.queries import key_of, unsubscribe_url
from heed.service.customers.rules import CustomerRow

pytestmark = pytest.mark.django_db

FILE = (
    "Kundennummer;Vorname;Nachname;E-Mail;Sprache;Gebiet;Bemerkung\r\n"
    "1;Ann;Ost;ann@customer.example;Deutsch;north;VIP\r\n"
    "2;Bob;West;bob(at)customer.example;de;south;\r\n"
    "3;=cmd();Süd;cid@customer.example;de;south;\r\n"
).encode("cp1252")


@pytest.fixture
def house() -> dict[str, Unit]:
    root = Unit.objects.create(key="organisation", name="All", kind="organisation")
    return {
        "organisation": root,
        "north": Unit.objects.create(key="north", name="North", kind="region", parent=root),
        "south": Unit.objects.create(key="south", name="South", kind="region", parent=root),
    }


def visitor(unit: Unit, role: str = "manager", name: str = "kim") -> Client:
    person = Person.objects.create(name=name, email=f"{name}@shop.example")
    Membership.objects.create(person=person, unit=unit, role=role)
    client = Client()
    client.force_login(person)
    return client


def known(number: str, **said: Any) -> str:
    keep_customers([CustomerRow(number, **{"name": f"Customer {number}", **said})], "test", system="crm")
    return key_of("crm", number)


def upload(client: Client, body: bytes = FILE, name: str = "kunden.csv") -> Any:
    return client.post("/customers/import/", {"file": SimpleUploadedFile(name, body), "system": "crm"})


def chosen(answer: Any, **changes: str) -> dict[str, str]:
    """What the page of columns would post, with some columns changed."""
    form = answer.context["form"]
    given = {name: form[name].value() or "" for name in form.fields}
    by_label = {form.fields[name].label: name for name in form.fields if name.startswith("c")}
    return {**given, **{by_label[label]: to for label, to in changes.items()}, "step": "import"}


def test_a_file_is_guessed_previewed_mapped_and_brought_in(house: dict[str, Unit]) -> None:
    client = visitor(house["organisation"])
    seen = upload(client)
    told = seen.content.decode()
    assert seen.status_code == 200 and "bob(at)customer.example" in told and "is no e-mail address" in told
    assert not Customer.objects.exists(), "a look keeps nothing"
    done = client.post("/customers/import/", chosen(seen, Bemerkung="attribute"), follow=True)
    ann = Customer.objects.get(external_id="1")
    assert (ann.name, ann.email, ann.language, ann.region) == ("Ann Ost", "ann@customer.example", "de", "north")
    assert ann.attributes == {"Bemerkung": "VIP"} and ann.key == key_of("crm", "1")
    assert b"bob(at)customer.example" in done.content
    row = CustomerImport.objects.get()
    csv = b"".join(client.get(f"/customers/imports/{row.key}/rejected.csv")).decode()
    assert csv.splitlines()[1].startswith("3,E-Mail,is no e-mail address,2,Bob,West")
    listed = b"".join(client.get("/customers/export.csv")).decode()
    assert "'=cmd() Süd" in listed, "a spreadsheet must not run it"


def test_the_same_file_again_changes_nothing(house: dict[str, Unit]) -> None:
    client = visitor(house["organisation"])
    for _ in range(2):
        client.post("/customers/import/", chosen(upload(client)))
    assert (Customer.objects.count(), CustomerImport.objects.count()) == (2, 1)


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"", "empty"), (b"name,name\na,b\n", "twice"), (b"PK\x03\x04broken", "Excel")],
)
def test_a_file_that_cannot_be_read_says_why(house: dict[str, Unit], body: bytes, words: str) -> None:
    answer = upload(visitor(house["organisation"]), body)
    assert answer.status_code == 422 and words in answer.content.decode()


def test_columns_that_name_nobody_are_refused_in_the_page(house: dict[str, Unit]) -> None:
    client = visitor(house["organisation"])
    seen = upload(client)
    again = client.post("/customers/import/", {**chosen(seen, Kundennummer="", **{"E-Mail": ""}), "step": "import"})
    assert again.status_code == 422 and "No column says who the customer is" in again.content.decode()
    assert not Customer.objects.exists()


def test_a_region_sees_its_customers_alone(house: dict[str, Unit]) -> None:
    north, south = known("1", region="north"), known("2", region="south", name="Hidden South")
    client = visitor(house["north"], "supervisor")
    assert b"Customer 1" in client.get("/customers/").content
    for path in ("/customers/", "/customers/?words=Hidden", f"/customers/{south}/", "/customers/export.csv"):
        answer = client.get(path)
        body = b"".join(answer) if answer.streaming else answer.content
        assert b"Hidden South" not in body.replace(b'value="Hidden"', b""), path
    assert client.get(f"/customers/{north}/edit/").status_code == 200
    assert client.get(f"/customers/{south}/edit/").status_code == 404
    assert client.post(f"/customers/{south}/wish/").status_code == 404
    assert client.get("/customers/import/").status_code == 403


def test_a_region_cannot_give_its_customer_to_another(house: dict[str, Unit]) -> None:
    north = known("1", region="north")
    answer = visitor(house["north"], "supervisor").post(f"/customers/{north}/edit/", {"name": "N", "region": "south"})
    assert answer.status_code == 422
    assert Customer.objects.get(key=north).region == "north"


def test_a_person_corrects_what_is_known_and_a_bad_value_is_told_beside_it(house: dict[str, Unit]) -> None:
    ann = known("1", email="ann@customer.example", region="north")
    client = visitor(house["organisation"], "agent")
    wrong = client.post(f"/customers/{ann}/edit/", {"name": "Ann", "email": "ann@"})
    assert b"This value is no e-mail address." in wrong.content
    client.post(f"/customers/{ann}/edit/", {"name": "Ann Ost", "email": "", "language": "German"})
    row = Customer.objects.get(key=ann)
    assert (row.name, row.email, row.language, row.external_id) == ("Ann Ost", "", "de", "1")


def test_who_may_not_see_customers_does_not(house: dict[str, Unit]) -> None:
    known("1")
    client = visitor(house["organisation"], "auditor")
    assert {client.get(path).status_code for path in ("/customers/", "/customers/export.csv")} == {403}


def test_leaving_takes_a_button_or_one_click_and_no_signing_in() -> None:
    ann, bob = known("1", email="a@customer.example", language="de"), known("2", email="b@customer.example")
    visiting = Client(enforce_csrf_checks=True)
    path = unsubscribe_url(ann).removeprefix("http://127.0.0.1:8000")
    looked = visiting.get(path)
    assert looked.status_code == 200 and b"<button" in looked.content and b'lang="de"' in looked.content
    assert Customer.objects.get(key=ann).mail_opted_out_at is None, "who only looks does not leave"
    assert visiting.post(path).status_code == 200
    assert Customer.objects.get(key=ann).opted_out_by == "link"
    other = unsubscribe_url(bob).removeprefix("http://127.0.0.1:8000")
    assert visiting.post(other, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Customer.objects.get(key=bob).opted_out_by == "one_click"
    assert visiting.get(path[:-1] + ("a" if path[-1] != "a" else "b")).status_code == 404
    assert visiting.post(f"/u/{ann}.wrong").status_code == 404
