"""Reading how the pumps of the workers run."""

from heed.core.queue.models import PumpRun as PumpRun


def pump_runs() -> list[PumpRun]:
    """The last run of each pump, by name."""
    return list(PumpRun.objects.order_by("name"))
