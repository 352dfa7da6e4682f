"""What the clock does for vouchers: it forgets wrong codes."""

from datetime import timedelta

from amends.desk.clock.registry import every
from amends.desk.remedies.services.vouchers import forget_wrong_codes

__all__ = ["forget"]


@every("remedies.forget", timedelta(hours=1))
def forget() -> None:
    """Forget what no longer counts."""
    forget_wrong_codes()
