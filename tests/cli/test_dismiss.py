import json

from sample_replies import CONDITIONAL, FAVOUR

TEXT = f"Dear Ann,\n{CONDITIONAL}\n{FAVOUR}\nWrite to me any time.\nBea\n"


def found(run, *arguments: str) -> list[str]:
    (entry,) = json.loads(run("check", "--format", "json", *arguments).stdout)
    return [finding["label"] for finding in entry["findings"]]


def test_a_dismissed_finding_is_not_seen_again_even_after_edits(run, reply, tmp_path) -> None:
    reply("reply.txt", TEXT)
    assert "favour" in found(run, "reply.txt")
    result = run("dismiss", "reply.txt", "favour")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "'favour' dismissed (" in result.stderr
    assert (tmp_path / "amends-dismissals.toml").exists()
    assert "favour" not in found(run, "reply.txt")
    reply("reply.txt", f"Good morning!\n\n{TEXT.replace('Ann', 'Mrs Lee')}\nPS: we are open on Sunday.")
    assert "favour" not in found(run, "reply.txt")
    assert "conditional" in found(run, "reply.txt")
    reply("other.txt", TEXT)
    assert "favour" in found(run, "other.txt")


def test_the_score_is_that_without_it(run, reply) -> None:
    reply("reply.txt", TEXT)
    (before,) = json.loads(run("check", "--format", "json", "reply.txt").stdout)
    run("dismiss", "reply.txt", "favour")
    (after,) = json.loads(run("check", "--format", "json", "reply.txt").stdout)
    assert after["score"] > before["score"]
    assert after["dismissed"] == 1


def test_dismissals_lie_beside_the_settings(run, reply, tmp_path, monkeypatch) -> None:
    reply("amends.toml", "")
    reply("replies/reply.txt", TEXT)
    monkeypatch.chdir(tmp_path / "replies")
    run("dismiss", "reply.txt", "favour")
    assert 'file = "replies/reply.txt"' in (tmp_path / "amends-dismissals.toml").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert "favour" not in found(run, "replies/reply.txt")


def test_everywhere_is_for_all_replies(run, reply) -> None:
    reply("reply.txt", TEXT)
    reply("other.txt", TEXT)
    run("dismiss", "--everywhere", "reply.txt", "favour")
    assert "favour" not in found(run, "other.txt")


def test_a_finding_about_the_whole_reply_can_be_dismissed(run, reply) -> None:
    known = ("--name", "Bob Ray", "--channel", "private")
    reply("reply.txt", TEXT)
    assert "no-name" in found(run, *known, "reply.txt")
    assert run("dismiss", "reply.txt", "no-name", *known).exit_code == 0
    assert "no-name" not in found(run, *known, "reply.txt")


def test_of_several_alike_the_words_tell_which(run, reply) -> None:
    reply("reply.txt", f"{FAVOUR}\n\nAs a gesture of goodwill you may keep the lamp.")
    result = run("dismiss", "reply.txt", "favour")
    assert result.exit_code == 2
    assert "there are 2 findings 'favour'" in result.stderr
    assert '"one-time courtesy"' in result.stderr or "courtesy" in result.stderr
    assert run("dismiss", "reply.txt", "favour", "GOODWILL").exit_code == 0
    assert found(run, "reply.txt").count("favour") == 1
    again = run("dismiss", "reply.txt", "favour", "goodwill")
    assert again.exit_code == 0
    assert "dismissed already" in again.stderr


def test_what_is_not_there_cannot_be_dismissed(run, reply, tmp_path) -> None:
    reply("reply.txt", TEXT)
    reply("many.jsonl", '{"reply": "x"}\n{"reply": "y"}\n')
    for arguments, told in [
        (("reply.txt", "denial"), "there is no finding 'denial'. Found: "),
        (("reply.txt", "favour", "voucher"), "no finding 'favour' has the words 'voucher'"),
        (("reply.txt", "favor"), "Did you mean 'favour'?"),
        (("reply.txt", "repair"), "'repair' is a part of an apology"),
        (("lost.txt", "favour"), "there is no such file"),
        (("many.jsonl", "favour"), "one reply is expected"),
    ]:
        result = run("dismiss", *arguments)
        assert result.exit_code == 2, arguments
        assert told in result.stderr
        assert result.stderr.count("\n") == 1
    assert not (tmp_path / "amends-dismissals.toml").exists()


def test_a_wrong_file_of_dismissals_is_told(run, reply) -> None:
    reply("amends-dismissals.toml", '[[dismissal]]\nlabel = "nought"')
    result = run("check", "-", stdin=TEXT)
    assert result.exit_code == 2
    assert "amends-dismissals.toml: dismissal 1: label: there is no label 'nought'" in result.stderr
