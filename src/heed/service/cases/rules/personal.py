"""Where cases hold personal data. Pure."""

from heed.core.consent.rules import personal

personal("service.Case", "customer_key", "key", "to know whose case it is")
personal("service.Case", "owner", "key", "to know who works on the case")
personal("service.Case", "title", "words", "what the case is about, where a person opened it")
personal("service.Case", "note", "words", "how the case ended")
personal("service.CaseStep", "words", "words", "what the customer said, and what was noted")
personal("service.CaseStep", "actor", "key", "to know who did what")
