"""A unit of work: the same outcome as step by step, in fewer writes, and nothing of it when it fails."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amends.desk.cases import services
from amends.desk.cases.models import Case, CaseLog, Message
from amends.desk.people.roles import INTAKE
from amends.desk.states import lock
from amends.desk.unit import current_unit, one_unit

pytestmark = pytest.mark.django_db


def _story(case: Case) -> None:
    message = services.receive(INTAKE, case, text="It came broken.", channel="mail")
    services.keep_hearing(INTAKE, message, is_complaint=True, severity=60, kinds=["broken"])
    services.receive(INTAKE, case, text="And late.", channel="mail")


def _told(case: Case) -> tuple[object, ...]:
    case = Case.objects.get(pk=case.pk)
    acts = tuple(CaseLog.objects.filter(case=case).order_by("pk").values_list("act", flat=True))
    return case.state, case.severity, case.kinds, case.place is None, case.next_word_why, acts


def test_a_unit_tells_the_same_story_in_fewer_statements(make_case, business):
    apart, together = make_case(), make_case()
    with CaptureQueriesContext(connection) as step_by_step:
        _story(apart)
    with CaptureQueriesContext(connection) as at_once, one_unit():
        _story(together)
    assert _told(together) == _told(apart)
    assert len(at_once) < len(step_by_step)


def test_nothing_of_a_unit_that_fails_is_kept(make_case, business):
    case = make_case()
    before = CaseLog.objects.filter(case=case).count(), Message.objects.filter(case=case).count()
    with pytest.raises(RuntimeError), one_unit():
        _story(case)
        raise RuntimeError
    assert current_unit() is None
    assert (CaseLog.objects.filter(case=case).count(), Message.objects.filter(case=case).count()) == before


def test_a_second_object_of_the_same_row_sees_what_the_first_one_changed(make_case, business):
    first = make_case()
    second = Case.objects.get(pk=first.pk)
    with one_unit():
        lock(first)
        first.severity = 77
        services.refresh_place(first)
        assert lock(second).severity == 77
        second.urgency = 80
        services.refresh_place(second)
    kept = Case.objects.get(pk=first.pk)
    assert (kept.severity, kept.urgency) == (77, 80)


def test_a_unit_inside_a_unit_is_a_part_of_it(make_case, business):
    case = make_case()
    with pytest.raises(RuntimeError), one_unit() as outer:
        with one_unit() as inner:
            assert inner is outer
            services.receive(INTAKE, case, text="Again.", channel="mail")
        raise RuntimeError
    assert not Message.objects.filter(case=case, text="Again.").exists()
