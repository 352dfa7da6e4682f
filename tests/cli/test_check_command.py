import json
from pathlib import Path
from typing import Any

import pytest
from sample_replies import CONDITIONAL, FAVOUR, META


def labels(result: Any) -> list[set[str]]:
    """The labels found, for each reply of JSON output."""
    return [{finding["label"] for finding in entry["findings"]} for entry in json.loads(result.stdout)]


# --- What is read ---


def test_a_file_is_checked_for_people(run, reply) -> None:
    result = run("check", reply("reply.txt", CONDITIONAL))
    assert result.stdout.startswith("reply.txt\n")
    assert "If-apology  conditional" in result.stdout
    assert "What is missing" in result.stdout
    assert "\x1b" not in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize("arguments", [("check",), ("check", "-")])
def test_standard_input_is_checked(run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments, "--format", "json", stdin=CONDITIONAL)
    assert json.loads(result.stdout)[0]["file"] is None
    assert "conditional" in labels(result)[0]


def test_folders_are_walked_in_order(run, reply) -> None:
    for name in ("b/2.md", "b/1.txt", "a.txt", "b/c/3.EML", "notes.doc", ".git/x.txt", "b/.hidden.txt"):
        reply(f"all/{name}", "Subject: x\n\n" + CONDITIONAL if name.endswith("EML") else CONDITIONAL)
    reply("all/z.jsonl", json.dumps({"id": 9, "reply": FAVOUR}))
    entries = json.loads(run("check", "--format", "json", "all").stdout)
    files = [Path(entry["file"]).as_posix() if "file" in entry else entry["id"] for entry in entries]
    assert files == ["all/a.txt", 9, "all/b/1.txt", "all/b/2.md", "all/b/c/3.EML"]


def test_a_folder_without_replies_is_told(run, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("check", "empty")
    assert result.exit_code == 2
    assert "empty: the folder holds no replies" in result.stderr


def test_a_file_that_cannot_be_read_does_not_stop_the_others(run, reply) -> None:
    result = run("check", "lost.txt", reply("reply.txt", CONDITIONAL))
    assert result.exit_code == 2
    assert result.stderr == "amends: lost.txt: there is no such file. Check the name, or give - for standard input.\n"
    assert "If-apology" in result.stdout
    (lost, found) = json.loads(run("check", "--format", "json", "lost.txt", "reply.txt").stdout)
    assert lost["file"] == "lost.txt"
    assert "error" in lost
    assert found["verdict"] == "non-apology"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (CONDITIONAL.encode(), ""),
        (b"\xef\xbb\xbf" + CONDITIONAL.encode(), ""),
        (CONDITIONAL.encode("utf-16"), "not UTF-8, read as utf-16"),
        ((CONDITIONAL + " Café £5").encode("windows-1252"), "not UTF-8, read as windows-1252"),
        (CONDITIONAL.encode() + b"\0\0 \x81\xff", "not UTF-8"),
    ],
)
def test_texts_of_any_encoding_are_read_and_told(run, reply, data: bytes, told: str) -> None:
    result = run("check", "--format", "json", reply("reply.txt", data))
    assert "conditional" in labels(result)[0]
    assert told in result.stderr
    assert bool(told) == bool(result.stderr)


def test_the_language_tells_the_older_encoding(run, reply) -> None:
    data = "Žao nam je ako vas je to uvrijedilo.".encode("windows-1250")
    assert "windows-1250" in run("check", "--language", "hr", reply("reply.txt", data)).stderr


@pytest.mark.parametrize(
    "mail",
    [
        f"From: a@b\nSubject: We are sorry if\n\n{CONDITIONAL}\n",
        f"Content-Type: text/plain; charset=klingon\n\n{CONDITIONAL}",
        "Content-Type: text/html\n\n<style>p {}</style><p>We are <b>sorry</b>\nif this<br>upset you.</p><div>",
        'Content-Type: multipart/alternative; boundary="x"\n\n--x\nContent-Type: text/html\n\n<p>Hello</p>\n'
        f"--x\nContent-Type: text/plain\n\n{CONDITIONAL}\n--x--\n",
    ],
)
def test_mails_are_read_by_their_text(run, reply, mail: str) -> None:
    result = run("check", "--format", "json", reply("mail.eml", mail))
    assert "conditional" in labels(result)[0]
    assert "quotes" in json.loads(result.stdout)[0]["findings"][0]


def test_a_quoted_complaint_in_an_html_mail_is_not_the_reply(run, reply) -> None:
    html = f"<p>Dear Ann, your new lamp leaves today.</p><blockquote><p>{FAVOUR}</p></blockquote>"
    result = run("check", "--format", "json", reply("mail.eml", f"Content-Type: text/html\n\n{html}"))
    assert "favour" not in labels(result)[0]


@pytest.mark.parametrize(
    "mail", [b"Content-Type: multipart/mixed; boundary=x\n\n", b"Content-Type: image/png\n\n\x89PNG"]
)
def test_a_mail_without_text_is_told(run, reply, mail: bytes) -> None:
    result = run("check", reply("mail.eml", mail))
    assert result.exit_code == 2
    assert "mail.eml: the mail has no text" in result.stderr


HOSTILE = [
    b"\0" * 100,
    b"",
    b"\xff\xfe\xff",
    "😀\u202e\u0301".encode() * 500,
    bytes(range(256)) * 20,
    b">" * 3000 + b" sorry if",
    b"\r\r\n\n\r" * 200,
    b"<!-- amends: ignore " * 500,
]


@pytest.mark.parametrize("data", HOSTILE)
@pytest.mark.parametrize("form", ["text", "json", "jsonl", "sarif", "github"])
def test_any_bytes_give_an_answer(run, reply, data: bytes, form: str) -> None:
    for name in ("reply.txt", "reply.eml", "reply.jsonl"):
        result = run("check", "--format", form, reply(name, data))
        assert result.exit_code in (0, 1, 2)
        result.stdout_bytes.decode("utf-8")
        if form in ("json", "sarif"):
            json.loads(result.stdout)


# --- What is told about it ---


def test_severity_and_exit_code_follow_the_fault(run, reply) -> None:
    reply("reply.txt", CONDITIONAL)
    assert run("check", "reply.txt").exit_code == 0
    assert run("check", "--fault", "team", "reply.txt").exit_code == 1
    assert run("check", "--fail-on", "warning", "reply.txt").exit_code == 1
    assert run("check", "--fault", "team", "--fail-on", "never", "reply.txt").exit_code == 0
    assert run("check", "--fail-on", "note", reply("good.txt", "Dear Ann, the lamp is in the post.")).exit_code == 0


def test_select_and_ignore_choose_what_is_reported(run, reply) -> None:
    reply("reply.txt", f"{CONDITIONAL} {FAVOUR}")

    def found(*options: str) -> tuple[set[str], set[str], int]:
        (entry,) = json.loads(run("check", "--format", "json", *options, "reply.txt").stdout)
        return (
            {finding["label"] for finding in entry["findings"]},
            {part["label"] for part in entry["missing"]},
            entry["score"],
        )

    everything, missing, score = found()
    assert {"conditional", "favour"} <= everything
    assert found("--select", "conditional,favour") == ({"conditional", "favour"}, set(), score)
    assert found("--select", "favour", "--select", "prevention") == ({"favour"}, {"prevention"}, score)
    assert found("--ignore", " favour , prevention") == (everything - {"favour"}, missing - {"prevention"}, score)
    assert found("--select", "favour", "--ignore", "favour")[0] == set()


def test_what_is_known_of_the_case_is_used(run, reply) -> None:
    reply("message.txt", "The brass kettle from Saturday leaks all over the kitchen table in Dublin.")
    reply("reply.txt", "We are sorry about that. Please write to us about the matter again and we will see to it.")
    known = ("--complaint", "message.txt", "--name", "Siobhan Byrne", "--channel", "private", "--earlier", "reply.txt")
    (alone,) = labels(run("check", "--format", "json", "reply.txt"))
    (with_case,) = labels(run("check", "--format", "json", *known, "reply.txt"))
    assert with_case - alone == {"off-the-point", "no-name", "scripted"}


def test_earlier_replies_come_from_json_lines_too(run, reply) -> None:
    text = "Dear Ann, we forgot to post your lamp on Monday and I am sorry. It left this morning with the first van."
    reply("sent.jsonl", json.dumps({"reply": text}) + "\n")
    reply("reply.txt", text.replace("Ann", "Bob"))
    assert "scripted" in labels(run("check", "--format", "json", "--earlier", "sent.jsonl", "reply.txt"))[0]
    reply("bad.jsonl", "nope\n")
    result = run("check", "--earlier", "bad.jsonl", "reply.txt")
    assert result.exit_code == 2
    assert "--earlier bad.jsonl, line 1: the line is not JSON" in result.stderr


def test_the_place_brings_what_is_known_of_it(run, reply) -> None:
    assert "Scotland" in run("check", "--jurisdiction", "GB-SCT", reply("reply.txt", CONDITIONAL)).stdout


def test_settings_hold_where_no_option_is_given(run, reply, tmp_path, monkeypatch) -> None:
    reply("amends.toml", 'fault = "team"\nignore = ["regret-only"]\n[vocabulary]\nguest = "customer"\n')
    reply("inner/reply.txt", f"{CONDITIONAL} Our guest waited.")
    monkeypatch.chdir(tmp_path / "inner")
    result = run("check", "--format", "json", "reply.txt")
    assert result.exit_code == 1
    assert {"conditional", "wrong-word"} <= labels(result)[0]
    assert "regret-only" not in labels(result)[0]
    assert run("check", "--fault", "nobody", "reply.txt").exit_code == 0
    (tmp_path / "other.toml").write_text('fail-on = "never"', encoding="utf-8")
    assert run("check", "--fault", "team", "--config", "../other.toml", "reply.txt").exit_code == 0


def test_weights_change_the_score(run, reply) -> None:
    reply("reply.txt", f"I am sorry that we sent the wrong lamp. {FAVOUR}")
    (before,) = json.loads(run("check", "--format", "json", "reply.txt").stdout)
    reply("amends.toml", "[weights.faults]\nfavour = 1")
    (after,) = json.loads(run("check", "--format", "json", "reply.txt").stdout)
    assert before["score"] > after["score"] == 0


def test_colour_is_for_terminals_and_those_who_ask(run, reply, monkeypatch) -> None:
    reply("reply.txt", CONDITIONAL)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("check", "reply.txt").stdout
    assert "\x1b[" not in run("check", "--format", "github", "reply.txt").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("check", "reply.txt").stdout


# --- Silencing ---


def test_a_note_in_the_text_silences_in_place(run, reply) -> None:
    text = f"😀 {FAVOUR}  # amends: ignore favour\n{CONDITIONAL} As a one-time courtesy we waive the fee.\n"
    (entry,) = json.loads(run("check", "--format", "json", reply("reply.txt", text)).stdout)
    found = [finding for finding in entry["findings"] if finding["label"] == "favour"]
    assert len(found) == 1
    assert entry["dismissed"] == 1
    for finding in entry["findings"]:
        assert finding["quotes"] == [text[start:end] for start, end in finding["spans"]]
    assert found[0]["spans"][0][0] > text.index("\n")


def test_a_note_that_is_not_understood_is_told(run, reply) -> None:
    result = run("check", reply("reply.txt", f"{FAVOUR}  # amends: ignore favor\n"))
    assert result.stderr == "amends: reply.txt: line 1: there is no label 'favor'. Did you mean 'favour'?\n"
    assert "1 finding dismissed" not in result.stdout


# --- Fixing ---


def test_safe_fixes_are_written_to_the_file(run, reply, tmp_path) -> None:
    reply("reply.txt", f"Dear Ann,\r\n\r\n{META}\r\nKatarína 😀\r\n")
    path = tmp_path / "reply.txt"
    path.chmod(0o640)
    result = run("check", "--fix", "reply.txt")
    assert path.read_bytes().decode() == f"Dear Ann,\r\n\r\n{META.replace('We would like to', 'We')}\r\nKatarína 😀\r\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert "meta-apology" not in result.stdout
    assert result.stderr == "amends: reply.txt: mended.\n"
    assert [child.name for child in tmp_path.iterdir()] == ["reply.txt"]
    before = path.stat().st_mtime_ns
    assert run("check", "--fix", "reply.txt").stderr == ""
    assert path.stat().st_mtime_ns == before


def test_fixes_of_standard_input_go_to_standard_output(run) -> None:
    result = run("check", "--fix", "-", stdin=META + "\n")
    assert result.stdout == META.replace("We would like to", "We") + "\n"
    assert "What is missing" in result.stderr


def test_only_what_is_reported_is_fixed(run, reply, tmp_path) -> None:
    reply("reply.txt", META)
    run("check", "--fix", "--ignore", "meta-apology", "reply.txt")
    assert (tmp_path / "reply.txt").read_text(encoding="utf-8") == META
    reply("reply.txt", META + " # amends: ignore meta-apology")
    run("check", "--fix", "reply.txt")
    assert META in (tmp_path / "reply.txt").read_text(encoding="utf-8")


def test_the_encoding_of_a_mended_file_stays(run, reply, tmp_path) -> None:
    for encoding in ("windows-1252", "utf-16", "utf-8-sig"):
        reply("reply.txt", f"{META} Café".encode(encoding))
        run("check", "--fix", "reply.txt")
        assert (tmp_path / "reply.txt").read_bytes().decode(encoding) == f"{META} Café".replace("would like to ", "")


def test_a_file_with_unreadable_bytes_is_left_alone(run, reply, tmp_path) -> None:
    data = META.encode() + b" \x81\xff"
    result = run("check", "--fix", reply("reply.txt", data))
    assert result.exit_code == 2
    assert "was left alone" in result.stderr
    assert (tmp_path / "reply.txt").read_bytes() == data


def test_a_link_stays_a_link(run, reply, tmp_path) -> None:
    reply("real.txt", META)
    (tmp_path / "link.txt").symlink_to("real.txt")
    run("check", "--fix", "link.txt")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text(encoding="utf-8").startswith("We apologise")
