"""Which messages belong to one conversation, and which are copies of one.

A message belongs to those that its headers name (Message-ID, References, In-Reply-To) or that its source puts into the
same conversation; where neither helps, to the latest one between the same two people under the same subject, if its
own subject says that it is an answer. The result does not depend on the order in which the messages come, and the time
grows with their number (and with its logarithm, for sorting). What is kept of a message while threads are built is a
few numbers, so that a million of them take some ten megabytes.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import numpy as np

from amends.archive.message import Message
from amends.archive.subjects import read_subject

__all__ = ["LONGEST_PAUSE", "Thread", "ThreadBuilder", "Threads", "components", "threads"]

LONGEST_PAUSE: Final = 90 * 86_400.0
"""Seconds after which an equal subject no longer makes an answer."""

# A message that went to many: answers to it are conversations of their own, one for each customer.
_MOST_CUSTOMERS = 3
# An id that so many different messages carry identifies none of them.
_MOST_CARRIERS = 3

_Numbers = np.ndarray[Any, np.dtype[Any]]


class Thread(NamedTuple):
    """One conversation.

    Attributes:
        id: The same for the same messages, in whatever order they were read.
        messages: Its messages in the order in which they were sent, each once.
        copies: Further copies of them, in the same order.
    """

    id: str
    messages: tuple[Message, ...]
    copies: tuple[Message, ...]


class Threads(NamedTuple):
    """Which message belongs to which thread, by the order in which they were added.

    Attributes:
        thread: The number of each message's thread, from 0 in the order in which the threads begin.
        place: The place of each message in its thread, from 0; of a copy, that of the message that it is a copy of.
        copy: Whether it is a copy of another.
        ids: The id of each thread.
    """

    thread: _Numbers
    place: _Numbers
    copy: _Numbers
    ids: list[str]


def _number(*parts: str) -> int:
    """A number from 1 on that stands for some words."""
    digest = blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


# The same people write, and the same conversation is spoken of, many times one after the other.
_known_number = lru_cache(maxsize=8_192)(_number)


class ThreadBuilder:
    """Takes messages one by one and tells at the end which belong together."""

    def __init__(self) -> None:
        self._id = array("Q")
        self._hint = array("Q")
        self._subject = array("Q")
        self._answers = array("b")
        self._sender = array("Q")
        self._customer = array("b")
        self._sent = array("d")
        self._sent_otherwise = array("d")
        self._content = array("Q")
        self._place = array("Q")
        self._references = array("Q")
        self._reference_ends = array("Q")
        self._recipients = array("Q")
        self._recipient_ends = array("Q")

    def __len__(self) -> int:
        return len(self._id)

    def add(self, message: Message) -> None:
        """Take a message; nothing of it is kept but numbers."""
        subject = read_subject(message.subject)
        sender = message.author.key or message.author.name.casefold()
        self._id.append(_number("id", message.id) if message.id else 0)
        self._hint.append(_known_number("hint", message.thread) if message.thread else 0)
        self._subject.append(_known_number("subject", subject.base) if subject.base else 0)
        self._answers.append(subject.answers or subject.number)
        self._sender.append(_known_number("person", sender) if sender else 0)
        self._customer.append(message.side == "customer")
        self._sent.append(message.sent.timestamp() if message.sent is not None else float("nan"))
        otherwise = message.sent_otherwise
        self._sent_otherwise.append(otherwise.timestamp() if otherwise is not None else float("nan"))
        self._content.append(_number("content", sender, subject.base, message.text))
        self._place.append(_number("place", message.place))
        # Ids of messages and of what they answer are numbers of one kind.
        self._references.extend(_number("id", one) for one in message.answers)
        self._reference_ends.append(len(self._references))
        keys = {one.key or one.name.casefold() for one in message.recipients} - {"", sender}
        self._recipients.extend(sorted(_known_number("person", key) for key in keys))
        self._recipient_ends.append(len(self._recipients))

    def extend(self, others: "ThreadBuilder") -> None:
        """Take what another took, as if it had been added here; so the numbers can be made in many processes."""
        for name in ("_reference_ends", "_recipient_ends"):
            begin = len(getattr(self, name.replace("_ends", "s")))
            getattr(self, name).extend(array("Q", (end + begin for end in getattr(others, name))))
        whole = ("_id", "_hint", "_subject", "_answers", "_sender", "_customer", "_content", "_place")
        for name in (*whole, "_sent", "_sent_otherwise"):
            getattr(self, name).extend(getattr(others, name))
        self._references.extend(others._references)
        self._recipients.extend(others._recipients)

    def to_arrays(self) -> dict[str, _Numbers]:
        """All that is kept, by name, to be stored."""
        return {name.strip("_"): np.array(getattr(self, name)) for name in self.__dict__}

    @classmethod
    def from_arrays(cls, stored: Mapping[str, _Numbers]) -> "ThreadBuilder":
        """What `to_arrays` gave."""
        made = cls()
        for name, kept in made.__dict__.items():
            kept.frombytes(np.ascontiguousarray(stored[name.strip("_")], dtype=kept.typecode).tobytes())
        return made

    def threads(self, *, month_first: bool = False) -> Threads:
        """Tell which messages belong together; more can be added afterwards, and it be asked again.

        Args:
            month_first: Whether dates that can be read either way are read month first.
        """
        count = len(self)
        if not count:
            nothing = np.zeros(0, dtype=np.int64)
            return Threads(nothing, nothing, nothing.astype(bool), [])
        sent = np.array(self._sent)
        if month_first:
            otherwise = np.array(self._sent_otherwise)
            sent = np.where(np.isnan(otherwise), sent, otherwise)
        content, place = np.array(self._content), np.array(self._place)
        sender = np.array(self._sender)
        order = np.lexsort((place, content, sender, np.nan_to_num(sent, nan=np.inf)))
        original = self._originals(order, sent, sender, content)
        ids = self._usable_ids(original)
        edges = [*self._edges_of_headers(ids), self._edges_of_hints()]
        labels = components(count, edges)
        labels = components(count, [*edges, self._edges_of_subjects(order, original, ids)])
        labels = self._apart_by_customer(labels, order)
        # A copy goes where its original went.
        labels = labels[original]
        return self._numbered(labels, order, original, np.where(ids != 0, ids, content ^ place))

    def _originals(self, order: _Numbers, sent: _Numbers, sender: _Numbers, content: _Numbers) -> _Numbers:
        """For each message the index of the one that it is a copy of; its own for all others."""
        ids, place = np.array(self._id), np.array(self._place)
        dated = ~np.isnan(sent)
        moment = np.where(dated, sent, 0).astype(np.int64).astype(np.uint64)
        # Copies of a mail agree in id, sender and moment; lists and servers change their words. What has no id agrees
        # in its words instead, and where sender or moment are unknown too it is a copy only if it was read twice.
        when = np.where(dated, moment, 1)
        words = np.where((ids != 0) & dated, 0, content)
        when = np.where((ids == 0) & ~(dated & (sender != 0)), place, when)
        keys = (ids, sender, when, words)
        rank = np.empty(len(ids), dtype=np.int64)
        rank[order] = np.arange(len(ids))
        by_key = np.lexsort((rank, *keys))
        same = np.ones(len(ids) - 1, dtype=bool)
        for key in keys:
            same &= key[by_key[1:]] == key[by_key[:-1]]
        first = np.concatenate(([True], ~same))
        found = np.empty(len(ids), dtype=np.int64)
        found[by_key] = by_key[np.flatnonzero(first)[np.cumsum(first) - 1]]
        return found

    def _usable_ids(self, original: _Numbers) -> _Numbers:
        """The ids that identify something; 0 in the place of those that many different messages carry."""
        ids = np.array(self._id)
        own = ids[(original == np.arange(len(ids))) & (ids != 0)]
        own.sort()
        # In order, an id that is carried so often stands in two places that far apart.
        carried = own[: 1 - _MOST_CARRIERS][own[_MOST_CARRIERS - 1 :] == own[: 1 - _MOST_CARRIERS]]
        return np.where(_is_among(ids, carried), 0, ids) if len(carried) else ids

    def _edges_of_headers(self, ids: _Numbers) -> list[tuple[_Numbers, _Numbers]]:
        """Pairs of messages that carry or name the same id."""
        references = np.array(self._references)
        ends = np.array(self._reference_ends, dtype=np.int64)
        holder = np.repeat(np.arange(len(ids)), np.diff(ends, prepend=0))
        useless = np.sort(np.array(self._id)[ids == 0])
        if useless[-1:].any():
            kept = ~_is_among(references, useless)
            holder, references = holder[kept], references[kept]
        named = np.flatnonzero(ids)
        return [_joined_by(np.concatenate((named, holder)), np.concatenate((ids[named], references)))]

    def _edges_of_hints(self) -> tuple[_Numbers, _Numbers]:
        hints = np.array(self._hint)
        hinted = np.flatnonzero(hints)
        return _joined_by(hinted, hints[hinted])

    def _edges_of_subjects(self, order: _Numbers, original: _Numbers, ids: _Numbers) -> tuple[_Numbers, _Numbers]:
        """Pairs of an answer whose headers lead nowhere and the latest message that it can be an answer to."""
        references = np.array(self._references)
        ends = np.array(self._reference_ends, dtype=np.int64)
        leads = np.zeros(len(ids), dtype=bool)
        holder = np.repeat(np.arange(len(ids)), np.diff(ends, prepend=0))
        leads[holder[_is_among(references, np.sort(ids[ids != 0]))]] = True
        subject, hint = self._subject, self._hint
        looks_for_one = (np.array(self._answers, dtype=bool) & ~leads & (np.array(hint) == 0)).tolist()
        is_copy = (original != np.arange(len(ids))).tolist()
        latest: dict[tuple[int, int, int], tuple[int, float]] = {}
        first: list[int] = []
        second: list[int] = []
        recipient_ends, recipients = self._recipient_ends, self._recipients
        for index in order.tolist():
            if not subject[index] or is_copy[index]:
                continue
            sender, sent = self._sender[index], self._sent[index]
            begin = recipient_ends[index - 1] if index else 0
            people = recipients[begin : recipient_ends[index]]
            looks = looks_for_one[index]
            for other in people:
                pair = (subject[index], *((sender, other) if sender < other else (other, sender)))
                if looks and pair in latest:
                    before, when = latest[pair]
                    if not sent - when > LONGEST_PAUSE:
                        first.append(index)
                        second.append(before)
                latest[pair] = (index, sent)
        return np.array(first, dtype=np.int64), np.array(second, dtype=np.int64)

    def _apart_by_customer(self, labels: _Numbers, order: _Numbers) -> _Numbers:
        """Threads in which many customers answer one message of ours, one for each customer."""
        customer = np.array(self._customer, dtype=bool)
        sender = np.array(self._sender)
        threads_of, people = labels[customer], sender[customer]
        by_thread = np.lexsort((people, threads_of))
        threads_of, people = threads_of[by_thread], people[by_thread]
        new = np.ones(len(people), dtype=bool)
        new[1:] = (threads_of[1:] != threads_of[:-1]) | (people[1:] != people[:-1])
        threads_of, people = threads_of[new], people[new]
        crowd = set(
            threads_of[:-_MOST_CUSTOMERS][threads_of[_MOST_CUSTOMERS:] == threads_of[:-_MOST_CUSTOMERS]].tolist()
        )
        if not crowd:
            return labels
        labels = labels.copy()
        known = {pair for pair in zip(threads_of.tolist(), people.tolist(), strict=True) if pair[0] in crowd}
        parts: dict[tuple[int, int], int] = {}
        ends, recipients = self._recipient_ends, self._recipients
        for index in order.tolist():
            label = int(labels[index])
            if label not in crowd:
                continue
            if customer[index]:
                person = int(sender[index])
            else:
                begin = ends[index - 1] if index else 0
                to = [one for one in recipients[begin : ends[index]] if (label, one) in known]
                if len(to) != 1:
                    # What went to many, or to nobody who answered, stays as it is.
                    continue
                person = to[0]
            labels[index] = parts.setdefault((label, person), index) + len(labels)
        return labels

    def _numbered(self, labels: _Numbers, order: _Numbers, original: _Numbers, name: _Numbers) -> Threads:
        count = len(labels)
        rank = np.empty(count, dtype=np.int64)
        rank[order] = np.arange(count)
        _, dense = np.unique(labels, return_inverse=True)
        begins = np.full(dense.max() + 1, count, dtype=np.int64)
        np.minimum.at(begins, dense, rank)
        by_begin = np.argsort(begins, kind="stable")
        number = np.empty(len(by_begin), dtype=np.int64)
        number[by_begin] = np.arange(len(by_begin))
        thread = number[dense]
        copy = original != np.arange(count)
        place = np.zeros(count, dtype=np.int64)
        own = order[~copy[order]]
        by_thread = own[np.argsort(thread[own], kind="stable")]
        starts = np.concatenate(([True], thread[by_thread][1:] != thread[by_thread][:-1]))
        first = np.flatnonzero(starts)[np.cumsum(starts) - 1]
        place[by_thread] = np.arange(len(by_thread)) - first
        place = place[original]
        # A thread is called by its first message, which stays the same however much is added behind it.
        return Threads(thread, place, copy, [f"{one:016x}" for one in name[by_thread[starts]].tolist()])


def _is_among(values: _Numbers, table: _Numbers) -> _Numbers:
    """Which of the values are in a table that is in order."""
    if not len(table):
        return np.zeros(len(values), dtype=bool)
    places = np.minimum(np.searchsorted(table, values), len(table) - 1)
    found: _Numbers = table[places] == values
    return found


def _joined_by(holders: _Numbers, values: _Numbers) -> tuple[_Numbers, _Numbers]:
    """Pairs that connect all holders of the same value."""
    by_value = np.lexsort((holders, values))
    same = values[by_value[1:]] == values[by_value[:-1]]
    return holders[by_value[1:]][same], holders[by_value[:-1]][same]


def components(count: int, edges: Sequence[tuple[_Numbers, _Numbers]]) -> _Numbers:
    """For each of `count` things the lowest one that it is connected with."""
    first = np.concatenate([one for one, _ in edges])
    second = np.concatenate([other for _, other in edges])
    labels = np.arange(count)
    while True:
        low = np.minimum(labels[first], labels[second])
        found = labels.copy()
        # The roots of both ends learn the lower label, then everybody asks its root until nothing changes.
        np.minimum.at(found, labels[first], low)
        np.minimum.at(found, labels[second], low)
        np.minimum.at(found, first, low)
        np.minimum.at(found, second, low)
        while True:
            further = found[found]
            if np.array_equal(further, found):
                break
            found = further
        if np.array_equal(found, labels):
            return labels
        labels = found


def threads(messages: Iterable[Message]) -> list[Thread]:
    """Put messages into threads.

    Args:
        messages: In any order; copies may be among them.

    Returns:
        The threads in the order in which they begin.
    """
    builder = ThreadBuilder()
    given: list[Message] = []
    for message in messages:
        builder.add(message)
        given.append(message)
    found = builder.threads()
    members: list[list[tuple[int, bool, str, int]]] = [[] for _ in found.ids]
    for index, thread in enumerate(found.thread.tolist()):
        members[thread].append((int(found.place[index]), bool(found.copy[index]), given[index].place, index))
    made = []
    for name, group in zip(found.ids, members, strict=True):
        group.sort()
        own = tuple(given[index] for _, copy, _, index in group if not copy)
        copies = tuple(given[index] for _, copy, _, index in group if copy)
        made.append(Thread(name, own, copies))
    return made
