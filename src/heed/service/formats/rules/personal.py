"""What the import of files keeps that is personal."""

from heed.core.consent.rules import personal

personal("service.QuarantinedRow", "raw", "words", "to repair a rejected row")
personal("service.QuarantinedRow", "repaired", "words", "to bring a repaired row in again")
personal("service.QuarantinedRow", "faults", "words", "to say which value was rejected")
personal("service.QuarantinedRow", "reason", "words", "to say why a row was rejected")
personal("service.QuarantinedRow", "people", "key", "to find the rejected rows of a customer")
personal("service.QuarantinedRow", "identity", "key", "to know a rejected row again")
personal("service.Import", "file_name", "words", "to tell one file from another")
