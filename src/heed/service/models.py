"""Gathers the models of service for Django."""

from heed.service.formats.models import Import, QuarantinedRow

__all__ = ["Import", "QuarantinedRow"]
