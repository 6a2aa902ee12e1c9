"""What happens in the import of files."""

from dataclasses import dataclass

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class ImportCompleted:
    """A file, or rows out of quarantine, became facts."""

    import_id: int
    mapping: str
    file_digest: str
    read: int
    accepted: int
    quarantined: int
    unchanged: int
    tables: dict[str, int]


@event
@dataclass(frozen=True)
class ImportRefused:
    """A file was not what its mapping says; nothing was written."""

    import_id: int
    mapping: str
    code: str


@event
@dataclass(frozen=True)
class SourceSchemaChanged:
    """Columns came or went since the last file by the same mapping."""

    import_id: int
    mapping: str
    came: list[str]
    went: list[str]


@event
@dataclass(frozen=True)
class QuarantinedRowRepaired:
    """A person changed values of a rejected row."""

    row_id: int
    mapping: str
    columns: list[str]


@event
@dataclass(frozen=True)
class QuarantinedRowDiscarded:
    """A person decided that a rejected row will not become a fact."""

    row_id: int
    mapping: str
    rule: str
