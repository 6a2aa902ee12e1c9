"""Where footprints hold personal data. Pure."""

from heed.core.consent.rules import personal

personal("goals.FootprintDecision", "owner", "name", "to know who answers for a decision")
personal("goals.FootprintDecision", "reason", "words", "why somebody decided")
personal("goals.FootprintDecision", "decided_by", "key", "to know who recorded a decision")
