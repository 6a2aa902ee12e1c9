"""The front on PostgreSQL: answers, signals by notice, and a server that goes away for a while."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.collector.fronts import Front, fields_of
from tests.collector.test_live import CHANGE, Listener
from tests.services.postgres import Postgres

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres) -> Iterator[Front]:
    made = Front(tmp_path_factory.mktemp("on_postgres") / "home", HEED_DATABASE_URL=postgres_server.database("front"))
    made.python("told = 0")
    with made.serving():
        yield made


def closed(server: Postgres, is_closed: bool) -> None:
    """Let nobody in, and turn out who is in."""
    with psycopg.connect(server.url, autocommit=True) as house:
        house.execute(f"ALTER DATABASE front WITH ALLOW_CONNECTIONS {'false' if is_closed else 'true'}")
        house.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'front'")


def test_a_connection_that_was_ended_is_made_anew_unseen(front: Front, postgres_server: Postgres) -> None:
    first, second = front.invited(2)
    assert front.post(first, q_nps="9", move="next", nonce="a")[0] == 303
    closed(postgres_server, False)
    assert front.post(second, q_nps="9", move="next", nonce="b")[0] == 303
    assert front.kept()["complete"] == 2


def test_a_server_that_is_away_gives_the_form_back_and_takes_it_later_once(
    front: Front, postgres_server: Postgres
) -> None:
    seen, unseen = front.invited(2)
    before = front.kept()
    fields = fields_of(front.ask(path=f"/a/{seen}")[2])
    closed(postgres_server, True)
    try:
        status, _, page = front.post(seen, **fields, q_nps="3", q_why="Who is there?", move="next")
        assert status == 503
        assert 'value="3" id="q_nps-3" checked' in page
        assert "Who is there?" in page
        status, _, blind = front.post(unseen, q_nps="9", q_why="And here?", move="next", nonce="c")
        assert status == 503
        assert 'name="q_why" value="And here?"' in blind
        assert front.ask(path=f"/a/{unseen}")[0] == 503
        assert front.ask(path="/healthz")[0] == 200
    finally:
        closed(postgres_server, False)
    assert front.post(seen, **fields_of(page), q_nps="3", q_why="Who is there?", move="next")[0] == 303
    status, headers, _ = front.post(unseen, **fields_of(blind), move="next")
    assert (status, "thanks=1" in headers["Location"]) == (303, True)
    after = front.kept()
    assert (after["complete"], after["responses"]) == (before["complete"] + 1, before["responses"] + 2)
    assert sorted(after["words"])[:2] == ["And here?", "Who is there?"]


def test_a_change_is_told_by_notice(front: Front) -> None:
    (session,) = front.signed_in()
    listener = Listener(front, session)
    assert listener.status == 200
    last = front.python(CHANGE)
    assert listener.hears(f"event: journal\ndata: {last}\n\n")
    listener.close()
