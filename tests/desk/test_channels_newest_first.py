"""Lists that give their newest first: whatever comes in between, wherever it stops, nothing is missed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from amends.desk.channels.newest_first import Entry, walk

BEGIN = datetime(2031, 5, 1, tzinfo=UTC)


def entry(number, seconds):
    return Entry((BEGIN + timedelta(seconds=seconds)).isoformat(), f"e{number}", {})


class Listed:
    """A list in pages; a page's token is the last entry on it, as most services do it."""

    def __init__(self, size):
        self.entries, self.size = [], size

    def page(self, token):
        order = sorted(self.entries, key=lambda one: (one.at, one.id), reverse=True)
        begin = next((n + 1 for n, one in enumerate(order) if one.id == token), 0) if token else 0
        page = order[begin : begin + self.size]
        more = len(order) > begin + self.size
        return page, page[-1].id if more else None


STEPS = st.lists(st.lists(st.integers(0, 5), max_size=12), min_size=1, max_size=8)


@given(STEPS, st.integers(1, 4), st.integers(1, 3), st.sampled_from([0, 3]))
def test_all_that_is_listed_is_found(steps, size, pages, overlap):
    listed, found, cursor, clock, number = Listed(size), [], {}, 0, 0
    for step in [*steps, []]:
        for later in step:
            # Several may have the same moment; none comes before one that was listed already.
            clock, number = clock + later, number + 1
            listed.entries.append(entry(number, clock))
        done = False
        for _look in range(200):
            walked = walk(cursor, listed.page, begin=BEGIN, pages=pages, overlap=timedelta(seconds=overlap))
            assert [one.at for one in walked.found] == sorted(one.at for one in walked.found)
            found += [one.id for one in walked.found]
            cursor, done = walked.cursor, walked.done
            if done:
                break
        assert done, "it comes to an end"
    assert set(found) == {one.id for one in listed.entries}


@given(st.lists(st.integers(1, 5), max_size=15), st.integers(1, 4))
def test_what_was_read_is_not_given_again(steps, size):
    listed, clock = Listed(size), 0
    for number, later in enumerate(steps):
        clock += later
        listed.entries.append(entry(number, clock))
    first = walk({}, listed.page, begin=BEGIN, pages=99)
    again = walk(first.cursor, listed.page, begin=BEGIN, pages=99)
    assert len(first.found) == len(steps) and again.found == [] and again.done


def test_what_is_older_than_the_beginning_is_left():
    listed = Listed(2)
    listed.entries += [entry(1, -100), entry(2, 100)]
    assert [one.id for one in walk({}, listed.page, begin=BEGIN).found] == ["e2"]


def test_moments_that_are_none_stop_nothing():
    listed = Listed(2)
    listed.entries += [Entry("yesterday", "x", {}), entry(2, 100)]
    assert [one.id for one in walk({}, listed.page, begin=BEGIN).found] == ["e2"]
