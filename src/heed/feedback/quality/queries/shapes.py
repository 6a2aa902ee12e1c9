"""What surveys are called."""

from collections.abc import Collection

from heed.feedback.surveys.queries.outcomes import survey_shape


def survey_names(keys: Collection[str]) -> dict[str, str]:
    """The name of each survey that heed asks itself, by key."""
    return {key: name for key in keys if (name := survey_shape(key)[0])}
