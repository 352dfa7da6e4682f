"""The option that names the guard's policy."""

from pathlib import Path

from amends.cli.output import CommandError
from amends.guarding import Policy, PolicyError, read_policy

__all__ = ["read_policy_file"]


def read_policy_file(name: str | None) -> Policy:
    """The policy of a file; the usual one when none is named.

    Raises:
        CommandError: The file cannot be read or a setting is wrong.
    """
    try:
        return read_policy(Path(name)) if name is not None else Policy()
    except PolicyError as error:
        raise CommandError(str(error)) from error
