"""Where escalations hold personal data. Pure."""

from heed.core.consent.rules import personal

personal("goals.Escalation", "customer_key", "key", "to count the customers touched")
personal("goals.Escalation", "person", "key", "to know who has it")
personal("goals.Escalation", "tried", "key", "to know who had it and did not acknowledge")
personal("goals.Escalation", "words_sentiment", "words", "to bring to somebody what a customer writes in anger")
personal("goals.EscalationStep", "actor", "key", "to know who did what")
personal("goals.EscalationStep", "person", "key", "to know who was given it")
personal("goals.EscalationStep", "words", "words", "why it was handed up or stood down")
personal("goals.MajorIncident", "title", "words", "what like cases have in common")
personal("goals.DutyDay", "person", "key", "to protect people from too much a day")
personal("goals.DutySwap", "person", "key", "to know who is replaced on a rota")
personal("goals.DutySwap", "substitute", "key", "to know who stands in")
personal("goals.DutySwap", "made_by", "key", "to know who changed a rota")
