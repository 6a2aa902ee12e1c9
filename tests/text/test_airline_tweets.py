"""The bar of sentiment on real words: at least 78 of 100 tweets, told by a model that never saw their author."""

import pytest
from bench.sentiment import heed_model, measured, rows_of

from tests.places import shared_data


@pytest.mark.prove
def test_tweets_of_authors_it_never_saw_are_told() -> None:
    rows = rows_of(shared_data("airline_tweets") / "tweets_dev.csv.gz")
    told = measured("heed", heed_model, rows)
    print(told)
    assert told["accuracy"] >= 0.78
    assert told["low"] >= 0.78
    assert told["calibration_error"] < 0.03
