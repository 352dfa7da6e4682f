"""Pages of remedies: the case, the list, approval by a link, limits, the budget; per role."""

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amends.desk.cases.services import record_out, record_recovery
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.models import Team
from amends.desk.remedies import services
from amends.desk.remedies.models import Authority, Budget, Remedy, Till
from amends.desk.remedies.services import Offer

D = Decimal


def text_of(response):
    return response.content.decode()


@pytest.fixture
def case(make_case):
    return make_case(text="The cake of 48.00 € never came, order LT-10442.", kinds=["missing"])


@pytest.fixture
def browser(agent, signed_in, case):
    return signed_in(agent)


def offer(kind="refund", amount="24.90", **more):
    fields = {"kind": kind, "amount": amount, "currency": "EUR", **more}
    return {f"remedy-{name}": value for name, value in fields.items()}


def waiting(agent, case, amount="160"):
    return services.propose(agent, case, Offer("refund", amount=D(amount)), reason="It was her wedding.")


def test_the_case_page_offers_and_advises(browser, case):
    page = text_of(browser.get(reverse("cases:case", args=[case.public_id])))
    assert "What makes it good" in page
    assert "Haesevoets" in page
    assert "72.00" in page


def test_a_remedy_is_decided_told_and_done_by_forms(browser, case, agent):
    answer = browser.post(reverse("remedies:add", args=[case.public_id]), offer(amount="24,90"))
    assert answer.status_code == 303
    row = Remedy.objects.get()
    assert (row.state, row.amount) == ("decided", D("24.90"))
    said = record_out(agent, case, text="We pay back 24.90 € by Friday.", channel="mail", delivery="sent")
    page = text_of(browser.get(reverse("remedies:remedy", args=[row.pk])))
    assert re.search(rf'<option value="{said.pk}" selected', page)
    prefix = f"tell-{row.pk}"
    told = {f"{prefix}-act": "We pay back 24.90 €", f"{prefix}-day": "2031-06-12", f"{prefix}-message": said.pk}
    assert browser.post(reverse("remedies:tell", args=[row.pk]), told).status_code == 303
    prefix = f"finish-{row.pk}"
    receipt = SimpleUploadedFile("receipt.txt", b"Transfer 4471")
    done = {f"{prefix}-paid": "24.90", f"{prefix}-proof": "Transfer", f"{prefix}-file": receipt}
    assert browser.post(reverse("remedies:finish", args=[row.pk]), done).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.promise.state, row.proof_file.name) == ("done", "kept", "receipt.txt")
    assert "receipt.txt" in text_of(browser.get(reverse("remedies:remedy", args=[row.pk])))


def test_above_ones_authority_the_form_keeps_what_was_written_and_asks_why(browser, case):
    address = reverse("remedies:add", args=[case.public_id])
    answer = browser.post(address, offer(amount="200", what="All of it"))
    assert answer.status_code == 422
    assert "more than you decide alone" in text_of(answer)
    assert "All of it" in text_of(answer)
    browser.post(address, offer(amount="200", reason="It was her wedding."))
    assert Remedy.objects.get().state == "waiting"


def test_a_second_one_is_held_until_somebody_says_why(browser, case):
    address = reverse("remedies:add", args=[case.public_id])
    browser.post(address, offer())
    answer = browser.post(address, offer(amount="5"))
    assert answer.status_code == 422
    assert "Write why there should be a second" in text_of(answer)
    assert browser.post(address, offer(amount="5", why_again="Postage")).status_code == 303


def test_an_idea_is_kept_and_decided_later(browser, case):
    data = offer("gesture", amount="", what="Flowers", cost="12", idea="White ones", by="2031-05-02") | {"do": "idea"}
    browser.post(reverse("remedies:add", args=[case.public_id]), data)
    row = Remedy.objects.get()
    assert row.state == "proposed"
    assert "White ones" in text_of(browser.get(reverse("cases:case", args=[case.public_id])))
    browser.post(reverse("remedies:decide", args=[row.pk]), {"do": "decide"})
    row.refresh_from_db()
    assert row.state == "decided"


def test_advice_follows_what_is_typed(browser, case):
    address = reverse("remedies:advice", args=[case.public_id])
    assert "beyond about" in text_of(browser.get(address, offer(amount="40")))
    assert "personal word say more" in text_of(browser.get(address, offer(amount="100")))
    assert browser.get(address, offer(amount="much")).status_code == 200


def test_a_link_prefetched_decides_nothing_and_a_press_decides(case, agent, lead, signed_in):
    row = waiting(agent, case)
    mail = OutgoingMessage.objects.get(purpose="remedy-approval")
    link = re.search(r"/remedies/approve/\S+", mail.text)[0]
    stranger = signed_in(agent)
    assert stranger.get(link).status_code == 404
    anonymous = Client().get(link)
    assert anonymous.status_code == 302
    assert reverse("people:sign-in") in anonymous.headers["Location"]
    reader = signed_in(lead)
    for method in (reader.get, reader.head, reader.get):
        assert method(link).status_code == 200
    row.refresh_from_db()
    assert row.state == "waiting"
    assert "It was her wedding." in text_of(reader.get(link))
    refused = reader.post(link, {"do": "refuse"})
    assert refused.status_code == 422
    assert reader.post(link, {"do": "approve"}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("decided", lead)
    assert reader.post(link, {"do": "approve"}).status_code == 404


def test_a_link_without_the_token_of_the_form_is_refused(case, agent, lead):
    row = waiting(agent, case)
    link = re.search(r"/remedies/approve/\S+", OutgoingMessage.objects.get(purpose="remedy-approval").text)[0]
    client = Client(enforce_csrf_checks=True)
    client.force_login(lead)
    assert client.post(link, {"do": "approve"}).status_code == 403
    row.refresh_from_db()
    assert row.state == "waiting"


def test_on_the_desk_it_is_one_press(case, agent, lead, signed_in):
    row = waiting(agent, case)
    reader = signed_in(lead)
    assert reader.get(reverse("pages:waiting")).json()["remedies:list"] == 1
    page = text_of(reader.get(reverse("cases:case", args=[case.public_id])))
    assert reverse("remedies:approve", args=[row.pk]) in page
    own = text_of(signed_in(agent).get(reverse("cases:case", args=[case.public_id])))
    assert reverse("remedies:approve", args=[row.pk]) not in own
    assert signed_in(agent).post(reverse("remedies:approve", args=[row.pk]), {"do": "approve"}).status_code == 403
    assert reader.post(reverse("remedies:approve", args=[row.pk]), {"do": "approve"}).status_code == 303


def test_the_list_finds_and_counts(browser, case, agent, make_case, signed_in, lead):
    services.propose(agent, case, Offer("refund", amount=D(5), order_number="LT-10442"))
    services.propose(agent, make_case(), Offer("gesture", what="Flowers", cost=D(5)), decide=False)
    waiting(agent, make_case())

    def shown(client=browser, **asked):
        return [str(row.in_short) for row in client.get(reverse("remedies:list"), asked).context["rows"]]

    assert len(shown()) == 3
    assert [len(shown(state=state)) for state in ("untold", "proposed", "waiting", "done")] == [1, 1, 1, 0]
    assert len(shown(kind="gesture")) == len(shown(q="flowers")) == len(shown(q="10442")) == 1
    assert (len(shown(whose="decide")), len(shown(signed_in(lead), whose="decide"))) == (0, 1)
    assert len(shown(since="2031-01-01")) == 0
    assert len(shown(state="nonsense", page="-3")) == 3


def test_the_list_asks_little_however_long_it_is(browser, make_case, agent, django_assert_max_num_queries):
    for _number in range(8):
        services.propose(agent, make_case(), Offer("refund", amount=D(5)))
    with django_assert_max_num_queries(12):
        browser.get(reverse("remedies:list"))


def test_csv_for_leads_without_formulas(case, agent, lead, signed_in, browser):
    services.propose(agent, case, Offer("refund", amount=D(5), what='=HYPERLINK("http://evil")'))
    assert browser.get(reverse("remedies:csv")).status_code == 403
    answer = signed_in(lead).get(reverse("remedies:csv"))
    words = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "'=HYPERLINK" in words
    assert ",5.00,EUR," in words


@pytest.mark.parametrize("role", ["junior", "agent", "lead", "owner"])
def test_pages_per_role(role, make_person, signed_in, case):
    client = signed_in(make_person(role))
    leads = 200 if role in ("lead", "owner") else 403
    expected = {
        "list": 200,
        "limits:settings": 200,
        "till": 200,
        "budget": leads,
        "limits:tills": leads,
        "csv": leads,
    }
    for name, status in expected.items():
        assert client.get(reverse(f"remedies:{name}")).status_code == status, name
    saved = client.post(reverse("remedies:limits:settings"), {"form": "budget", "budget-per_month": "500"})
    assert saved.status_code == (302 if role == "owner" else 403)
    assert Budget.objects.count() == (1 if role == "owner" else 0)


def test_a_junior_sees_no_button_to_approve(case, agent, junior, signed_in):
    row = waiting(agent, case)
    client = signed_in(junior)
    assert reverse("remedies:approve", args=[row.pk]) not in text_of(
        client.get(reverse("cases:case", args=[case.public_id]))
    )
    assert client.post(reverse("remedies:approve", args=[row.pk]), {"do": "approve"}).status_code == 403


def test_the_owner_sets_limits_budgets_and_currencies(owner, signed_in, business):
    client = signed_in(owner)
    address = reverse("remedies:limits:settings")
    team = Team.objects.create(name="Sweets")
    limits = {"form": "junior", "junior-may_refund": "on", "junior-kind_refund": "12,50", "junior-per_case": "20"}
    assert client.post(address, limits).status_code == 302
    row = Authority.objects.get(role="junior")
    assert (row.kinds, row.per_case, row.per_month) == ({"refund": "12.50"}, D(20), None)
    assert client.post(address, {"form": "junior", "junior-per_case": "-1"}).status_code == 422
    client.post(address, {"form": f"budget-{team.pk}", f"budget-{team.pk}-per_month": "100"})
    assert Budget.objects.get().team == team
    general = {"form": "general", "currency": "eur", "rates": "usd 0.92", "voucher_days": "90", "approval_hours": "24"}
    assert client.post(address, general).status_code == 302
    assert services.remedy_settings().rates == {"USD": "0.92"}
    assert client.post(address, general | {"rates": "usd much"}).status_code == 422


def test_the_budget_page_shows_where_it_goes_and_customers_kept(case, agent, lead, owner, signed_in, first_message):
    services.set_budget(owner, None, D(100))
    services.propose(agent, case, Offer("refund", amount=D(40)))
    record_recovery(agent, case, first_message(case))
    page = text_of(signed_in(lead).get(reverse("remedies:budget")))
    assert "40.00" in page
    assert "60.00" in page
    assert "Refund" in page
    assert "Agent" in page
    # Roles, never people.
    assert agent.name not in page
    context = signed_in(lead).get(reverse("remedies:budget")).context["page"]
    assert (context.kept.cases, context.kept.recovered, context.kept.cost) == (1, 1, D(40))
    assert signed_in(lead).get(reverse("remedies:budget"), {"month": "nonsense"}).status_code == 200


def test_hostile_words_are_shown_as_words(browser, case, agent):
    evil = "<script>alert(1)</script>"
    row = services.propose(agent, case, Offer("gesture", what=evil, cost=D(5), idea=evil, for_what=evil))
    for address in (reverse("remedies:list"), reverse("remedies:remedy", args=[row.pk])):
        assert evil not in text_of(browser.get(address))


def test_tills_are_made_shown_once_and_ended(lead, signed_in, business):
    client = signed_in(lead)
    page = text_of(client.post(reverse("remedies:limits:tills"), {"do": "make", "name": "Counter", "days": "30"}))
    assert re.search(r"/till/[\w-]{40,}/", page)
    assert not re.search(r"/till/[\w-]{40,}/", text_of(client.get(reverse("remedies:limits:tills"))))
    till = Till.objects.get()
    assert till.works
    client.post(reverse("remedies:limits:tills"), {"do": "revoke", "till": till.pk})
    till.refresh_from_db()
    assert not till.works
    assert till.expires_at > timezone.now()


def test_the_demonstration_shows_remedies_and_goes_without_a_trace(db, run_clock):
    from amends.desk.demonstration.services import load, remove
    from amends.desk.people.models import Person
    from amends.desk.people.roles import DESK
    from amends.desk.remedies.demonstration import show
    from amends.desk.remedies.models import Spending, Voucher

    load(DESK)
    for _time in range(2):
        show(DESK)
    states = {"told", "done", "decided", "waiting", "proposed", "refused"}
    assert set(Remedy.objects.values_list("state", flat=True)) == states
    assert Remedy.objects.count() == 6
    # Nothing of it leaves the machine.
    assert all(to.endswith("demo.example") for mail in OutgoingMessage.objects.all() for to in mail.to)
    remove(Person.objects.get(email="olga@demo.example"))
    assert not any(model.objects.exists() for model in (Remedy, Spending, Voucher))
