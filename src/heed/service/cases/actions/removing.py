"""Taking cases away whole, as the sample operation does when it leaves."""

from django.db import transaction

from heed.core.journal.actions import erase_payloads
from heed.service.cases.models import Case


@transaction.atomic
def forget_cases(customers: str) -> int:
    """Take away the cases of customers whose key begins so: steps too, and what the journal says of them. How many."""
    found = Case.objects.filter(customer_key__startswith=f"{customers}-")
    keys = list(found.values_list("key", flat=True))
    erase_payloads("case", keys)
    found.delete()
    return len(keys)
