"""What the clock does for the API: it forgets answers after a day, and tokens long after they have ended."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from amends.desk.api.models import ApiToken, KeptAnswer
from amends.desk.clock.registry import every

__all__ = ["KEPT", "forget"]

KEPT = timedelta(hours=24)
_TOKENS_SHOWN = timedelta(days=180)


@every("api.forget", timedelta(hours=1))
def forget() -> None:
    """Forget what is not needed any more; the log keeps that a token was there."""
    now = timezone.now()
    KeptAnswer.objects.filter(created_at__lt=now - KEPT).delete()
    long_ago = now - _TOKENS_SHOWN
    ApiToken.objects.filter(Q(revoked_at__lt=long_ago) | Q(expires_at__lt=long_ago)).delete()
