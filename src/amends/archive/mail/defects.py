"""What is wrong with a mail, in words for people. A defect never stops the reading; it says what was made of it."""

from typing import NamedTuple

from amends.messages import message, translated

__all__ = ["Defect"]

_WORDS = {
    "no-headers": message("These bytes have no header of a mail; they are kept as they are."),
    "broken": message("The mail cannot be read ({detail}); its bytes are kept as they are."),
    "bad-header": message("A line among the headers is none: {detail}"),
    "long-header": message("The header {detail} is too long; only its beginning was read."),
    "many-headers": message("There are too many headers; only the first {detail} were read."),
    "no-separator": message("The empty line between the headers and the text is missing."),
    "no-boundary": message("The mail says that it has parts, but not where they begin; it was read as one text."),
    "guessed-boundary": message("Where the parts of the mail begin was told wrong; it was found in the text."),
    "no-end": message("The end of the last part is missing; the mail may have been cut off."),
    "many-parts": message("There are too many parts; what comes after the first {detail} was not looked into."),
    "deep": message("The parts are nested too deep; the innermost were not looked into."),
    "encoding": message("The text is not written the way the mail says ({detail})."),
    "cut-encoding": message("Something in the encoded text of a part is damaged; the rest was read."),
    "charset": message("The letters are not in the encoding that the mail names ({detail})."),
    "unknown-charset": message("The mail names an encoding that nobody knows: {detail}."),
    "lost-letters": message("Some letters of the text could not be told and are shown as {detail}."),
    "bad-address": message("This is no address: {detail}"),
    "many-addresses": message("There are too many addresses; only the first {detail} were read."),
    "date-missing": message("The mail does not say when it was sent."),
    "date-unreadable": message("The date of the mail cannot be read: {detail}"),
    "date-absurd": message("The date of the mail cannot be right: {detail}"),
    "long-text": message("The text is very long; only the first {detail} characters are shown."),
    "tangled-html": message("The HTML of the mail is tangled beyond reading; only its words are shown."),
    "many-lookalikes": message("Something looks like the end of a part too often; what follows was not divided."),
}


class Defect(NamedTuple):
    """Something that is wrong with a mail.

    Attributes:
        code: What, for programs.
        detail: The piece of the mail, or the number, that it is about; "" for none.
    """

    code: str
    detail: str = ""

    @property
    def words(self) -> str:
        """The defect as a sentence in the language of the messages."""
        return translated(_WORDS[self.code], detail=self.detail)
