"""What the clock does for what is kept: it applies the rules."""

from datetime import timedelta

from amends.desk.clock.registry import every
from amends.desk.people.roles import CLOCK
from amends.desk.privacy.keeping import apply_rules

__all__ = ["keep_no_longer"]


@every("privacy.keeping", timedelta(hours=1), lease=timedelta(minutes=30))
def keep_no_longer() -> None:
    """Take away what its rule no longer keeps."""
    apply_rules(CLOCK)
