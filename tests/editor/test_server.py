"""`amends lsp`, spoken to by a client of the editor protocol over standard input and output."""

import asyncio
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls.lsp.client", reason="the extra 'editor' is not installed")
pytest.importorskip("markdown_it", reason="the extra 'editor' is not installed")

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from amends.checker.catalogue import CONCEPTS

FIRST = "We are sorry if this delayed you."


class Editor:
    """An editor: opens documents, keeps what it is shown, applies edits."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.shown: dict[str, asyncio.Queue[list[types.Diagnostic]]] = {}
        self.messages: list[str] = []

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    async def open(self, name: str, text: str, language: str = "plaintext") -> list[types.Diagnostic]:
        uri = self.uri(name)
        self.texts[uri], self.versions[uri] = text, 1
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return await self.next(name)

    def change(self, name: str, text: str) -> None:
        uri = self.uri(name)
        self.texts[uri] = text
        self.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        whole = [types.TextDocumentContentChangeWholeDocument(text)]
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, whole))

    async def next(self, name: str) -> list[types.Diagnostic]:
        return await asyncio.wait_for(self.shown.setdefault(self.uri(name), asyncio.Queue()).get(), 30)

    async def hover(self, name: str, line: int, character: int) -> types.Hover | None:
        place = types.HoverParams(types.TextDocumentIdentifier(self.uri(name)), types.Position(line, character))
        return await self.client.text_document_hover_async(place)

    async def actions(self, name: str, line: int, character: int, only: list[str] | None = None) -> list[Any]:
        place = types.Position(line, character)
        context = types.CodeActionContext([], only)
        asked = types.CodeActionParams(types.TextDocumentIdentifier(self.uri(name)), types.Range(place, place), context)
        return await self.client.text_document_code_action_async(asked) or []

    def apply(self, name: str, action: types.CodeAction) -> str:
        """Make an action's edits as an editor would, counting in UTF-16."""
        uri = self.uri(name)
        change = action.edit.document_changes[0]
        assert change.text_document.uri == uri
        assert change.text_document.version == self.versions[uri]
        return edited(self.texts[uri], change.edits)


def edited(text: str, edits: list[types.TextEdit]) -> str:
    units = text.encode("utf-16-le")
    lines = [0]
    for at in range(0, len(units), 2):
        if units[at : at + 2] == b"\n\0":
            lines.append(at + 2)

    def place(position: types.Position) -> int:
        return lines[position.line] + 2 * position.character

    for edit in sorted(edits, key=lambda one: place(one.range.start), reverse=True):
        units = units[: place(edit.range.start)] + edit.new_text.encode("utf-16-le") + units[place(edit.range.end) :]
    return units.decode("utf-16-le")


def words(text: str, found: types.Range) -> str:
    """The text at a range, counted in UTF-16 as an editor does; for one line."""
    assert found.start.line == found.end.line
    line = text.split("\n")[found.start.line].encode("utf-16-le")
    return line[2 * found.start.character : 2 * found.end.character].decode("utf-16-le")


def of(shown: list[types.Diagnostic], label: str) -> types.Diagnostic:
    return next(one for one in shown if one.code == label)


def codes(shown: list[types.Diagnostic]) -> set[str]:
    return {str(one.code) for one in shown if one.code and not str(one.code).startswith("missing:")}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Any]:
    """Starts `amends lsp` as an editor does, and writes in it."""

    def run(
        writing: Callable[[Editor], Any],
        options: dict[str, Any] | None = None,
        settings: dict[str, Any] | None = None,
        encodings: list[types.PositionEncodingKind] | None = None,
        arguments: tuple[str, ...] = (),
    ) -> Any:
        async def session() -> Any:
            client = LanguageClient("an editor", "1")
            editor = Editor(client, tmp_path)

            @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
            def shown(params: types.PublishDiagnosticsParams) -> None:
                editor.shown.setdefault(params.uri, asyncio.Queue()).put_nowait(list(params.diagnostics))

            @client.feature(types.WINDOW_SHOW_MESSAGE)
            def told(params: types.ShowMessageParams) -> None:
                editor.messages.append(params.message)

            @client.feature(types.WORKSPACE_CONFIGURATION)
            def asked(_params: types.ConfigurationParams) -> list[Any]:
                return [settings]

            code = "from amends.cli import main; main()"
            environment = {**os.environ, "AMENDS_LANGUAGE": "en"}
            await client.start_io(sys.executable, "-c", code, "lsp", *arguments, cwd=tmp_path, env=environment)
            edits = types.WorkspaceEditClientCapabilities(document_changes=True)
            able = types.ClientCapabilities(
                general=types.GeneralClientCapabilities(position_encodings=encodings),
                workspace=types.WorkspaceClientCapabilities(configuration=settings is not None, workspace_edit=edits),
            )
            begun = await client.initialize_async(
                types.InitializeParams(
                    able, process_id=None, root_uri=tmp_path.as_uri(), initialization_options=options
                )
            )
            assert begun.server_info.name == "amends"
            client.initialized(types.InitializedParams())
            try:
                return await writing(editor)
            finally:
                await client.shutdown_async(None)
                client.exit(None)
                await client.stop()

        # In a thread of its own, as the browser's loop may run in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, asyncio.wait_for(session(), 90)).result()

    return run


def test_a_reply_is_underlined_explained_and_mended(write) -> None:
    text = "Hello Ana 😀😀,\nwe are very sorry if this upset you 😀. As a one-time courtesy we refund you.\n"

    async def writing(editor: Editor) -> None:
        shown = await editor.open("reply.txt", text)
        conditional = of(shown, "conditional")
        assert conditional.severity == types.DiagnosticSeverity.Error
        assert conditional.source == "amends"
        assert words(text, conditional.range) == "sorry if this"
        favour = of(shown, "favour")
        assert words(text, favour.range) == "one-time courtesy"
        assert any(str(one.code) == "missing:names-offence" for one in shown)

        told = await editor.hover("reply.txt", favour.range.start.line, favour.range.start.character + 1)
        assert "**Sells what is owed as a gift**" in told.contents.value
        assert CONCEPTS["favour"].why in told.contents.value
        assert CONCEPTS["favour"].way_out in told.contents.value
        assert told.range == favour.range
        assert await editor.hover("reply.txt", 0, 0) is None

        offered = await editor.actions("reply.txt", favour.range.start.line, favour.range.start.character)
        leave = next(one for one in offered if one.title.startswith("Leave"))
        assert leave.diagnostics[0].code == "favour"
        noted = editor.apply("reply.txt", leave)
        assert "# amends: ignore favour" in noted
        editor.change("reply.txt", noted)
        assert "favour" not in codes(await editor.next("reply.txt"))

    write(writing, {"fault": "team"})


def test_a_safe_edit_lands_where_it_should_after_emoji_and_hebrew(write) -> None:
    text = "😀 עדה, we would like to apologise for the delay of your lamp. 😀 Please accept our apologies for it."

    async def writing(editor: Editor) -> None:
        shown = await editor.open("reply.txt", text)
        meta = [one for one in shown if one.code == "meta-apology"]
        assert [words(text, one.range) for one in meta]
        preferred = [
            action
            for one in meta
            for action in await editor.actions("reply.txt", one.range.start.line, one.range.start.character)
            if action.is_preferred
        ]
        assert preferred
        mended = editor.apply("reply.txt", preferred[0])
        assert mended.startswith("😀 עדה, we apologise for the delay")
        every = [one for one in await editor.actions("reply.txt", 0, 0) if one.kind == "source.fixAll"]
        assert "would like" not in editor.apply("reply.txt", every[0])
        assert [one.kind for one in await editor.actions("reply.txt", 0, 0, ["source.fixAll"])] == ["source.fixAll"]
        assert {one.kind for one in await editor.actions("reply.txt", 0, 12, ["quickfix"])} <= {"quickfix"}
        assert await editor.actions("reply.txt", 0, 12, ["refactor"]) == []

    write(writing, {"language": "en"})


@pytest.mark.parametrize(
    ("encoding", "start"),
    [
        (types.PositionEncodingKind.Utf8, 8),
        (types.PositionEncodingKind.Utf16, 6),
        (types.PositionEncodingKind.Utf32, 5),
    ],
)
def test_characters_are_counted_as_was_agreed(write, encoding, start: int) -> None:
    async def writing(editor: Editor) -> None:
        shown = await editor.open("reply.txt", "😀 We pride ourselves on our service, and always strive for more.")
        found = of(shown, "self-praise").range
        assert (found.start.line, found.start.character) == (0, start)
        assert found.end.character == start + len("pride ourselves")
        told = await editor.hover("reply.txt", found.start.line, found.start.character)
        assert told.range.start == found.start
        before = await editor.hover("reply.txt", 0, found.start.character - 1)
        assert before is None

    write(writing, {"language": "en"}, encodings=[encoding])


def test_only_the_prose_of_markdown_is_read(write) -> None:
    text = f"# A reply\n\n```\n{FIRST}\n```\n\n`{FIRST}`\n\nWe are **sorry** if this upset you.\n"

    async def writing(editor: Editor) -> None:
        shown = await editor.open("reply.md", text, "markdown")
        assert [one.range.start.line for one in shown if one.code == "conditional"] == [8]
        plain = await editor.open("reply.txt", text)
        assert [one.range.start.line for one in plain if one.code == "conditional"] == [3, 6, 8]

    write(writing, {"language": "en", "missing": False})


def test_changes_are_read_and_a_closed_document_shows_nothing(write) -> None:
    async def writing(editor: Editor) -> None:
        assert "conditional" in codes(await editor.open("reply.txt", FIRST))
        for letter in range(5):
            editor.change("reply.txt", FIRST[: letter + 3])
        editor.change("reply.txt", "We open at nine, and on Sundays at ten.")
        shown = await editor.next("reply.txt")
        assert codes(shown) == set()
        assert editor.shown[editor.uri("reply.txt")].empty()
        editor.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(editor.uri("reply.txt")))
        )
        assert await editor.next("reply.txt") == []

    write(writing)


def test_the_complaint_and_the_house_are_looked_at(write, tmp_path: Path) -> None:
    (tmp_path / "okoro.complaint.txt").write_text("Atsiuntėte ne tą lempą, ir niekas neatsiliepia.", "utf-8")
    (tmp_path / "amends.toml").write_text('[vocabulary]\nguest = "customer"\n', "utf-8")

    async def writing(editor: Editor) -> None:
        shown = await editor.open("okoro.txt", "Dear guest, the right lamp is here now, and we are open at nine.")
        assert {"other-language", "wrong-word"} <= codes(shown)
        whole = of(shown, "other-language").range
        assert (whole.start.line, whole.start.character) == (0, 0)
        fix = next(one for one in await editor.actions("okoro.txt", 0, 6) if one.is_preferred)
        assert editor.apply("okoro.txt", fix).startswith("Dear customer,")
        other = await editor.open("without.txt", "Dear guest, the right lamp is here now.")
        assert "other-language" not in codes(other)
        (tmp_path / "amends.toml").write_text("fail-on = 1\n", "utf-8")
        editor.client.text_document_did_save(
            types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(editor.uri("amends.toml")))
        )
        shown = await editor.next("okoro.txt")
        assert any("amends.toml: fail-on" in one.message for one in shown)

    write(writing, {"complaint": "{stem}.complaint.txt"})


def test_settings_are_asked_for_and_taken_over_while_it_runs(write) -> None:
    settings: dict[str, Any] = {"fault": "team", "ignore": ["regret-only"], "missing": False, "channel": ""}

    async def writing(editor: Editor) -> None:
        shown = await editor.open("reply.txt", FIRST)
        if of(shown, "conditional").severity != types.DiagnosticSeverity.Error:
            # The document was opened before the settings were there; they come with the next reading.
            shown = await editor.next("reply.txt")
        assert codes(shown) == {"conditional"}
        assert of(shown, "conditional").severity == types.DiagnosticSeverity.Error
        settings.update(fault="nobody", select=["conditional"])
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
        for _ in range(3):
            shown = await editor.next("reply.txt")
            if of(shown, "conditional").severity == types.DiagnosticSeverity.Information:
                break
        assert of(shown, "conditional").severity == types.DiagnosticSeverity.Information

    write(writing, settings=settings)


def test_settings_that_are_pushed_are_taken_over_and_wrong_ones_are_told(write) -> None:
    async def writing(editor: Editor) -> None:
        assert editor.messages == ["Amends: 'amends.fault' is one of owner, team, system, supplier, expectation, "
                                   "nobody, unknown, not 'me'."]  # fmt: skip
        await editor.open("reply.txt", FIRST)
        editor.client.workspace_did_change_configuration(
            types.DidChangeConfigurationParams({"amends": {"ignore": ["conditional"]}})
        )
        assert "conditional" not in codes(await editor.next("reply.txt"))
        editor.client.workspace_did_change_configuration(
            types.DidChangeConfigurationParams({"amends": {"ignor": ["but"]}})
        )
        # What was set before stays.
        assert "conditional" not in codes(await editor.next("reply.txt"))
        assert editor.messages[1:] == ["Amends: there is no setting 'amends.ignor'. Did you mean 'ignore'?"]

    write(writing, {"fault": "me"})


def test_only_files_that_are_replies_are_read(write, tmp_path: Path) -> None:
    async def writing(editor: Editor) -> None:
        assert await editor.open("README.md", FIRST, "markdown") == []
        assert "conditional" in codes(await editor.open("replies/okoro.txt", FIRST))
        assert await editor.hover("README.md", 0, 9) is None
        assert await editor.actions("README.md", 0, 9) == []

    write(writing, {"include": ["replies/*"]})


def test_odd_documents_do_not_end_the_conversation(write) -> None:
    async def writing(editor: Editor) -> None:
        assert await editor.open("empty.txt", "") == []
        assert await editor.open("blank.md", " \n\n", "markdown") == []
        long = await editor.open("long.txt", "We open at nine. " * 20_000)
        assert [one.message for one in long] == ["This is too long for a reply, and is not checked."]
        odd = await editor.open("odd.txt", "\u0000\u2028 # amends: ignore favor\n" + "`" * 3000 + "[" * 3000)
        assert odd
        unread = await editor.open("russian.txt", "Мы приносим извинения за опоздание вашего заказа.")
        assert [one.severity for one in unread] == [types.DiagnosticSeverity.Information]
        assert await editor.hover("empty.txt", 7, 7) is None
        assert "conditional" in codes(await editor.open("reply.txt", FIRST))

    write(writing)


def test_findings_are_told_in_the_writers_language(write) -> None:
    async def writing(editor: Editor) -> str:
        return of(await editor.open("reply.txt", FIRST), "conditional").message

    english = write(writing)
    assert write(writing, arguments=("--messages", "lt")) != english
    assert write(writing, {"messages": "lt"}) == write(writing, arguments=("--messages", "lt"))
