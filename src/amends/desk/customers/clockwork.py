"""What the clock does for customers: nothing stays behind with one who was put together with another."""

from datetime import timedelta

from amends.desk.clock.registry import every
from amends.desk.customers.merging import bring_after
from amends.desk.people.roles import CLOCK

__all__ = ["bring_over"]


@every("customers.merged", timedelta(minutes=1))
def bring_over() -> None:
    """Bring over what came in the very moment in which two were put together."""
    bring_after(CLOCK)
