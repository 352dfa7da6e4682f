"""Reads archives of whatever kind as one stream of messages.

    from amends.archive.readers import read

    for item in read(["inbox.mbox", "export.json.gz"]):
        print(item.place)

Formats: mbox, Maildir and folders of .eml; our own JSON lines; exports of Zendesk, Intercom, Freshdesk, Chatwoot and
Zammad; Google Business reviews; tables (CSV, Parquet) with the Customer Support on Twitter and Google Play layouts
known by themselves. Each is recognised from its content. Compressed files (gz, bz2, xz, zstd) and packed ones (zip,
tar) are read as they are. Memory does not grow with the archive.
"""

from amends.archive.readers.format import Context, Format, Piece
from amends.archive.readers.reading import FORMATS, items, pieces, read, recognise
from amends.archive.readers.sources import Source, open_sources

__all__ = ["FORMATS", "Context", "Format", "Piece", "Source", "items", "open_sources", "pieces", "read", "recognise"]
