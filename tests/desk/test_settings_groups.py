"""The tabs of the settings stand in groups; who may not see a tab does not see it, nor a group of none but such."""

import pytest
from django.urls import reverse

from amends.desk.pages import places


@pytest.mark.parametrize("role", ["owner", "lead", "agent", "junior"])
def test_each_tab_stands_on_the_page_of_its_group(role, make_person, signed_in):
    person = make_person(role)
    client = signed_in(person)
    seen = places.entries_for(person, places.settings_tabs)
    assert seen
    for name, words in places.GROUPS.items():
        tabs = [tab for tab in seen if tab.group == name]
        front = client.get(reverse("house:settings")).content.decode()
        assert (f">{words}</a>" in front) == bool(tabs)
        for tab in tabs:
            page = client.get(reverse(tab.address))
            assert page.status_code == 200, tab.address
            text = page.content.decode()
            assert f'aria-current="page">{tab.words}</a>' in text, tab.address
            assert all(f">{other.words}</a>" in text for other in tabs), tab.address


def test_a_tab_in_no_group_is_a_mistake():
    with pytest.raises(ValueError, match="stands in one of"):
        places.settings_tab(places.Entry("house:settings", "Lost"))
