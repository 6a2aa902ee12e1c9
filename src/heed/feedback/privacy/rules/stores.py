"""What becomes of each store when a person is erased, and where privacy keeps personal data itself. Pure.

A row that says nothing without its person goes. A record of the organisation's own work (a case, an escalation) stays
without them: their key becomes a random one that is kept nowhere else, their words and ids become empty.
"""

from collections.abc import Iterable

from heed.core.consent.rules import PersonalColumn, personal
from heed.core.people.rules import notice

personal("feedback.PrivacyRequest", "customer_key", "key", "to answer who asked; emptied by an erasure")
personal("feedback.PrivacyRequest", "identity_check", "words", "how it was made sure who asks")
personal("feedback.PrivacyRequest", "extension_reason", "words", "why the answer takes longer")
personal("feedback.PrivacyRequest", "outcome_reason", "words", "why a request was refused")
personal("feedback.LegalHold", "customer_key", "key", "to know whose data must be kept")
personal("feedback.LegalHold", "reason", "words", "why it must be kept")
personal("feedback.LegalHold", "release_reason", "words", "why it need not be kept any more")
personal(
    "feedback.Erasure", "sealed", "secret", "to finish an erasure that was cut; encrypted, and gone when it is done"
)
personal("feedback.Erasure", "reason", "words", "why a person was erased; checked to name nobody")
personal("feedback.Erasure", "last_error", "words", "why an erasure is not done yet; may quote a value")
personal("feedback.Breach", "happened", "words", "what happened to personal data")
personal("feedback.Breach", "measures", "words", "what was done about it")

notice("privacy-request-due", "A privacy request (%(request)s) must be answered within %(days)s days.")
notice("privacy-request-over", "A privacy request (%(request)s) should have been answered: its term is over.")
notice("breach-due", "The authority must be told of a breach (%(breach)s) within %(hours)s hours.")

# Columns that name a customer: one key, or a list of them.
KEYS = ("customer_key", "customer")
LISTS = ("customers", "people")
# What goes as a row, though others hang on it: they go with it.
GONE_WITH_ALL = frozenset({"feedback.Invitation", "feedback.Response"})
# What stays as it is: an erasure's own records, which look after themselves.
OWN = frozenset({"feedback.Erasure"})
# Ids of the person's records in a row that stays.
FOREIGN_IDS = ("response_id", "interaction_id", "opened_by_fact", "verbatim_id")


def named_in(columns: Iterable[PersonalColumn], label: str) -> tuple[str, ...]:
    """The columns of a model that name a customer."""
    return tuple(
        each.column for each in columns if each.store == label and each.sort == "key" and each.column in (*KEYS, *LISTS)
    )


def words_in(columns: Iterable[PersonalColumn], label: str) -> tuple[str, ...]:
    """The columns of a model that may hold a person's words, name or address."""
    return tuple(each.column for each in columns if each.store == label and each.sort in ("words", "name", "contact"))
