"""Trains the network of all languages, see `amends.checker.network`; a part of `training/train.py`.

What a language alone has (the senses of its words and pieces, what its rules add, how common each label is in it) and
what all share is learnt together, from the replies of all languages mixed, by gradients (JAX, with Adam of optax).
A word of which a gloss is known (`training/glosses`) has the senses of its English words beside its own: so a word that
is rare in one language is known from all others. Words, parts of senses, rules and parts of what is seen are left out
by chance while it learns, so that nothing is learnt by heart. The seed is fixed: the same corpora and packs give the
same network on the same kind of machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from amends.checker.network import MOST_PIECES, NetworkWeights, spread
from amends.text.linear import Floats, Rows, Words

UNSURE = -1
"""Stands in the place of a label of which nobody is sure."""
EPOCHS = 8
FASTEST = 2e-3
"""The learning rate after the first steps; from there it falls evenly to almost nothing."""
FIRST_STEPS = 200
DECAY = 3e-3
SENSE, SEEN, TOLD = 32, 192, 160
"""Numbers of a sense, of what is seen of three words, and of what a sentence tells."""
WORDS_OUT, SENSES_OUT, RULES_OUT, TOLD_OUT, REPLY_OUT = 0.25, 0.2, 0.2, 0.5, 0.3
"""What part is left out by chance: whole words, parts of senses, all rules of a sentence, parts of what it tells."""
BALANCE = 0.3
"""How far rare labels are weighed up."""
ALONE = 0.5
"""What the labels of a sentence by itself count beside those of a sentence within its reply."""
STEPS = 15
"""In how many steps to each side of 0 a sense is kept. (All 127 gave the same results and larger files, 7 worse.)"""
AT_ONCE = 512
"""Sentences of a step."""
MOST_TOKENS, MOST_RULES, MOST_IN_GLOSS = 40, 16, 4

Layers = dict[str, Any]
Batch = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a language's network may know.

    Attributes:
        words: Its words and pieces.
        rules: Its rules, each with its place.
        glosses: Of some words what they say, in words of the language that is first among those that learn together.
    """

    words: Words
    rules: Mapping[str, int]
    glosses: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def sizes(self) -> tuple[int, int, int]:
        """How many words, pieces and rules there are."""
        return len(self.words.places), len(self.words.pieces), len(self.rules)


class Text(Protocol):
    """A reply as the network learns from it: its tokens, the rules that match, and the labels of each sentence."""

    tokens: list[list[str]]
    rules: list[list[str]]
    truth: NDArray[np.int8]


class Lines:
    """The sentences of the replies of some languages, as numbers. Number 0 is nothing; each language has its own."""

    def __init__(self, vocabularies: Sequence[Vocabulary], texts: Sequence[Sequence[Text]]) -> None:
        """Number everything.

        Args:
            vocabularies: What the network of each language may know.
            texts: The replies of each language.
        """
        sizes = zip(*(vocabulary.sizes() for vocabulary in vocabularies), strict=True)
        self.begin = [[1 + sum(own[:number]) for number in range(len(own) + 1)] for own in sizes]
        """Of words, pieces and rules where those of each language begin, and where the last ends."""
        self.glosses = self._glosses(vocabularies)
        """Of each word the words of its gloss."""
        count = sum(len(text.tokens) for own in texts for text in own)
        self.words = np.zeros((count, MOST_TOKENS), np.int32)
        self.pieces = np.zeros((count, MOST_TOKENS, MOST_PIECES), np.int32)
        self.rules = np.zeros((count, MOST_RULES), np.int32)
        self.lengths = np.zeros(count, np.int32)
        self.truth = np.concatenate([text.truth for own in texts for text in own])
        self.replies: list[list[tuple[int, int, int]]] = []
        """Of each language the replies: its number, the first sentence, how many there are."""
        at = 0
        for number, (vocabulary, own) in enumerate(zip(vocabularies, texts, strict=True)):
            first_word, first_piece, first_rule = (begins[number] for begins in self.begin)
            known: dict[str, tuple[int, list[int]]] = {}
            spans = []
            for text in own:
                spans.append((number, at, len(text.tokens)))
                for tokens, rules in zip(text.tokens, text.rules, strict=True):
                    for place, token in enumerate(tokens[:MOST_TOKENS]):
                        if token not in known:
                            word = vocabulary.words.places.get(token)
                            found = [first_piece + piece for piece in spread(vocabulary.words.pieces_of(token))]
                            known[token] = (0 if word is None else first_word + word, found)
                        self.words[at, place], found = known[token]
                        self.pieces[at, place, : len(found)] = found
                    matching = [first_rule + vocabulary.rules[rule] for rule in rules if rule in vocabulary.rules]
                    self.rules[at, : len(matching[:MOST_RULES])] = matching[:MOST_RULES]
                    self.lengths[at] = min(len(tokens), MOST_TOKENS)
                    at += 1
            self.replies.append(spans)

    def _glosses(self, vocabularies: Sequence[Vocabulary]) -> NDArray[np.int32]:
        words = self.begin[0]
        made = np.zeros((words[-1], MOST_IN_GLOSS), np.int32)
        of_first = vocabularies[0].words.places
        for begin, vocabulary in zip(words, vocabularies, strict=False):
            for form, gloss in vocabulary.glosses.items():
                place = vocabulary.words.places.get(form)
                found = [words[0] + of_first[word] for word in gloss if word in of_first][:MOST_IN_GLOSS]
                if place is not None:
                    made[begin + place, : len(found)] = found
        return made

    def batches(self, replies: Sequence[tuple[int, int, int]]) -> Iterator[tuple[Batch, int]]:
        """Whole replies, so many as fit into a step; and how many sentences these have."""
        held: list[tuple[int, int, int]] = []
        count = 0
        for number, first, length in replies:
            own = min(length, AT_ONCE)
            if count + own > AT_ONCE:
                yield self._batch(held), count
                held, count = [], 0
            held.append((number, first, own))
            count += own
        if held:
            yield self._batch(held), count

    def _batch(self, replies: Sequence[tuple[int, int, int]]) -> Batch:
        rows = np.concatenate([np.arange(first, first + length) for _, first, length in replies])
        count = len(rows)
        made: Batch = {name: _filled(getattr(self, name)[rows], 0) for name in ("words", "pieces", "rules", "lengths")}
        made["truth"] = _filled(self.truth[rows], UNSURE)
        lengths = [length for _, _, length in replies]
        made["language"] = _filled(np.repeat([number for number, _, _ in replies], lengths), 0)
        made["reply"] = _filled(np.repeat(np.arange(len(replies)), lengths), AT_ONCE - 1)
        place = np.zeros((count, 4), np.float32)
        at = 0
        for length in lengths:
            place[at, 0] = place[at + length - 1, 1] = 1.0
            place[at : at + length, 2] = 1.0 / np.arange(1, length + 1)
            place[at : at + length, 3] = min(length, 12) / 12.0
            at += length
        made["place"] = _filled(place, 0)
        return made


def _filled(rows: NDArray[Any], value: int) -> NDArray[Any]:
    """Rows, filled up to those of a step."""
    return np.concatenate([rows, np.full((AT_ONCE - len(rows), *rows.shape[1:]), value, rows.dtype)])


def _layers(lines: Lines, languages: int, labels: int, chance: np.random.Generator) -> Layers:
    def drawn(rows: int, columns: int, spread_: float | None = None) -> Floats:
        width = (2.0 / rows) ** 0.5 if spread_ is None else spread_
        return (chance.standard_normal((rows, columns)) * width).astype(np.float32)

    words, parts, rules = (begins[-1] for begins in lines.begin)
    return {
        "words": drawn(words, SENSE, 0.1),
        "pieces": drawn(parts, SENSE, 0.1),
        "rules": drawn(rules, TOLD, 0.05),
        "in_row": drawn(3 * SENSE, SEEN),
        "in_row_bias": np.zeros(SEEN, np.float32),
        "in_sentence": drawn(SEEN + SENSE, TOLD),
        "in_sentence_bias": np.zeros(TOLD, np.float32),
        "alone": drawn(TOLD, labels, 0.1),
        "alone_bias": np.full((languages, labels), -3.0, np.float32),
        "in_reply": drawn(4 * TOLD + 4, TOLD),
        "in_reply_bias": np.zeros(TOLD, np.float32),
        "together": drawn(TOLD, labels, 0.1),
    }


def _mean_sense(senses: Any, places: Any) -> Any:
    """The mean sense of what stands at some places, along the last axis; that of nothing where there is nothing."""
    there = (places > 0).astype(jnp.float32)[..., None]
    return (senses[places] * there).sum(-2) / jnp.maximum(there.sum(-2), 1)


def _said(layers: Layers, glosses: Any, batch: Batch, key: Any) -> tuple[Any, Any]:
    """What each sentence says by itself, and within its reply; something is left out by chance if a key is given."""
    keys = iter(jax.random.split(key, 5)) if key is not None else None

    def left_out(values: Any, part: float, shape: tuple[int, ...]) -> Any:
        return values if keys is None else values * jax.random.bernoulli(next(keys), 1 - part, shape) / (1 - part)

    senses = layers["words"][batch["words"]] * (batch["words"] > 0)[..., None]
    senses += _mean_sense(layers["pieces"], batch["pieces"])
    senses += _mean_sense(layers["words"], glosses[batch["words"]])
    senses = left_out(senses, WORDS_OUT, (*senses.shape[:2], 1))
    senses = left_out(senses, SENSES_OUT, senses.shape)
    there = (jnp.arange(MOST_TOKENS)[None] < batch["lengths"][:, None]).astype(jnp.float32)[..., None]
    senses *= there
    ended = jnp.pad(senses, ((0, 0), (1, 1), (0, 0)))
    three = jnp.concatenate([ended[:, :-2], ended[:, 1:-1], ended[:, 2:]], axis=-1)
    seen = jax.nn.relu(three @ layers["in_row"] + layers["in_row_bias"]) * there
    sums = senses.sum(1) / jnp.sqrt(jnp.maximum(batch["lengths"], 1))[:, None]
    matching = (batch["rules"] > 0).astype(jnp.float32)[..., None]
    ruled = (layers["rules"][batch["rules"]] * matching).sum(1)
    ruled = left_out(ruled, RULES_OUT, (AT_ONCE, 1))
    read = jnp.concatenate([seen.max(1), sums], axis=-1)
    told = jax.nn.relu(read @ layers["in_sentence"] + layers["in_sentence_bias"] + ruled)
    told = left_out(told, TOLD_OUT, told.shape)
    alone = told @ layers["alone"] + layers["alone_bias"][batch["language"]]
    before = jnp.pad(told, ((1, 0), (0, 0)))[:-1] * (1 - batch["place"][:, :1])
    behind = jnp.pad(told, ((0, 1), (0, 0)))[1:] * (1 - batch["place"][:, 1:2])
    strongest = jax.ops.segment_max(told, batch["reply"], AT_ONCE)[batch["reply"]]
    around = jnp.concatenate([told, before, behind, strongest, batch["place"]], axis=-1)
    within = jax.nn.relu(around @ layers["in_reply"] + layers["in_reply_bias"])
    within = left_out(within, REPLY_OUT, within.shape)
    return alone, alone + within @ layers["together"]


def _loss(layers: Layers, glosses: Any, batch: Batch, key: Any, weights: Any) -> Any:
    truth = batch["truth"]

    def missed(logits: Any) -> Any:
        each = jnp.where(truth == 1, weights * jax.nn.softplus(-logits), jax.nn.softplus(logits))
        return (each * (truth != UNSURE)).sum() / AT_ONCE

    alone, within = _said(layers, glosses, batch, key)
    return ALONE * missed(alone) + missed(within)


class Learnt:
    """A network that has learnt from some replies."""

    def __init__(self, lines: Lines, replies: Sequence[tuple[int, int, int]], languages: int, seed: int) -> None:
        """Learn.

        Args:
            lines: The sentences of all languages.
            replies: From which replies to learn.
            languages: How many languages there are.
            seed: Of all chance.
        """
        self._lines = lines
        chance = np.random.default_rng(seed)
        key = jax.random.PRNGKey(seed)
        positive = (lines.truth == 1).sum(axis=0)
        balance = (((lines.truth == 0).sum(axis=0)) / np.maximum(positive, 1)) ** BALANCE
        weights = np.maximum(balance, 1.0).astype(np.float32)
        steps = EPOCHS * (sum(length for _, _, length in replies) // AT_ONCE + 1)
        pace = optax.join_schedules(
            [
                optax.linear_schedule(0.0, FASTEST, FIRST_STEPS),
                optax.linear_schedule(FASTEST, FASTEST / 50, max(steps - FIRST_STEPS, 1)),
            ],
            [FIRST_STEPS],
        )
        way = optax.adamw(pace, b2=0.99, eps=1e-6, weight_decay=DECAY)
        layers = _layers(lines, languages, lines.truth.shape[1], chance)
        state = way.init(layers)
        glosses = jnp.asarray(lines.glosses)

        @partial(jax.jit, donate_argnums=(0, 1))
        def step(layers: Layers, state: Any, batch: Batch, key: Any) -> tuple[Layers, Any]:
            slope = jax.grad(_loss)(layers, glosses, batch, key, weights)
            change, state = way.update(slope, state, layers)
            return optax.apply_updates(layers, change), state

        for _ in range(EPOCHS):
            order = chance.permutation(len(replies))
            for batch, _ in lines.batches([replies[at] for at in order]):
                key, own = jax.random.split(key)
                layers, state = step(layers, state, batch, own)
        self.layers = {name: np.asarray(layer) for name, layer in layers.items()}

    def weights(self, number: int, vocabulary: Vocabulary) -> NetworkWeights:
        """What a language's file holds of the network."""
        made = self.layers
        senses = {}
        for kind, begins in zip(("words", "pieces", "rules"), self._lines.begin, strict=True):
            senses[kind] = made[kind][begins[number] : begins[number + 1]]
        begin, end = self._lines.begin[0][number : number + 2]
        words = senses["words"] + np.asarray(_mean_sense(made["words"], self._lines.glosses[begin:end]))
        for word, place in vocabulary.words.places.items():
            found = spread(vocabulary.words.pieces_of(word))
            if found:
                words[place] += senses["pieces"][found].mean(axis=0)
        return NetworkWeights(
            Rows.of(words, STEPS),
            Rows.of(senses["pieces"], STEPS),
            Rows.of(senses["rules"]),
            np.vstack([made["in_row"], made["in_row_bias"]]),
            np.vstack([made["in_sentence"], made["in_sentence_bias"]]),
            np.vstack([made["alone"], made["alone_bias"][number]]),
            np.vstack([made["in_reply"], made["in_reply_bias"]]),
            made["together"],
        )
