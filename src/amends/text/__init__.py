"""What a text is made of: its folded form, its sentences, whose words they are, and their language."""

from amends.text.language import Identified, identify
from amends.text.normalise import Normalised, fold, normalise, utf16_offset, utf16_spans
from amends.text.sentences import sentences
from amends.text.tables import LANGUAGES, LanguageTable, TableError, table
from amends.text.zones import Zone, zones

__all__ = [
    "LANGUAGES",
    "Identified",
    "LanguageTable",
    "Normalised",
    "TableError",
    "Zone",
    "fold",
    "identify",
    "normalise",
    "sentences",
    "table",
    "utf16_offset",
    "utf16_spans",
    "zones",
]
