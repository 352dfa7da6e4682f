"""The conversation with the editor."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

import amends
from amends.editor.places import Encoding, Places
from amends.editor.reading import MARKDOWN, Read, read
from amends.editor.settings import SECTION, SettingError, Settings, read_settings
from amends.editor.showing import actions, diagnostics, hover
from amends.messages import translated, use

__all__ = ["EditorServer", "make_server"]

_PAUSE = 0.15
"""Seconds without a key pressed after which a changed document is read again."""

_log = logging.getLogger("amends.editor")


@dataclass(frozen=True, slots=True)
class _Shown:
    """What was last read of a document."""

    version: int | None
    read: Read
    places: Places


class EditorServer(LanguageServer):
    """The server: documents are read when they are opened and changed, one conversation for each process."""

    def __init__(self, messages: str) -> None:
        """Make the server; it speaks when it is started.

        Args:
            messages: The language of what is shown, where the editor's settings name none.
        """
        # The whole text comes with each change: replies are short, and no two sides can disagree on what a line is.
        super().__init__("amends", amends.__version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.settings = Settings()
        self.messages = messages
        self._shown: dict[str, _Shown] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def set_up(self, given: object) -> None:
        """Take settings over; what cannot be used is told, and those before stay."""
        try:
            self.settings = read_settings(_plain(given))
        except SettingError as error:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"Amends: {error}"))

    def read_all(self) -> None:
        """Read every open document anew."""
        self._shown.clear()
        for uri in list(self.workspace.text_documents):
            self.show(uri)

    def soon(self, uri: str) -> None:
        """Read a document when its writer pauses."""
        before = self._waiting.pop(uri, None)
        if before is not None:
            before.cancel()
        self._waiting[uri] = asyncio.get_running_loop().create_task(self._after_a_pause(uri))

    async def _after_a_pause(self, uri: str) -> None:
        await asyncio.sleep(_PAUSE)
        self._waiting.pop(uri, None)
        if uri in self.workspace.text_documents:
            self.show(uri)

    def show(self, uri: str) -> None:
        """Read a document and show what was found."""
        document = self.workspace.get_text_document(uri)
        with use(self.settings.messages or self.messages):
            shown = self.of(uri)
            found = diagnostics(shown.read, shown.places, missing=self.settings.missing) if shown is not None else []
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, document.version))

    def forget(self, uri: str) -> None:
        """A document was closed: nothing is shown of it any more."""
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        self._shown.pop(uri, None)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def of(self, uri: str) -> _Shown | None:
        """What is read of a document as it stands now; None when it is no reply by the settings."""
        document = self.workspace.get_text_document(uri)
        name = to_fs_path(uri)
        path = Path(name) if name else None
        if not self._included(uri, path):
            return None
        known = self._shown.get(uri)
        if known is not None and known.version == document.version and known.places.text == document.source:
            return known
        text = document.source
        markdown = document.language_id == MARKDOWN or (
            path is not None and path.suffix.lower() in (".md", ".markdown")
        )
        try:
            made = read(text, path, self.settings, markdown=markdown)
        except Exception as error:
            # One document that the checker cannot stand must not end the conversation.
            _log.exception("the check failed: %s", type(error).__name__)
            problem = translated(
                "the check failed ({error}). Please report this reply to the project.", error=type(error).__name__
            )
            made = Read(amends.Review(text, None), (problem,))
        shown = _Shown(document.version, made, Places(text, self._encoding()))
        self._shown[uri] = shown
        return shown

    def _encoding(self) -> Encoding:
        chosen = self.workspace.position_encoding
        value = chosen.value if isinstance(chosen, types.PositionEncodingKind) else chosen
        return "utf-8" if value == "utf-8" else "utf-32" if value == "utf-32" else "utf-16"

    def _included(self, uri: str, path: Path | None) -> bool:
        if not self.settings.include:
            return True
        if path is None:
            return any(fnmatchcase(uri, pattern) for pattern in self.settings.include)
        folders = (self.workspace.root_path, *(to_fs_path(known) for known in self.workspace.folders))
        inside = [path.relative_to(folder) for folder in folders if folder and path.is_relative_to(folder)]
        names = [one.as_posix() for one in (path, Path(path.name), *inside)]
        return any(fnmatchcase(name, pattern) for name in names for pattern in self.settings.include)


def make_server(messages: str) -> EditorServer:
    """The server with all that it answers to.

    Args:
        messages: The language of what is shown, where the editor's settings name none.
    """
    server = EditorServer(messages)

    @server.feature(types.INITIALIZE)
    def begin(ls: EditorServer, params: types.InitializeParams) -> None:
        ls.set_up(params.initialization_options)

    @server.feature(types.INITIALIZED)
    async def begun(ls: EditorServer, _params: types.InitializedParams) -> None:
        await _ask_for_settings(ls)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def settings_changed(ls: EditorServer, params: types.DidChangeConfigurationParams) -> None:
        if not await _ask_for_settings(ls):
            ls.set_up(params.settings)
            ls.read_all()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: EditorServer, params: types.DidOpenTextDocumentParams) -> None:
        ls.show(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(ls: EditorServer, params: types.DidChangeTextDocumentParams) -> None:
        ls.soon(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: EditorServer, _params: types.DidSaveTextDocumentParams) -> None:
        # What was saved may be the settings or a complaint that other documents are read with.
        ls.read_all()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: EditorServer, params: types.DidCloseTextDocumentParams) -> None:
        ls.forget(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(ls: EditorServer, params: types.HoverParams) -> types.Hover | None:
        with use(ls.settings.messages or ls.messages):
            shown = ls.of(params.text_document.uri)
            if shown is None:
                return None
            offset = shown.places.offset(params.position.line, params.position.character)
            return hover(shown.read.review, shown.places, offset)

    kinds: Sequence[types.CodeActionKind] = (types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(kinds))
    def asked_for_actions(ls: EditorServer, params: types.CodeActionParams) -> list[types.CodeAction]:
        uri = params.text_document.uri
        with use(ls.settings.messages or ls.messages):
            shown = ls.of(uri)
            if shown is None:
                return []
            start, end = (
                shown.places.offset(place.line, place.character) for place in (params.range.start, params.range.end)
            )
            only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()] or None
            return actions(
                uri, shown.version, shown.read.review, shown.places, (start, end), only,
                versioned=_versioned(ls),
            )  # fmt: skip

    return server


def _versioned(ls: EditorServer) -> bool:
    """Whether the editor takes edits that name the version of the document that they are for."""
    workspace = ls.client_capabilities.workspace
    return bool(workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes)


async def _ask_for_settings(ls: EditorServer) -> bool:
    """Ask the editor for its settings, when it can be asked; whether it could."""
    able = ls.client_capabilities.workspace
    if able is None or not able.configuration:
        return False
    try:
        items = [types.ConfigurationItem(section=SECTION)]
        given: Sequence[Any] = await ls.workspace_configuration_async(types.ConfigurationParams(items))
    except Exception as error:
        # An editor that cannot tell its settings still gets its findings.
        _log.warning("the editor did not tell its settings: %s", type(error).__name__)
        return False
    if given and given[0] is not None:
        ls.set_up(given[0])
    ls.read_all()
    return True


def _plain(value: Any) -> Any:
    """What the protocol's library made of an object, as plain data."""
    if hasattr(value, "_asdict"):
        return {key: _plain(one) for key, one in value._asdict().items()}
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
