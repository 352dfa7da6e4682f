"""The score is monotone, the verdict a word that a person understands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.checker.catalogue import COMPONENTS, FAULTS, WHOLE_REPLY
from amends.checker.scoring import FAULT_PARTIES, Weights, order_of_help, score, severity, verdict

parts = st.sets(st.sampled_from(COMPONENTS))
wrongs = st.sets(st.sampled_from((*FAULTS, *WHOLE_REPLY)))
settings_of_score = st.builds(
    Weights,
    st.fixed_dictionaries({label: st.floats(0, 50) for label in COMPONENTS}),
    st.fixed_dictionaries({label: st.floats(0, 1) for label in (*FAULTS, *WHOLE_REPLY)}),
)


@given(parts, wrongs, st.sampled_from(COMPONENTS), settings_of_score)
def test_another_component_never_lowers_the_score(held: set[str], wrong: set[str], more: str, weights: Weights) -> None:
    assert score(held | {more}, wrong, weights) >= score(held, wrong, weights)


@given(parts, wrongs, st.sampled_from((*FAULTS, *WHOLE_REPLY)), settings_of_score)
def test_another_fault_never_raises_the_score(held: set[str], wrong: set[str], more: str, weights: Weights) -> None:
    assert score(held, wrong | {more}, weights) <= score(held, wrong, weights)


def test_the_ends_of_the_scale() -> None:
    assert score(COMPONENTS, ()) == 100
    assert score((), ()) == 0
    assert score(COMPONENTS, (), Weights(dict.fromkeys(COMPONENTS, 0.0))) == 0


def test_weights_that_would_break_the_order_are_refused() -> None:
    with pytest.raises(ValueError, match="'apology' is -1"):
        Weights({"apology": -1})
    with pytest.raises(ValueError, match="'but' is 2"):
        Weights(faults={"but": 2})


@pytest.mark.parametrize(
    ("held", "wrong", "expected"),
    [
        ((), (), "none"),
        (("explanation", "next-step"), (), "none"),
        (("apology",), (), "non-apology"),
        (("apology",), ("conditional",), "non-apology"),
        (("apology", "repair"), (), "partial"),
        (("responsibility",), (), "partial"),
        (("apology", "responsibility", "names-offence"), (), "partial"),
        (("apology", "responsibility", "names-offence", "repair"), (), "full"),
        (("apology", "responsibility", "names-offence", "repair"), ("but",), "partial"),
        (("names-offence",), ("denial",), "non-apology"),
        ((), ("blame-customer",), "non-apology"),
    ],
)
def test_verdicts(held: tuple[str, ...], wrong: tuple[str, ...], expected: str) -> None:
    assert verdict(held, wrong) == expected


def test_a_partial_apology_weighs_most_where_we_failed() -> None:
    for label in ("conditional", "but", "regret-only"):
        assert severity(label, "owner") == "error"
        assert severity(label, None) == "warning"
    assert all(severity("invented-admission", fault) == "error" for fault in (None, *FAULT_PARTIES))


def test_what_helps_most_comes_first() -> None:
    assert order_of_help()[:2] == ("responsibility", "repair")
    assert set(order_of_help()) == set(COMPONENTS)
    assert order_of_help(Weights({"empathy": 5}))[0] == "empathy"
