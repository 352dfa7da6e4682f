"""The editor protocol: findings underlined where a reply is written, in any editor that speaks it.

`amends lsp` starts it. The rooms:

* `settings`: what the editor tells about the replies.
* `places`: offsets of the text to lines and characters of the protocol, and back.
* `prose`: what of a Markdown text is read.
* `reading`: the check of a document, with the house's settings, notes and dismissals.
* `showing`: diagnostics, hovers and code actions.
* `server`: the conversation with the editor.
"""
