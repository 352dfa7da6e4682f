"""What services raise. The words are for people, in their language; pages and the API show them as they are."""

from django.utils.translation import gettext as _

__all__ = ["DeskError", "NotAllowed", "NotFound", "WrongInput", "WrongMove"]


class DeskError(Exception):
    """Something that a person asked for was not done; `words` says why and what to do.

    Attributes:
        words: A sentence or two, translated.
        status: The HTTP status of the answer.
    """

    status = 400

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class NotAllowed(DeskError):  # noqa: N818 - it says what happened
    """The acting person's role does not reach so far."""

    status = 403

    def __init__(self, words: str = "") -> None:
        super().__init__(words or _("Your role does not include this. Ask a lead or the owner to do it with you."))


class NotFound(DeskError):  # noqa: N818 - it says what happened
    """There is no such thing, or not for this person."""

    status = 404


class WrongMove(DeskError):  # noqa: N818 - it says what happened
    """A state cannot be left for another in this way.

    Attributes:
        before, after: The states.
    """

    status = 409

    def __init__(self, before: str, after: str, words: str = "") -> None:
        super().__init__(
            words
            or _("This was changed in the meantime, or cannot go from “%(before)s” to “%(after)s”. Look at it again.")
            % {"before": before, "after": after}
        )
        self.before = before
        self.after = after


class WrongInput(DeskError):  # noqa: N818 - it says what happened
    """Something was given that cannot be used.

    Attributes:
        field: The name of the field of a form that it belongs to, or "".
    """

    status = 422

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field
