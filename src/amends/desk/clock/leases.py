"""Rows on which the clock works: one worker at a time, for a limited time, pushed on when the work fails."""

from django.db import models

__all__ = ["Leased"]


class Leased(models.Model):
    """A row that the clock takes under a lease.

    Attributes:
        lease_until: Nobody else takes the row before this moment. After a failure it is the moment of the next try.
        lease_holder: Which worker holds it.
        tries: How often work on it failed in a row.
        problem: What went wrong the last time, in words without secrets.
    """

    lease_until = models.DateTimeField(null=True, blank=True)
    lease_holder = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True)

    class Meta:
        abstract = True
