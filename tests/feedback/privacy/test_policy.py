"""A store has a careful privacy policy from the start."""

import pytest

from heed.core.definitions.queries import in_force
from heed.core.definitions.rules import validate
from heed.core.errors.rules import Invalid


@pytest.mark.django_db
def test_a_new_store_has_a_policy() -> None:
    found = in_force("privacy_policy", "default")
    assert found is not None
    assert (found.body.min_n_customers, found.body.min_n_employees) == (10, 5)  # type: ignore[attr-defined]


def test_a_table_that_does_not_exist_is_refused_with_the_nearest() -> None:
    with pytest.raises(Invalid, match=r"respones is no table of facts\. Did you mean responses\?"):
        validate("privacy_policy", {"name": "x", "retention_days": {"respones": 30}})
