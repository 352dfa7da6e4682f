import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_replies import CONDITIONAL, FAVOUR

from amends.cli.reading import Reply, read_record

GOOD = {"id": 1, "reply": CONDITIONAL}


def lines(*records: Any) -> bytes:
    return b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in records)


def outcome(result: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_gives_a_line_in_order(run) -> None:
    ids = ["a", 2, 2.5, None, True, [1, {"x": "é"}], {"deep": [None]}, "😀", ""]
    result = run("check", "--jsonl", "-", stdin=lines(*({"id": one, "reply": FAVOUR} for one in ids)))
    assert result.exit_code == 0
    assert [line["id"] for line in outcome(result)] == ids
    for line in outcome(result):
        assert [promise["due"] for promise in line["promises"]] == [None]
        assert line["complaint"] is None
        assert set(line) >= {"lang", "components", "faults", "findings", "missing", "verdict", "score"}


def test_quotes_are_the_replys_own_words(run) -> None:
    text = "Dear\u00a0Ann 😀,\r\n\r\nWe\u00a0are  sorry\u00ad  if this\tupset you.\r\nAs a one‑time  courtesy we pay."
    (line,) = outcome(run("check", "--jsonl", stdin=lines({"id": 1, "reply": text, "name": "Bob", "channel": "email"})))
    assert {"conditional", "favour", "no-name"} <= set(line["faults"])
    for quotes in (*line["components"].values(), *line["faults"].values()):
        assert quotes
        assert all(quote in text for quote in quotes)


BAD = [
    (b"nope\n", "not JSON"),
    (b"[1]\n", "not a JSON object"),
    (b'"reply"\n', "not a JSON object"),
    (b'{"id": 1, "text": "x"}\n', "there is no 'reply'"),
    (b'{"id": 1, "reply": null}\n', "'reply' is not a text"),
    (b'{"id": 1, "reply": "x", "message": 5}\n', "'message' is not a text"),
    (b'{"id": 1, "reply": "x", "sent": []}\n', "'sent' is not a text"),
    (b'{"id": 1, "reply": "x", "fault": "them"}\n', "'fault' is one of owner"),
    (b'{"id": 1, "reply": "x", "channel": "telex"}\n', "'channel' is one of private"),
    (b'{"id": NaN, "reply": "x"}\n', "not JSON"),
    (b'{"id": 1e999, "reply": "x"}\n', "too large"),
    (b'{"id": ' + b"9" * 5000 + b', "reply": "x"}\n', "not JSON"),
    (b"[" * 100_000 + b"\n", "not JSON"),
    (b'{"reply": "\xff"}\n', "not UTF-8"),
    (b'{"reply": "x"', "not JSON"),
]


@pytest.mark.parametrize(("bad", "told"), BAD)
def test_a_bad_line_says_so_and_the_others_go_on(run, bad: bytes, told: str) -> None:
    data = lines(GOOD, bad if bad.endswith(b"\n") else bad + b"\n", GOOD)
    result = run("check", "--jsonl", "-", stdin=data)
    first, wrong, last = outcome(result)
    assert result.exit_code == 1
    assert told in wrong["error"]
    assert wrong["line"] == 2
    assert set(wrong) <= {"id", "line", "error"}
    assert ("id" in wrong) == bad.startswith(b'{"id": 1,')
    assert first == last
    assert first["verdict"] == "non-apology"


def test_a_file_without_a_last_line_end_is_read_whole(run, reply) -> None:
    reply("in.jsonl", b"\xef\xbb\xbf\r\n" + lines(GOOD, b"  \n", GOOD).rstrip())
    result = run("check", "in.jsonl")
    assert len(outcome(result)) == 2
    assert result.exit_code == 0


def test_nothing_in_is_nothing_out(run) -> None:
    result = run("check", "--jsonl", "-")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_findings_fail_only_when_asked(run) -> None:
    data = lines({**GOOD, "fault": "team"})
    assert run("check", "--jsonl", stdin=data).exit_code == 0
    assert run("check", "--jsonl", "--fail-on", "error", stdin=data).exit_code == 1
    assert run("check", "--jsonl", "--fail-on", "error", stdin=lines(GOOD)).exit_code == 0
    assert run("check", "--jsonl", "--fail-on", "never", stdin=data).exit_code == 0


def test_what_a_record_tells_goes_before_the_options(run) -> None:
    records = [GOOD, {**GOOD, "fault": "nobody"}, {**GOOD, "fault": None}]
    found = outcome(run("check", "--jsonl", "--fault", "team", stdin=lines(*records)))
    severities = [
        next(finding["severity"] for finding in line["findings"] if finding["label"] == "conditional") for line in found
    ]
    assert severities == ["error", "note", "error"]


def test_a_language_that_we_do_not_read_is_said_and_no_error(run) -> None:
    result = run("check", "--jsonl", stdin=lines({**GOOD, "lang": "de"}, {**GOOD, "lang": "en-GB"}))
    german, english = outcome(result)
    assert result.exit_code == 0
    assert german["verdict"] == "unread"
    assert german["reason"]
    assert english["lang"] == "en"


def test_records_can_be_shown_to_people_and_programs(run, reply) -> None:
    reply("in.jsonl", lines(GOOD, b"x\n"))
    text = run("check", "--format", "text", "in.jsonl").stdout
    assert "1  (in.jsonl, line 1)" in text
    assert "in.jsonl, line 2\n  Not checked: the line is not JSON" in text
    assert "::error file=in.jsonl,line=2," in run("check", "--format", "github", "in.jsonl").stdout
    assert len(json.loads(run("check", "--format", "json", "in.jsonl").stdout)) == 2


def test_a_failing_check_is_a_bad_line(run, monkeypatch) -> None:
    import amends

    real = amends.check

    def fragile(text: str, **context: Any) -> Any:
        if text == "boom":
            raise RuntimeError("no")
        return real(text, **context)

    monkeypatch.setattr("amends.check", fragile, raising=False)
    result = run("check", "--jsonl", stdin=lines(GOOD, {"id": "x", "reply": "boom"}, GOOD))
    assert result.exit_code == 1
    assert [line.get("id") for line in outcome(result)] == [1, "x", 1]
    assert "RuntimeError: no" in outcome(result)[1]["error"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
keys = st.sampled_from(["id", "reply", "message", "lang", "sent", "fault", "name", "channel", "other"])


@given(st.binary(max_size=200) | st.dictionaries(keys, json_values).map(lambda record: json.dumps(record).encode()))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_line_is_a_reply_or_says_what_is_wrong(data: bytes) -> None:
    found = read_record(data, 7)
    assert found.line == 7
    if isinstance(found, Reply):
        record = json.loads(data)
        assert (found.text, found.id) == (record["reply"], record.get("id"))
    else:
        assert found.error.endswith(".")
