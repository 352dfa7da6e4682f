"""A sending of notes through a real Postfix, with the desk killed midway: each address exactly once."""

import pytest
from mail_servers import why_not
from notes_run import run

_PEOPLE = 300


@pytest.mark.skipif(bool(why_not("postfix")), reason=why_not("postfix"))
def test_each_address_gets_its_note_once_although_the_desk_is_killed(tmp_path):
    done = run(_PEOPLE, kills=1, data=tmp_path)
    print(done.states, done.told)
    assert len(done.mails) == _PEOPLE
    assert set(done.mails.values()) == {1}
    assert done.states == {"sent": _PEOPLE}
    assert done.promises == _PEOPLE
