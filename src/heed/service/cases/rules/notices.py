"""What people are told of cases, and what they may wait for. Pure: English here, translated where it is read."""

from heed.core.people.rules import notice

notice("case-opened", "Case %(number)s waits for somebody in your team.")
notice("case-joined", "The customer of case %(number)s is unhappy again.")
notice("case-assigned", "Case %(number)s is yours now.")
notice("case-transferred", "Case %(number)s came to your team and waits for somebody.")
notice("case-escalated", "Case %(number)s needs you: its promise is about to break, or broke.")
notice("case-asked-for-help", "Case %(number)s needs you: somebody asks for help.")
notice("case-prioritised", "Case %(number)s has another severity, and its promises run by that.")
notice("case-reopened", "Case %(number)s is open again.")
