"""What the clock does for customers' pages: it forgets what was counted."""

from datetime import timedelta

from amends.desk.clock.registry import every
from amends.desk.portal.limits import forget_old

__all__ = ["forget_counts"]


@every("portal.forget", timedelta(hours=1))
def forget_counts() -> None:
    """Forget what no longer counts."""
    forget_old()
