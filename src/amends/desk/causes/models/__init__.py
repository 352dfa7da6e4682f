"""Causes, what prevents them, what was told of that, and how cases resemble one another."""

from amends.desk.causes.models.cause import CaseCause, Cause
from amends.desk.causes.models.hurt_again import CauseSettings, Disclosure, SecondFailure
from amends.desk.causes.models.prevention import Prevention, PreventionCheck, Recurrence, Told
from amends.desk.causes.models.similar import Similar, Trace

__all__ = [
    "CaseCause",
    "Cause",
    "CauseSettings",
    "Disclosure",
    "Prevention",
    "PreventionCheck",
    "Recurrence",
    "SecondFailure",
    "Similar",
    "Told",
    "Trace",
]
