"""Threads of replies and first responses."""

from hypothesis import given
from hypothesis import strategies as st

from heed.service.formats.rules.threads import Reply, threads_of


def test_a_thread_is_named_by_where_its_replies_start() -> None:
    rows = [
        Reply(0, "1", "", 0.0, True),
        Reply(1, "2", "1", 60.0, False),
        Reply(2, "3", "2", 90.0, True),
        Reply(3, "4", "1", 30.0, False),
        Reply(4, "9", "8", 5.0, True),
        Reply(5, "5", "3", 80.0, False),
    ]
    found = threads_of(rows)
    assert found.thread == {0: "1", 1: "1", 2: "1", 3: "1", 4: "8", 5: "1"}
    # The earliest direct reply counts; a reply from before the question is none.
    assert found.first_response == {0: 30.0}


def test_a_ring_of_replies_ends() -> None:
    rows = [
        Reply(0, "b", "a", 0.0, True),
        Reply(1, "a", "b", 1.0, True),
        Reply(2, "c", "a", 2.0, True),
        Reply(3, "d", "d", 3.0, True),
    ]
    assert threads_of(rows).thread == {0: "a", 1: "a", 2: "a", 3: "d"}


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=20))
def test_replies_of_one_another_share_a_thread(pairs: list[tuple[int, int]]) -> None:
    unique = dict(pairs)
    rows = [Reply(number, str(name), str(parent), None, True) for number, (name, parent) in enumerate(unique.items())]
    found = threads_of(rows)
    of_id = {row.id: found.thread[row.row] for row in rows}
    for row in rows:
        if row.reply_to in of_id and row.reply_to != row.id:
            assert of_id[row.id] == of_id[row.reply_to]
