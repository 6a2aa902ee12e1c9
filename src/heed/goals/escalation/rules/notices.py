"""What people are told of escalations. Pure: English here, translated where it is read."""

from heed.core.people.rules import notice

notice("escalation-given", "Case %(number)s is escalated to you. Acknowledge it within %(minutes)s minutes.")
notice("escalation-reminded", "Case %(number)s is escalated to you and nobody has acknowledged it.")
notice("escalation-incident", "A major incident is yours: %(title)s.")
notice("escalation-unattended", "Case %(number)s is severe, and nobody is on call for it.")
notice("escalation-ended", "The escalation of case %(number)s is over.")
