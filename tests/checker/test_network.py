"""The network: the same as by hand, one sentence at a time, and through a file."""

import numpy as np
import pytest

from amends.checker.model import load_model
from amends.checker.network import FEWEST_TOGETHER, MOST_PIECES, Network, NetworkWeights, spread
from amends.text.features import pieces
from amends.text.linear import Rows, Words

SENSE, SEEN, TOLD, LABELS = 4, 5, 6, 3
WORDS = ["sorry", "we", "are", "late"]
PIECES = sorted({piece for word in ("lateness", "sorrow") for piece in pieces(word)})
KNOWN = Words(WORDS, PIECES)
SENTENCES = [
    ["we", "are", "late"],
    ["sorry"],
    ["lateness", "we", "regret", "?"],
    [],
    ["sorry", "we", "are", "late", "!"],
]
RULES = [[0], [], [0, 1], [], [1]]


@pytest.fixture
def weights():
    chance = np.random.default_rng(5)

    def drawn(rows, columns):
        return chance.standard_normal((rows, columns)).astype(np.float32)

    return NetworkWeights(
        Rows.of(drawn(len(WORDS), SENSE)),
        Rows.of(drawn(len(PIECES), SENSE)),
        Rows.of(drawn(2, TOLD)),
        drawn(3 * SENSE + 1, SEEN),
        drawn(SEEN + SENSE + 1, TOLD),
        drawn(TOLD + 1, LABELS),
        drawn(4 * TOLD + 5, TOLD),
        drawn(TOLD, LABELS),
    )


@pytest.fixture
def network(weights):
    return network_of(weights)


def network_of(weights):
    return Network(weights, KNOWN)


def sense_by_hand(weights, token):
    if token in WORDS:
        return weights.words.take([WORDS.index(token)])[0]
    known = [PIECES.index(piece) for piece in pieces(token) if piece in PIECES] if len(token) > 1 else []
    return weights.pieces.take(spread(known)).mean(axis=0) if known else np.zeros(SENSE)


def told_by_hand(weights, tokens, rules):
    nothing = np.zeros(SENSE)
    senses = [nothing, *(sense_by_hand(weights, token) for token in tokens), nothing]
    strongest = np.zeros(SEEN)
    for at in range(1, len(senses) - 1):
        three = np.concatenate([*senses[at - 1 : at + 2], [1.0]])
        strongest = np.maximum(strongest, three @ weights.in_row)
    sums = sum(senses) / np.sqrt(max(len(tokens), 1))
    found = np.concatenate([strongest, sums, [1.0]]) @ weights.in_sentence
    for rule in rules:
        found = found + weights.rules.take([rule])[0]
    return np.maximum(found, 0.0)


def logits_by_hand(weights, told):
    count = len(told)
    nothing = np.zeros(TOLD)
    made = []
    for at, own in enumerate(told):
        alone = np.append(own, 1.0) @ weights.alone
        if count >= FEWEST_TOGETHER:
            before = told[at - 1] if at else nothing
            behind = told[at + 1] if at + 1 < count else nothing
            place = [at == 0, at == count - 1, 1 / (at + 1), min(count, 12) / 12, 1.0]
            around = np.concatenate([own, before, behind, told.max(axis=0), place])
            alone = alone + np.maximum(around @ weights.in_reply, 0.0) @ weights.together
        made.append(alone)
    return np.array(made)


def test_what_sentences_tell_is_what_is_reckoned_by_hand(weights, network):
    told = network.told(KNOWN.placed(SENTENCES), RULES)
    by_hand = [told_by_hand(weights, tokens, rules) for tokens, rules in zip(SENTENCES, RULES, strict=True)]
    assert told == pytest.approx(np.array(by_hand), abs=1e-4)
    assert told.max() > 0


@pytest.mark.parametrize("count", [1, FEWEST_TOGETHER - 1, FEWEST_TOGETHER, len(SENTENCES)])
def test_what_a_reply_says_is_what_is_reckoned_by_hand(weights, network, count):
    told = network.told(KNOWN.placed(SENTENCES[:count]), RULES[:count])
    assert network.logits(told) == pytest.approx(logits_by_hand(weights, told), abs=1e-4)


def test_a_sentence_tells_the_same_beside_others(network):
    together = network.told(KNOWN.placed(SENTENCES), RULES)
    for place, (tokens, rules) in enumerate(zip(SENTENCES, RULES, strict=True)):
        assert network.told(KNOWN.placed([tokens]), [rules])[0] == pytest.approx(together[place], abs=1e-5)


def test_a_word_that_is_not_known_is_read_by_its_pieces(network):
    [known, foreign] = network.told(KNOWN.placed([["lateness"], ["xyz"]]), [[], []])
    assert known.tolist() != foreign.tolist()
    # Asked again, it is remembered.
    assert network.told(KNOWN.placed([["lateness"]]), [[]])[0].tolist() == known.tolist()


def test_a_file_holds_the_network(weights, network):
    read = network_of(NetworkWeights.of_arrays(weights.arrays()))
    told = network.told(KNOWN.placed(SENTENCES), RULES)
    assert read.told(KNOWN.placed(SENTENCES), RULES) == pytest.approx(told, rel=0.05, abs=0.2)
    assert read.logits(told) == pytest.approx(network.logits(told), rel=0.05, abs=0.2)


def test_pieces_are_spread_over_a_long_word():
    assert spread([]) == []
    assert spread([4, 2]) == [4, 2]
    many = list(range(40))
    some = spread(many)
    assert (len(some), some[0], some[-1]) == (MOST_PIECES, 0, 39)
    assert some == sorted(set(some))


@pytest.mark.parametrize("language", ["en", "lt", "hr", "he", "et", "sk"])
def test_the_shipped_networks_tell_sentences_apart(language):
    model = load_model(language)
    assert model is not None
    one, other, _ = model.told([["0"], ["!"], []], [[], [], []])
    assert one.tolist() != other.tolist()
    assert np.isfinite(model.logits([["0"], [], ["?"], ["0"]], [[], [], [], []])).all()
