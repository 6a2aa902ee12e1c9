"""What people are told of negotiations. Pure: English here, translated where it is read."""

from heed.core.people.rules import notice

notice("negotiation-expired", "Offer %(number)s about %(sla)s has expired, and with it the negotiation.")
