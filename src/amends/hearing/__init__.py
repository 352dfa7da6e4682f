"""Hearing the customer: is it a complaint, how severe, what was expected, what is asked.

from amends import hear

heard = hear("Third week without hot water and nobody answers. Please call me after six.")
print(heard.complaint, heard.kinds, heard.asks)
"""

from amends.hearing.facts import Fact, facts
from amends.hearing.hearing import SEVERITIES, Hearing, Passage, hear
from amends.hearing.labels import ASKS, KINDS, STAKES

__all__ = ["ASKS", "KINDS", "SEVERITIES", "STAKES", "Fact", "Hearing", "Passage", "facts", "hear"]
