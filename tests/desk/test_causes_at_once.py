"""Several people at the list of causes at once: no link is lost, nobody waits for ever."""

import contextlib
from threading import Barrier, Thread

import pytest
from django.db import connection

from amends.desk.cases.services import open_case
from amends.desk.causes import services
from amends.desk.causes.models import CaseCause, Cause
from amends.desk.causes.services import linking
from amends.desk.causes.services.naming import lock_causes
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.people.roles import INTAKE


@pytest.mark.django_db(transaction=True)
def test_links_and_merges_at_once(business, make_person, make_customer):
    agent, lead = make_person("agent"), make_person("lead")
    customer = make_customer()
    cases = [open_case(INTAKE, customer, channel="mail") for _ in range(8)]
    causes = [services.make_cause(agent, f"Cause {number}") for number in range(4)]
    troubles: list[Exception] = []
    begin = Barrier(4)

    def work(steps):
        begin.wait()
        try:
            for step in steps:
                with contextlib.suppress(WrongInput, WrongMove):
                    step()
        except Exception as error:
            troubles.append(error)
        finally:
            connection.close()

    def fresh(pk):
        return Cause.objects.get(pk=pk)

    jobs = [
        [lambda c=c: services.link(agent, c, fresh(causes[0].pk)) for c in cases],
        [lambda c=c: services.link(agent, c, fresh(causes[1].pk), main=True) for c in reversed(cases)],
        [
            lambda: services.merge(lead, fresh(causes[0].pk), fresh(causes[2].pk)),
            lambda: services.merge(lead, fresh(causes[1].pk), fresh(causes[2].pk)),
        ],
        [lambda: services.merge(lead, fresh(causes[2].pk), fresh(causes[3].pk))],
    ]
    threads = [Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert troubles == []
    for case in cases:
        links = CaseCause.objects.filter(case=case, until=None)
        assert links.filter(main=True).count() == 1
        assert not links.filter(cause__state="merged").exists()


@pytest.mark.django_db
def test_a_link_follows_a_cause_that_is_put_together_twice_meanwhile(business, make_person, make_customer, monkeypatch):
    agent, lead = make_person("agent"), make_person("lead")
    case = open_case(INTAKE, make_customer(), channel="mail")
    causes = [services.make_cause(agent, f"Cause {number}") for number in range(3)]
    merges = [(0, 1), (1, 2)]

    def lock_after_others(*wanted):
        if merges:
            source, target = (Cause.objects.get(pk=causes[place].pk) for place in merges.pop(0))
            services.merge(lead, source, target)
        lock_causes(*wanted)

    monkeypatch.setattr(linking, "lock_causes", lock_after_others)
    row = services.link(agent, case, causes[0])
    assert row.cause == causes[2]
    assert not merges
