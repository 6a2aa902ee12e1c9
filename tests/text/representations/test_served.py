"""An endpoint for vectors, against a real server on the loopback that does all that servers do."""

import json

import numpy as np
import pytest

from heed.core.outgoing import AddressRefused
from heed.core.settings.rules import current
from heed.text.endpoint import Endpoint, EndpointFailed
from heed.text.representations.endpoint import MOST_OF_ONE, MOST_SIGNS, MOST_TEXTS, Served
from tests.text.representations.models import unit
from tests.text.server import (
    DIMENSIONS,
    Behaviour,
    Items,
    ModelServer,
    holds,
    limited,
    missing,
    reordered,
    shapeless,
    wrong,
)

KEY = "sk-a-very-secret-key"
TEXTS = ["the driver was rude", "", "my card does not work", "   ", "thank you"]


def served(server: ModelServer, *, timeout: float = 5, tries: int = 3) -> Served:
    return Served(Endpoint(server.url, "small", KEY, timeout, tries, sleep=lambda _: None))


def test_texts_become_vectors_of_length_one_and_blank_ones_stay_here(server: ModelServer) -> None:
    made = served(server)
    rows = made.encode(TEXTS)
    assert rows.shape == (5, DIMENSIONS)
    assert np.allclose(rows[[0, 2, 4]], [unit(np.array(server.embeds(TEXTS[place]))) for place in (0, 2, 4)])
    assert not rows[[1, 3]].any()
    assert server.texts() == [TEXTS[0], TEXTS[2], TEXTS[4]]
    assert server.asked[0].body["model"] == "small"
    assert made.dimensions == DIMENSIONS
    assert len(server.asked) == 1


def test_what_tells_who_somebody_is_never_leaves(server: ModelServer) -> None:
    made = served(server)
    raw, masked = "write to jane.doe@example.org about the bill", "write to [EMAIL] about the bill"
    rows = made.encode([raw, masked])
    assert server.texts() == [masked, masked]
    assert np.array_equal(rows[0], rows[1])


def test_vectors_are_told_apart_by_their_index(server: ModelServer) -> None:
    straight = served(server).encode(TEXTS)
    server.then(reordered())
    assert np.array_equal(served(server).encode(TEXTS), straight)


def test_many_texts_go_in_several_requests_and_long_ones_are_cut(server: ModelServer) -> None:
    texts = [f"word{place}" for place in range(2 * MOST_TEXTS + 3)]
    rows = served(server).encode(texts)
    assert [len(asked.texts) for asked in server.asked] == [MOST_TEXTS, MOST_TEXTS, 3]
    assert np.allclose(rows, [unit(np.array(server.embeds(text))) for text in texts])
    server.asked.clear()
    served(server).encode(["x" * (MOST_OF_ONE + 500)] * 20)
    assert {len(text) for text in server.texts()} == {MOST_OF_ONE}
    assert max(sum(map(len, asked.texts)) for asked in server.asked) <= MOST_SIGNS


def test_what_is_needed_of_the_server_is_its_dimensions_only(server: ModelServer) -> None:
    made = served(server)
    assert made.dimensions == DIMENSIONS
    assert made.encode(["", " "]).shape == (2, DIMENSIONS)
    assert served(server).encode([]).shape == (0, DIMENSIONS)
    assert set(server.texts()) == {"heed"}


def test_the_name_says_model_and_address_and_never_the_key(server: ModelServer) -> None:
    made = served(server)
    assert made.name == f"endpoint/1:small@127.0.0.1:{server.port}/v1"
    assert KEY not in made.name + repr(made)


def _twice(items: Items) -> Items:
    return [{**each, "index": 0} for each in items]


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (missing(), "2 vectors for 3 texts"),
        (Behaviour(items=lambda items: [*items, items[0]]), "4 vectors for 3 texts"),
        (Behaviour(items=_twice), "which text it is of"),
        (wrong("index", 7), "which text it is of"),
        (wrong("index", "0"), "which text it is of"),
        (wrong("index", True, 1), "which text it is of"),
        (wrong("embedding", [1.0, 2.0]), "different lengths"),
        (wrong("embedding", "AAAA"), "no list of numbers"),
        (wrong("embedding", [None] * DIMENSIONS), "no list of numbers"),
        (wrong("embedding", [True] * DIMENSIONS), "no list of numbers"),
        (wrong("embedding", [10**400] * DIMENSIONS), "no number"),
        (Behaviour(items=lambda items: [{**each, "embedding": []} for each in items]), "different lengths"),
        (Behaviour(items=lambda items: [list(each) for each in items]), "which text it is of"),
        (shapeless({"data": {"0": []}}), "0 vectors for 3 texts"),
        (shapeless({"object": "list"}), "0 vectors for 3 texts"),
    ],
)
def test_an_answer_that_is_not_one_vector_a_text_is_refused(
    server: ModelServer, behaviour: Behaviour, said: str
) -> None:
    server.then(behaviour)
    with pytest.raises(EndpointFailed, match=said) as told:
        served(server).encode(TEXTS)
    assert told.value.reason == "malformed"
    assert told.value.hint


def test_vectors_of_another_length_than_before_are_refused(server: ModelServer) -> None:
    made = served(server)
    made.encode(TEXTS)
    server.embeds = lambda text: [1.0, 2.0, 3.0]
    with pytest.raises(EndpointFailed, match=f"{DIMENSIONS} numbers a text before, and 3 now"):
        made.encode(TEXTS)


def test_a_server_that_says_nothing_is_told_of_after_the_time(server: ModelServer) -> None:
    server.always(holds())
    with pytest.raises(EndpointFailed, match=r"no whole answer in 0\.2 seconds") as told:
        served(server, timeout=0.2, tries=2).encode(TEXTS)
    assert (told.value.reason, told.value.status) == ("timeout", 502)


def test_a_server_with_too_much_to_do_is_asked_again(server: ModelServer) -> None:
    server.then(limited("1"), limited("1"))
    assert served(server).encode(TEXTS).any()
    assert len(server.asked) == 3


def test_a_wrong_key_is_told_of_without_it(server: ModelServer) -> None:
    server.key = "another"
    with pytest.raises(EndpointFailed, match="refuses the key") as told:
        served(server).encode(TEXTS)
    assert KEY not in json.dumps(told.value.as_dict())


def test_a_private_address_is_not_called(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEED_OUTGOING_ALLOW")
    current.cache_clear()
    with pytest.raises(AddressRefused) as told:
        served(server).encode(TEXTS)
    assert "HEED_OUTGOING_ALLOW" in told.value.hint or "https://" in told.value.hint
    assert not server.asked
