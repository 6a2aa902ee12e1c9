"""Keeping a Delta table small: joining files, taking dead ones away, shortening the log."""

from deltalake import DeltaTable

# A query planned on the version before still finds its files for this long.
KEEP_DEAD_HOURS = 1
LOG_KEPT = "delta.logRetentionDuration"
NO_LOG, LOG_AS_USUAL = "interval 0 seconds", "interval 7 days"


def join_files(delta: DeltaTable) -> int:
    """Join the small files of each partition; returns how many were joined."""
    return int(delta.optimize.compact()["numFilesRemoved"])


def shorten(delta: DeltaTable) -> None:
    """Take away files dead for an hour and the log that is older than its keeping time."""
    delta.vacuum(retention_hours=KEEP_DEAD_HOURS, dry_run=False, enforce_retention_duration=False)
    delta.create_checkpoint()
    delta.cleanup_metadata()


def take_away_dead(delta: DeltaTable) -> int:
    """Leave no byte but those of the newest version, in files and in the log. Returns how many files went.

    `full` takes files along that a killed writer left without a commit, so nobody may be writing.
    """
    delta.alter.set_table_properties({LOG_KEPT: NO_LOG})
    taken = delta.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True)
    delta.create_checkpoint()
    delta.cleanup_metadata()
    delta.alter.set_table_properties({LOG_KEPT: LOG_AS_USUAL})
    return len(taken)
