"""When regular work was last done, shared by all workers."""

from django.db import models

from amends.desk.clock.leases import Leased

__all__ = ["RegularWork"]


class RegularWork(Leased):
    """One kind of regular work.

    Attributes:
        name: Its name in the registry.
        next_at: When it is due next.
        done_at: When it last ended well.
    """

    name = models.CharField(max_length=64, unique=True)
    next_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
