"""Gathers the models of service for Django."""

from heed.service.cases.models import Case, CaseStep
from heed.service.customers.models import ConsentEntry, Customer, CustomerImport, RejectedCustomer
from heed.service.formats.models import Import, QuarantinedRow

__all__ = [
    "Case",
    "CaseStep",
    "ConsentEntry",
    "Customer",
    "CustomerImport",
    "Import",
    "QuarantinedRow",
    "RejectedCustomer",
]
