"""Rules on a reply: reads it, hears the complaint, lists the promises, and holds the policy to all of it."""

import re
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from amends.checker import EarlierReplies, Review, check
from amends.checker.pack import available_languages, load_pack
from amends.checker.scoring import OURS, order_of_help
from amends.guarding.policy import OUTCOMES, PROMISE_KINDS, Policy, PromiseKind
from amends.guarding.ruling import Reason, Ruling
from amends.hearing import Hearing, hear
from amends.messages import grouped, translated
from amends.promises import Promise, promises_in
from amends.text import LANGUAGES, fold, identify, table

__all__ = ["guard", "reasons", "warm"]

_SURE_OF_LANGUAGE = 0.8
_LONGEST_COMPLAINT = 20_000
_WORDS = re.compile(r"\w+")
_USUAL = Policy()
_OTHER_SCRIPT = "Ναι, ευχαριστώ."
_WARMING = "We are sorry. I will write to you tomorrow."

# A checker serves one thread at a time, and whoever answers customers has many; one ruling takes a few milliseconds.
_one_at_a_time = threading.Lock()


def guard(
    reply: str,
    *,
    complaint: str | None = None,
    name: str | None = None,
    fault: str | None = None,
    channel: str | None = None,
    language: str | None = None,
    earlier: EarlierReplies | Sequence[str] | None = None,
    vocabulary: Mapping[str, str] | None = None,
    may_promise: bool | Collection[PromiseKind] | None = None,
    confirmed: Sequence[str] = (),
    first: bool = True,
    sent: datetime | None = None,
    country: str | None = None,
    zone: str | tzinfo | None = None,
    policy: Policy = _USUAL,
) -> Ruling:
    """Rule on a reply before software sends it to a customer.

    Several threads may call it; they take turns.

    Args:
        reply: The reply, plain text.
        complaint: The customer's message.
        name: The customer's name, when it is known.
        fault: Who failed, as in `amends.check`. Without it nothing is an error, and the labels of the policy decide.
        channel: "private" or "public".
        language: ISO 639-1 code of the language in which the customer is to be answered; that of the complaint if not
            given.
        earlier: Replies sent before to anybody, to find near copies. Make an `EarlierReplies` once when there are many.
        vocabulary: Words that this house does not use, each with the one that it uses.
        may_promise: The kinds of promises that this reply may hold (`PROMISE_KINDS`); True for all, False for none;
            those of the policy if not given.
        confirmed: Sentences that somebody at the business has confirmed, word for word. A promise whose words stand in
            one of them may be made, whatever its kind.
        first: Whether it is the first answer to this complaint; only that one must hold the parts of an apology.
        sent: When it is to be sent; without it only dates with a year become due moments.
        country: ISO 3166 code: whose holidays are no working days.
        zone: The business's time zone, an IANA name or a `tzinfo`.
        policy: What makes a reply wait.

    Returns:
        The ruling. A reply that cannot be read is ruled on too: see `Policy.unread`.

    Raises:
        ValueError: `fault`, `channel`, `may_promise`, `country` or `zone` is not known.
        TypeError: `reply` or `complaint` is no string.
    """
    if not isinstance(reply, str):
        raise TypeError(f"the reply must be text, not {type(reply).__name__}")
    if complaint is not None and not isinstance(complaint, str):
        raise TypeError(f"the complaint must be text, not {type(complaint).__name__}")
    allowed = _allowed(may_promise, policy)
    complaint = complaint[:_LONGEST_COMPLAINT] if complaint and complaint.strip() else None
    wanted = _code(language)
    with _one_at_a_time:
        hearing = _heard(complaint, wanted) if complaint and policy.for_people else None
        if len(reply) > policy.longest:
            review = Review(reply, None, reason=translated("Not checked."))
            return Ruling(review, reasons(review, (), policy=policy, hearing=hearing), (), hearing)
        review, wrong = _read(
            reply,
            wanted,
            complaint=complaint,
            name=name,
            fault=fault,
            channel=channel,
            vocabulary=vocabulary,
            earlier=earlier,
        )
        promised = tuple(promises_in(review, sent=sent, country=country, zone=zone, everyone=channel == "public"))
    found = reasons(
        review,
        promised,
        policy=policy,
        fault=fault,
        first=first,
        allowed=allowed,
        confirmed=confirmed,
        wrong_language=wrong,
        hearing=hearing,
    )
    return Ruling(review, found, promised, hearing)


def reasons(
    review: Review,
    promised: Sequence[Promise],
    *,
    policy: Policy = _USUAL,
    fault: str | None = None,
    first: bool = True,
    allowed: Collection[PromiseKind] | None = None,
    confirmed: Sequence[str] = (),
    wrong_language: str | None = None,
    hearing: Hearing | None = None,
) -> tuple[Reason, ...]:
    """What a policy says of a reply that was read; nothing is read here, so that the same facts give the same ruling.

    Each reason comes from one fact alone. So another finding adds a reason and takes none away.

    Args:
        review: The checker's review.
        promised: What the reply promises.
        policy: What makes a reply wait.
        fault, first, confirmed: As in `guard`.
        allowed: The kinds of promises that may be made; those of the policy if not given.
        wrong_language: ISO 639-1 code of the language that was wanted, when the reply is surely in another one.
        hearing: What was heard in the complaint.

    Returns:
        The reasons whose outcome is graver than "pass", the gravest first, then as they stand in the reply.
    """
    found: list[Reason] = []
    if hearing is not None and hearing.complaint and hearing.severity in policy.for_people:
        found.append(Reason("grave", "hold", mendable=False))
    if wrong_language is not None:
        name = table(wrong_language).name if wrong_language in LANGUAGES else wrong_language
        found.append(Reason("language", policy.wrong_language, wrong_language, detail=name))
    if len(review.text) > policy.longest:
        found.append(Reason("length", policy.unread, detail=grouped(policy.longest)))
    elif review.verdict == "unread":
        # The writer can choose another language; a text that nobody can read in any, it cannot mend.
        found.append(Reason("unread", policy.unread, detail=review.reason, mendable=wrong_language is not None))
    else:
        if review.preview:
            found.append(Reason("preview", policy.preview, review.language, mendable=False))
        found.extend(_of_findings(review, policy, told=wrong_language is not None))
        kinds = policy.may_promise if allowed is None else allowed
        found.extend(_of_promises(review, promised, policy, kinds, confirmed))
        if first and fault in OURS:
            held = {part.label for part in review.components}
            lacking = [label for label in order_of_help() if label in policy.required and label not in held]
            found.extend(Reason("missing", policy.missing, label) for label in lacking)
    waiting = [reason for reason in found if reason.outcome != "pass"]
    waiting.sort(key=lambda reason: (-OUTCOMES.index(reason.outcome), reason.mendable))
    return tuple(waiting)


def _heard(complaint: str, wanted: str | None) -> Hearing:
    heard = hear(complaint)
    # A message of a few words is most likely written in the language in which it is answered.
    return hear(complaint, language=wanted) if heard.language is None and wanted else heard


def _of_findings(review: Review, policy: Policy, *, told: bool) -> list[Reason]:
    """The reasons that the checker's findings give.

    Args:
        review: The review.
        policy: What makes a reply wait.
        told: Whether the wrong language is a reason already.
    """
    found: list[Reason] = []
    for finding in review.findings:
        if finding.label == "other-language":
            if not told:
                found.append(Reason("language", policy.wrong_language, detail=finding.detail))
            continue
        outcome = policy.of_finding(finding.label, finding.severity)
        quotes = tuple(review.quotes(finding.spans))
        found.append(Reason("finding", outcome, finding.label, finding.spans, quotes, finding.detail))
    return found


def _of_promises(
    review: Review,
    promised: Sequence[Promise],
    policy: Policy,
    allowed: Collection[PromiseKind],
    confirmed: Sequence[str],
) -> list[Reason]:
    """The reasons that promises give which are neither allowed nor confirmed, and remedies that are told as done."""
    remedies = [span for part in review.components if part.label == "repair" for span in part.spans]
    known = [_words_alone(text) for text in confirmed]
    found: list[Reason] = []

    def weigh(kind: PromiseKind, span: tuple[int, int]) -> None:
        quote = review.text[slice(*span)]
        words = _words_alone(quote)
        if kind not in allowed and not (words and any(words in text for text in known)):
            found.append(Reason("promise", policy.unconfirmed, kind, (span,), (quote,)))

    for promise in promised:
        span = (promise.start, promise.end)
        remedy = any(_touch(span, other) for other in remedies)
        if remedy:
            weigh("remedy", span)
        if promise.when is not None:
            weigh("time", span)
        if not remedy and promise.when is None:
            weigh("act", span)
    for span in remedies:
        if not any(_touch(span, (promise.start, promise.end)) for promise in promised):
            weigh("remedy", span)
    return found


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _words_alone(text: str) -> str:
    """A text for comparing: folded, its words one blank apart, nothing at its ends."""
    return f" {' '.join(_WORDS.findall(fold(text)))} " if text.strip() else ""


def _read(reply: str, wanted: str | None, *, complaint: str | None, **about: Any) -> tuple[Review, str | None]:
    """The review of a reply, and the language that was wanted when the reply is surely in another one."""
    review = check(reply, complaint=complaint, **about)
    if wanted is None and review.language is None and complaint:
        # A few words are most likely in the language in which they were asked for.
        wanted = identify(complaint).language
    if wanted is None or review.language == wanted:
        return review, None
    written = identify(reply)
    if written.looks_like is not None and written.language != wanted and written.confidence >= _SURE_OF_LANGUAGE:
        return review, wanted
    return check(reply, language=wanted, complaint=complaint, **about), None


def _allowed(may_promise: bool | Collection[PromiseKind] | None, policy: Policy) -> frozenset[PromiseKind]:
    if may_promise is None:
        return policy.may_promise
    if isinstance(may_promise, bool):
        return frozenset(PROMISE_KINDS) if may_promise else frozenset()
    kinds = frozenset(may_promise)
    if isinstance(may_promise, str) or not kinds <= set(PROMISE_KINDS):
        raise ValueError(f"may_promise is True, False or some of {', '.join(PROMISE_KINDS)}, not {may_promise!r}")
    return kinds


def _code(language: str | None) -> str | None:
    """The code of a language; "en-GB" is English."""
    return language.replace("_", "-").split("-")[0].strip().casefold() or None if language else None


def warm(languages: Iterable[str] | None = None, *, country: str | None = None) -> None:
    """Load what rulings need, so that the first ones take no longer than the others; takes a second or two a language.

    Patterns are compiled when a text first comes near them; the sentences that each rule must match bring that about.

    Args:
        languages: ISO 639-1 codes; all that can be checked if not given.
        country: ISO 3166 code of the country whose holidays rulings will be told, if they will.

    Raises:
        ValueError: The country is not known.
    """
    now = datetime.now().astimezone()
    for language in available_languages() if languages is None else languages:
        with _one_at_a_time:
            for rule in load_pack(language).rules:
                for sentence in rule.yes:
                    promises_in(check(sentence, language=language), sent=now, country=country)
            hear(_WARMING, language=language)
    # Another script is told by a model that is loaded when the first such text comes.
    identify(_OTHER_SCRIPT)
