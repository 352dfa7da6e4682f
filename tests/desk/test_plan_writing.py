"""The recovery plan: written by the owner, read by all, printed, kept in versions that lose no word."""

import json
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.desk.causes.services import cause_settings
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.house.services import house
from amends.desk.plan import services
from amends.desk.plan.content import cleaned
from amends.desk.plan.models import Part, PlanVersion
from amends.desk.remedies.services import change_authority

LIMITS = {"promises": "No day that the oven has not confirmed.", "stop": "Whoever sees harm stops it."}


def text_of(response):
    return response.content.decode()


def rows(*given):
    data = {"rows-TOTAL_FORMS": len(given), "rows-INITIAL_FORMS": 0}
    for index, row in enumerate(given):
        data |= {f"rows-{index}-{name}": value for name, value in row.items()}
    return data


def test_each_step_is_saved_by_itself_and_leads_to_the_next(business, owner, signed_in):
    browser = signed_in(owner)
    assert "Not written yet." in text_of(browser.get(reverse("plan:plan")))
    first = rows({"minute": 20, "step": "Find who is hurt", "who": "Lena"}, {"minute": 5, "step": "Stop the oven"}, {})
    answer = browser.post(reverse("plan:write", args=["first-hour"]), {"seen": 0, "next": 1, **first})
    assert answer.headers["Location"] == reverse("plan:write", args=["people"])
    kept = services.current().content["first-hour"]["rows"]
    assert [(row["minute"], row["step"]) for row in kept] == [(5, "Stop the oven"), (20, "Find who is hurt")]
    phone = rows({"name": "Olga", "phone": "+370 600 00001", "hours": "always", "deputy": "Lena"})
    assert browser.post(reverse("plan:write", args=["people"]), {"seen": 0, **phone}).status_code == 302
    page = text_of(browser.get(reverse("plan:plan")))
    assert "Stop the oven" in page
    assert "+370 600 00001" in page


def test_the_settings_follow_the_plan(business, owner, lead, signed_in):
    given = {"seen": 0, "freely": "Say sorry.", "asks": "", "first_word_hours": 4, "second_failures": lead.pk}
    signed_in(owner).post(reverse("plan:write", args=["authority"]), given)
    assert house().first_word_hours == 4
    assert cause_settings().second_failures == lead
    page = text_of(signed_in(owner).get(reverse("plan:print")))
    assert "within 4 hours" in page
    assert "Lena Lead" in page


def test_a_setting_that_is_not_possible_keeps_the_plan_as_it_was(business, owner):
    with pytest.raises(WrongInput):
        services.write_authority(owner, {"freely": "Say sorry."}, first_word_hours=0, second_failures=None)
    assert services.current() is None


def test_the_printed_page_shows_limits_as_they_are_set(business, owner, signed_in):
    services.write_part(owner, Part.LIMITS, LIMITS)
    change_authority(
        owner,
        "junior",
        kinds={"voucher": Decimal(17)},
        per_case=Decimal(41),
        per_customer=None,
        per_month=None,
        per_cause=None,
    )
    page = text_of(signed_in(owner).get(reverse("plan:print")))
    assert "41.00" in page
    assert LIMITS["promises"] in page


@pytest.mark.parametrize("role", ["lead", "agent", "junior"])
def test_all_of_staff_read_it_and_only_the_owner_writes(business, owner, make_person, signed_in, role):
    services.write_part(owner, Part.LIMITS, LIMITS)
    person = make_person(role)
    browser = signed_in(person)
    for address in ("plan:plan", "plan:print", "plan:versions"):
        assert browser.get(reverse(address)).status_code == 200
    page = text_of(browser.get(reverse("plan:plan")))
    assert LIMITS["stop"] in page
    assert reverse("plan:write", args=["limits"]) not in page
    assert browser.get(reverse("plan:write", args=["limits"])).status_code == 403
    assert browser.post(reverse("plan:version", args=[1])).status_code == 403
    with pytest.raises(NotAllowed):
        services.write_part(person, Part.LIMITS, {"stop": "Never."})


def test_the_plan_is_not_for_strangers(client, business):
    assert client.get(reverse("plan:print")).status_code == 302


def test_what_somebody_else_wrote_is_not_overwritten_unseen(business, owner, make_person, signed_in):
    services.write_part(owner, Part.LIMITS, LIMITS)
    answer = signed_in(make_person("owner")).post(
        reverse("plan:write", args=["limits"]), {"seen": 0, "promises": "My own words.", "stop": ""}
    )
    assert answer.status_code == 422
    assert "My own words." in text_of(answer)
    assert services.current().content["limits"]["promises"] == LIMITS["promises"]


def test_too_long_words_stay_in_the_form(business, owner, signed_in):
    answer = signed_in(owner).post(
        reverse("plan:write", args=["limits"]), {"seen": 0, "promises": "x" * 401, "stop": "Kept"}
    )
    assert answer.status_code == 422
    assert "Kept" in text_of(answer)
    assert not PlanVersion.objects.exists()


def test_a_line_without_a_name_is_asked_for(business, owner, signed_in):
    answer = signed_in(owner).post(
        reverse("plan:write", args=["people"]), {"seen": 0, **rows({"phone": "+370 600 00001"})}
    )
    assert answer.status_code == 422
    assert "+370 600 00001" in text_of(answer)


def test_who_wrote_what_is_in_the_log_and_in_the_versions(business, owner, signed_in):
    services.write_part(owner, Part.LIMITS, LIMITS)
    services.write_part(owner, Part.LIMITS, {**LIMITS, "stop": "Olga alone."})
    assert DeskLog.objects.filter(act="plan.written", person=owner).count() == 2
    browser = signed_in(owner)
    assert "Olga Owner" in text_of(browser.get(reverse("plan:versions")))
    page = text_of(browser.get(reverse("plan:version", args=[2])))
    assert "Olga alone." in page
    assert LIMITS["stop"] in page
    browser.post(reverse("plan:version", args=[1]))
    assert services.current().content["limits"]["stop"] == LIMITS["stop"]
    assert services.current().number == 3


def test_a_version_is_never_changed_or_deleted(business, owner):
    version = services.write_part(owner, Part.LIMITS, LIMITS)
    with pytest.raises(TypeError):
        version.save()
    with pytest.raises(TypeError):
        version.delete()


words = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=30)
writing = st.tuples(
    st.just("write"),
    st.one_of(
        st.tuples(st.just(Part.LIMITS), st.fixed_dictionaries({"promises": words, "stop": words})),
        st.tuples(st.just(Part.WORDS), st.fixed_dictionaries({"first_words": words, "never": words})),
    ),
)
bringing = st.tuples(st.just("bring"), st.integers(1, 8))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(writing, bringing), max_size=8))
def test_versions_never_lose_words(business, owner, steps):
    """Whatever is written and brought back: every version stands as it was, and all that was ever saved is in one."""
    PlanVersion.objects.all().delete()
    saved, stood, model = [], {}, {}
    for act, what in steps:
        if act == "write":
            part, given_words = what
            services.write_part(owner, part, given_words)
            saved.append((part, cleaned(part, given_words)))
            model[part] = saved[-1][1]
        elif what in stood:
            version = services.bring_back(owner, what)
            row = PlanVersion.objects.get(number=what)
            model[row.part] = row.content[row.part]
            assert version is None or version.number == max(stood) + 1
        for row in PlanVersion.objects.all():
            assert stood.setdefault(row.number, json.dumps(row.content)) == json.dumps(row.content)
    assert sorted(stood) == list(range(1, len(stood) + 1))
    assert (services.current().content if stood else {}) == model
    kept = [(row.part, row.content[row.part]) for row in PlanVersion.objects.all()]
    assert all(one in kept for one in saved)
