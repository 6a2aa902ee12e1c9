"""The script for moving charts: small enough, named by its version."""

from heed.documents.charts import bundle


def test_it_is_small_enough_and_named_by_its_version() -> None:
    assert len(bundle.packed()) < 310_000
    assert b"window.vegaEmbed" in bundle.script() or b"vegaEmbed" in bundle.script()
    assert bundle.name().startswith("vega-")
    assert bundle.name().endswith(".js")
