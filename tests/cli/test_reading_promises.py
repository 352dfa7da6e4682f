"""`amends promises` and `amends hear`, and what `amends check --jsonl` tells of both."""

import json
import sys

import pytest

from amends.checker.check import Checker

REPLY = "We sent you the wrong size, and I am sorry.\nI will call you on Friday by 17:00.\n"


@pytest.fixture(autouse=True)
def rules_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commitments are read by the sentence model, so here it is wanted."""
    monkeypatch.setattr(sys.modules["amends.checker.check"], "_checker", lambda language: Checker(language))


def lines(result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_promise_is_shown_with_its_moment(run, reply) -> None:
    result = run("promises", reply("reply.txt", REPLY), "--sent", "2026-03-03T09:00")
    assert result.exit_code == 0
    assert "by 2026-03-06 17:00" in result.stdout
    assert "I will call you on Friday" in result.stdout


def test_a_reply_that_promises_nothing_says_so(run) -> None:
    assert "Nothing is promised." in run("promises", "-", stdin="Thank you for your kind words.").stdout


def test_records_give_a_line_each_and_a_bad_one_does_not_stop_the_others(run) -> None:
    records = [
        '{"id": 1, "reply": "I will call you tomorrow.", "sent": "2026-03-03"}',
        "{",
        '{"id": 3, "reply": "Thanks."}',
    ]
    result = run("promises", "--jsonl", "-", stdin="\n".join(records))
    assert result.exit_code == 1
    first, bad, last = lines(result)
    assert first["promises"][0]["due"] == "2026-03-04"
    assert "error" in bad
    assert last == {"id": 3, "lang": "en", "reason": None, "promises": []}


@pytest.mark.parametrize(
    "wrong", [("--sent", "yesterday"), ("--country", "XX"), ("--zone", "Mars/Olympus")], ids=lambda given: given[0]
)
def test_a_wrong_option_is_told_in_a_line(run, wrong: tuple[str, str]) -> None:
    result = run("promises", "-", *wrong, stdin=REPLY)
    assert result.exit_code == 2
    assert wrong[1] in result.stderr
    assert "Traceback" not in result.stderr


def test_a_message_is_heard(run) -> None:
    result = run("hear", "-", stdin="Three weeks and my parcel still has not arrived. Refund the 129 € please.")
    assert result.exit_code == 0
    assert "A complaint" in result.stdout
    assert "129 €" in result.stdout


def test_messages_are_heard_line_by_line(run) -> None:
    records = [
        '{"id": "a", "message": "Where is my parcel? It was promised for Monday."}',
        '{"id": "b", "reply": "no"}',
    ]
    result = run("hear", "--jsonl", "-", stdin="\n".join(records))
    assert result.exit_code == 1
    first, bad = lines(result)
    assert first["id"] == "a"
    assert first["complaint"] is True
    assert "message" in bad["error"]


def test_check_fills_promises_and_complaint(run) -> None:
    record = {"id": 7, "reply": REPLY, "message": "You sent the wrong size. Again!", "sent": "2026-03-03T09:00"}
    (told,) = lines(run("check", "--jsonl", "-", stdin=json.dumps(record)))
    assert told["complaint"] is True
    assert told["hearing"]["lang"] == "en"
    assert [promise["due"] for promise in told["promises"]] == ["2026-03-06T17:00:00"]


def test_a_moment_of_sending_that_is_none_is_an_error_of_its_line(run) -> None:
    record = json.dumps({"id": 7, "reply": REPLY, "sent": "soon"})
    result = run("check", "--jsonl", "-", stdin=record)
    assert result.exit_code == 1
    assert "sent" in lines(result)[0]["error"]
