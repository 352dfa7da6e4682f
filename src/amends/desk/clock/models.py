"""When regular work was last done, shared by all workers, and what keeps failing."""

from django.db import models

from amends.desk.clock.leases import Leased

__all__ = ["RegularWork", "WorkTrouble"]


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


class WorkTrouble(models.Model):
    """Something that keeps going wrong in the clock; the row goes when work of that kind goes well again.

    Attributes:
        name: The kind of work, as registered; "clock" for the loop itself.
        place: What was raised and where, so that the same flaw is one row.
        count: How often, as far as it was stored; some seconds of it may be missing.
        since, last_at: When it was first and last stored.
        problem: The last words of it.
    """

    name = models.CharField(max_length=64)
    place = models.CharField(max_length=200)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ("name", "place")
        constraints = (models.UniqueConstraint(fields=["name", "place"], name="work_trouble_once"),)

    def __str__(self) -> str:
        return f"{self.name}: {self.problem}"
