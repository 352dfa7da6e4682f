"""Remedies, the limits they are given within, vouchers and tills."""

from amends.desk.remedies.models.limits import Authority, Budget, Purse, RemedySettings, Spending
from amends.desk.remedies.models.remedy import MONEY, ApprovalLink, Kind, Remedy, RemedyState
from amends.desk.remedies.models.vouchers import Till, Voucher, WrongCode

__all__ = [
    "MONEY",
    "ApprovalLink",
    "Authority",
    "Budget",
    "Kind",
    "Purse",
    "Remedy",
    "RemedySettings",
    "RemedyState",
    "Spending",
    "Till",
    "Voucher",
    "WrongCode",
]
