"""What subjects say, in six languages and in those of customers' programs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.archive.subjects import read_subject, subject_kind


@pytest.mark.parametrize(
    "prefix",
    [
        *("Re:", "RE:", "re :", "Re[2]:", "Re(3):", "Re^2:", "Reply:"),
        *(
            "Ats:",
            "ATS.:",
            "Atsakymas:",
            "Odg:",
            "Odgovor:",
            "תשובה:",
            "השב:",
            "VS:",
            "Vs:",
            "Vast:",
            "Odp:",
            "Odpoveď:",
        ),
        *("AW:", "Antw:", "SV:", "RIF:", "Réf:", "RES:", "Vá:", "YNT:", "Atb:", "Отв:", "答复：", "回复:"),
        *("Re: Re:", "RE: AW: Re[4]:", "[help-list] Re:", "Re: [help-list]"),
    ],
)
def test_answers(prefix: str) -> None:
    found = read_subject(f"{prefix} Parcel  48213")
    assert found.answers
    assert found.base == "parcel 48213"


@pytest.mark.parametrize(
    "prefix",
    ["Fwd:", "FW:", "Pers:", "Persiųsta:", "Proslijeđeno:", "הועבר:", "Edasi:", "Preposlané:", "WG:", "TR:", "ENC:"],
)
def test_forwarded_mails(prefix: str) -> None:
    found = read_subject(f"{prefix} Siunta")
    assert found.forwards
    assert not found.answers
    assert found.base == "siunta"


@pytest.mark.parametrize(
    "subject",
    ["Return of my order", "Replacement: kettle", "Reference 12", "Edinburgh: late", "Vase broken", "Iron: broken"],
)
def test_words_that_only_begin_like_a_prefix(subject: str) -> None:
    found = read_subject(subject)
    assert not found.answers
    assert not found.forwards
    assert found.base == subject.lower()


def test_the_number_of_a_case_stays() -> None:
    assert read_subject("Re: [#48213] Broken").base == read_subject("[#48213] Broken").base
    assert read_subject("[#48213] Broken").base != read_subject("[#48214] Broken").base
    assert read_subject("[Ticket 48213] Broken").number
    assert not read_subject("[EXTERNAL] Broken").number
    assert read_subject("[EXTERNAL] Broken").base == "broken"


def test_nothing_is_left() -> None:
    assert read_subject("Re: ").base == ""
    assert read_subject("").base == ""
    assert not read_subject("Re").answers


@given(st.text(max_size=80))
def test_prefixes_change_nothing_about_the_rest(subject: str) -> None:
    base = read_subject(subject).base
    assert read_subject("Re: " + subject).base == base
    assert read_subject("RE: Fwd: " + subject).base == base
    assert read_subject("Re: " + subject).answers


def test_kinds() -> None:
    assert subject_kind("Undelivered Mail Returned to Sender") == "undelivered"
    assert subject_kind("Automatinis atsakymas: siunta") == "automatic"
    assert subject_kind("Read: Parcel") == "read"
    assert subject_kind("Parcel 48213") is None
