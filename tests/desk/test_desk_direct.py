"""The desk behind a server that passes on everything it is sent."""

import pytest

from amends.desk import direct

FORGED = {"HTTP_X_FORWARDED_FOR": "10.9.8.7, 192.0.2.5", "HTTP_X_FORWARDED_PROTO": "https"}


def _asked(monkeypatch, **environ):
    """What the desk sees of a request, and what the visitor is told."""
    seen, told = {}, []
    monkeypatch.setattr(direct, "_desk", lambda environ, start: seen.update(environ) or [b"fine"])
    answer = direct.application({"REMOTE_ADDR": "192.0.2.1", **environ}, lambda status, headers: told.append(status))
    return seen, told, b"".join(answer)


def test_a_visitor_cannot_pass_for_another_address(monkeypatch, settings):
    settings.TRUSTED_PROXY = ""
    seen, _told, _answer = _asked(monkeypatch, **FORGED)
    assert seen["REMOTE_ADDR"] == "192.0.2.1"
    assert not set(FORGED) & set(seen)


def test_the_trusted_proxy_is_believed_about_the_address_it_saw(monkeypatch, settings):
    settings.TRUSTED_PROXY = "192.0.2.1"
    seen, _told, _answer = _asked(monkeypatch, **FORGED)
    assert seen["REMOTE_ADDR"] == "192.0.2.5"
    assert seen["HTTP_X_FORWARDED_PROTO"] == "https"


@pytest.mark.parametrize("length", ["999999999999", "1000000001"])
def test_what_is_larger_than_any_upload_is_refused_unread(monkeypatch, settings, length):
    settings.LARGEST_UPLOAD = 1_000_000
    seen, told, _answer = _asked(monkeypatch, CONTENT_LENGTH=length)
    assert (seen, told) == ({}, ["413 Content Too Large"])


@pytest.mark.parametrize("length", ["", "none", "-5", "20"])
def test_other_lengths_go_on(monkeypatch, settings, length):
    _seen, told, answer = _asked(monkeypatch, CONTENT_LENGTH=length)
    assert (told, answer) == ([], b"fine")
