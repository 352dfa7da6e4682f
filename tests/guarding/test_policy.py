from pathlib import Path

import pytest

from amends.guarding import Policy, PolicyError, guard, read_policy


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"labels": {"favor": "hold"}}, "labels: one of .* Did you mean 'favour'?"),
        ({"labels": {"favour": "stop"}}, "labels.favour: one of pass, rewrite-needed, hold is expected, not 'stop'"),
        ({"labels": {"other-language": "hold"}}, "labels: one of"),
        ({"severities": {"fatal": "hold"}}, "severities: one of"),
        ({"missing": "yes"}, "missing: one of"),
        ({"wrong_language": None}, "wrong-language: one of"),
        ({"required": frozenset({"regret"})}, "required: one of"),
        ({"may_promise": frozenset({"refund"})}, "may-promise: one of"),
        ({"for_people": frozenset({"furious"})}, "for-people: one of"),
        ({"longest": 0}, "longest: a number above 0"),
        ({"longest": True}, "longest: a number above 0"),
        ({"longest": "9"}, "longest: a number above 0"),
    ],
)
def test_a_policy_that_would_not_hold_is_refused(settings, told: str) -> None:
    with pytest.raises(PolicyError, match=told):
        Policy(**settings)


def test_a_policy_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        'unconfirmed = "rewrite-needed"\nmay-promise = ["act", "time"]\nlongest = 900\n'
        '[labels]\nself-praise = "hold"\n[severities]\nnote = "rewrite-needed"\n',
        encoding="utf-8",
    )
    policy = read_policy(path)
    assert policy.unconfirmed == "rewrite-needed"
    assert policy.may_promise == {"act", "time"}
    assert policy.longest == 900
    assert policy.labels == {**Policy().labels, "self-praise": "hold"}
    assert policy.severities == {"error": "hold", "warning": "rewrite-needed", "note": "rewrite-needed"}
    assert policy.wrong_language == Policy().wrong_language
    assert guard("We pride ourselves on our service.", policy=policy).outcome == "hold"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"unconfirmd = 'hold'", "there is no setting 'unconfirmd'. Did you mean 'unconfirmed'?"),
        (b"required = 'apology'", "required: a list of words is expected, not 'apology'."),
        (b"required = [1]", "required: a list of words is expected"),
        (b"labels = ['favour']", "labels: a table is expected"),
        (b"labels = {favour = 'no'}", "labels.favour: one of"),
        (b"missing = ['hold']", "missing: one of"),
        (b"missing =", "is no TOML"),
        (b"\xff", "cannot be read"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_with_its_name(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(content)
    with pytest.raises(PolicyError) as caught:
        read_policy(path)
    assert str(caught.value).startswith(str(path))
    assert told in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"nothing\.toml: cannot be read"):
        read_policy(tmp_path / "nothing.toml")
