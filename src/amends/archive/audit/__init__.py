"""Audits an archive: how a business has been apologising, whether it keeps what it promises, who is still waiting."""

from amends.archive.audit.comparing import Compared, compare, compared_page, read_summary
from amends.archive.audit.report import report
from amends.archive.audit.running import Options, run
from amends.archive.audit.work import AuditError

__all__ = ["AuditError", "Compared", "Options", "compare", "compared_page", "read_summary", "report", "run"]
