"""Trains the sentence models from labelled replies.

    python training/train.py en lt hr he et sk          # writes src/amends/checker/models/<language>.npz
    python training/train.py en --cross                 # only measures, by cross-validation over the corpus
    python training/train.py en lt hr he et sk --also ../shared/data/replies   # as the shipped models were made

The first stage is linear and fitted by liblinear, for each language by itself. The second mixes a linear one with three
small networks, fitted by scikit-learn; these know no word, only what the first stage says of each sentence, and learn
from all languages that are trained together. Beside the two stages stands a network that reads words, and learns from
all languages too: `training/network.py`, which needs `requirements-training.lock`. All seeds are fixed: the same
corpora and packs give the same models. What was compared on the way is told in training/README.md.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

sys.path.insert(0, str(Path(__file__).resolve().parent))

from corpus import Reply, from_annotated, read_annotated, read_corpus, read_glosses
from network import UNSURE, Learnt, Lines, Vocabulary

from amends.checker.catalogue import COMMITMENT, COMPONENTS, FAULTS, MODEL_LABELS
from amends.checker.engine import Engine, allowed
from amends.checker.model import (
    HIDDEN_SHARE,
    NETWORK_SHARE,
    RULE_WEIGHT,
    SCALE,
    Floats,
    SecondStage,
    SentenceModel,
    Weights,
    beside,
)
from amends.checker.network import Network, NetworkWeights
from amends.checker.pack import available_languages, load_pack
from amends.text import normalise
from amends.text.features import BEGIN, END, pieces, tokens
from amends.text.linear import Rows, TextRows, Words, base_of

MODELS = Path(__file__).resolve().parent.parent / "src" / "amends" / "checker" / "models"
FOLDS = 5
NETWORK_FOLDS = 3
"""In how many parts replies are held out from the network, which takes minutes to learn."""
SEED = 20
REGULARISATION = 0.6
"""liblinear's C of the first stage: larger fits closer."""
SECOND_REGULARISATION = 0.05
BALANCE = 0.5
"""How far rare labels are weighed up: 0 not at all, 1 until both sides weigh the same."""
SECOND_BALANCE = 0.3
NETWORKS = 3
HIDDEN = 64
"""Units of each small network. (Mean average precision by cross-validation over the Lithuanian corpus, faults and
components: first stage 0.79 and 0.91; linear second stage 0.82 and 0.94; networks 0.83 and 0.94; the mean of both
0.833 and 0.945. Seeing the matches of rules once more gained nothing. Networks of all languages together in the place
of each language's own, and counting more: 0.760 to 0.772 and 0.904 to 0.908 on the development sets of all six; wider
ones, six of them, sentences further off, what the reply shares with the message: nothing more.)"""
HIDDEN_DECAY = 1e-3
COMPONENT_RECALL = 1.0
FAULT_RECALL = 0.5
"""How much recall counts beside precision when thresholds are chosen (the beta of the F measure)."""
PUBLIC = ("social", "review", "notice")
PUBLIC_WEIGHT = 3.0
FEWEST = 4
"""How many sentences must carry a label for a model of it."""
HIGHEST_FAULT_THRESHOLD = 0.8
FAULT_MARGIN = 0.85
"""What is added to the thresholds of faults where the corpus is large: real mail holds fewer faults than it does."""
LARGE = 5_000
"""Below so many replies few hands wrote most of the corpus: cross-validation is too sure of itself, asks for too much,
and no threshold of a fault may be higher than that. (Highest 0.5, 0.8 and none gave a mean fault F1 of 0.61, 0.59 and
0.53 over the five development sets, with 0.51, 0.40 and 0.28 false findings a reply.)"""
LABEL_MARGINS = {
    "names-offence": 0.6,
    "responsibility": 0.6,
    "empathy": 0.6,
    "next-step": 0.3,
    "feelings-shift": -0.6,
    "agentless": -1.2,
    "vague-offence": -0.6,
    "beyond-control": -1.5,
    "policy-shield": -0.6,
    "blame-third-party": -0.6,
    "blame-customer": -0.3,
    "self-praise": -0.6,
    "hedged-fact": 0.3,
    "empty-promise": -0.3,
    "forced-closure": 0.9,
    COMMITMENT: 0.4,
}
"""What is added for single labels, whose threshold by cross-validation on our own replies is too low or too high for
annotated ones: chosen over the development sets (406 replies) and, by cross-validation, the annotated replies to learn
from (718), all six languages together, where both agree."""
STATEMENT_MARGIN, LARGE_STATEMENT_MARGIN = 1.8, 1.5
"""What is added to the thresholds of faults in a text that answers nobody, where the corpus is not large and where it
is: what a company tells everybody or the press is written unlike the answers of the corpus. (Over the 26 such texts of
the five languages 0.5, 1.2, 1.8 and 2.4 left 37, 19, 12 and 8 false findings, with a micro F1 of the faults of 0.60,
0.63, 0.63 and 0.58. In English 0, 1.0, 1.5 and 2.0 left 0.148, 0.111, 0.102 and 0.102 false findings in a real reply,
with a macro F1 of all faults of 0.738, 0.736, 0.736 and 0.725.)"""
LEAST = 2
"""In how many sentences a feature must occur."""
STEPS = 31
"""In how many steps to each side of 0 what a feature says is kept. (All 127 gave the same results and larger files.)"""
MOST_RUNS = 45_000
MOST_PIECES = 25_000
LABEL_AT = {label: place for place, label in enumerate(MODEL_LABELS)}


@dataclass(slots=True)
class Prepared:
    """A reply as the model sees it."""

    tokens: list[list[str]]
    rules: list[list[str]]
    truth: NDArray[np.int8]
    features: list[Counter[str]]
    ruled: frozenset[str]


def prepare(reply: Reply, engine: Engine | None) -> Prepared:
    """Tokens, rule matches, features and labels of each sentence."""
    token_lists, matches, features = [], [], []
    ruled: set[str] = set()
    for number, sentence in enumerate(reply.sentences):
        folded = normalise(sentence)
        found = tokens(folded.text)
        token_lists.append(found)
        hits = engine.hits(folded, [(0, len(folded.text))]) if engine else []
        matches.append(list(dict.fromkeys(hit.rule.id for hit in hits)))
        features.append(sentence_features(found))
        held = [dict.fromkeys(labels) for labels in reply.labels]
        ruled.update(
            label for hit in hits if hit.rule.sure and allowed(hit.rule, number, held) for label in hit.rule.labels
        )
    truth = np.array([[label in labels for label in MODEL_LABELS] for labels in reply.labels], dtype=np.int8)
    for row, unsure in enumerate(reply.unsure):
        for label in unsure & LABEL_AT.keys():
            truth[row, LABEL_AT[label]] = UNSURE
    return Prepared(token_lists, matches, truth, features, frozenset(ruled))


def sentence_features(found: list[str]) -> Counter[str]:
    """Words, runs (with a blank inside) and pieces (behind a tab), as `SentenceModel` adds them up."""
    marked = [BEGIN, *found, END]
    counted = Counter(found)
    for size in (2, 3):
        counted.update(" ".join(marked[at : at + size]) for at in range(len(marked) - size + 1))
    for token in found:
        if len(token) > 1:
            counted.update("\t" + piece for piece in pieces(token))
    return counted


class FirstStage:
    """One linear model per label over a sentence's features."""

    def __init__(self, replies: Sequence[Prepared], rules: Sequence[str]) -> None:
        """Fit to prepared replies; `rules` are the ids that may match."""
        frequency = Counter(feature for reply in replies for features in reply.features for feature in features)
        self.names = sorted(feature for feature, count in frequency.items() if count >= LEAST)
        total = sum(len(reply.features) for reply in replies)
        self.rarity = np.array([np.log((1 + total) / (1 + frequency[name])) + 1 for name in self.names])
        self.at = {name: place for place, name in enumerate(self.names)}
        self.rules = list(rules)
        self.rule_at = {rule: len(self.names) + place for place, rule in enumerate(rules)}
        matrix = self.matrix(replies)
        truth = np.concatenate([reply.truth for reply in replies])
        self.weights = np.zeros((len(MODEL_LABELS), matrix.shape[1]))
        self.bias = np.full(len(MODEL_LABELS), -6.0)
        for label in range(len(MODEL_LABELS)):
            fitted = _fit(matrix, truth[:, label], REGULARISATION, BALANCE)
            if fitted is None:
                continue
            self.weights[label] = fitted.coef_[0]
            self.bias[label] = fitted.intercept_[0]

    def matrix(self, replies: Sequence[Prepared]) -> csr_matrix:
        """One row a sentence."""
        columns: list[int] = []
        values: list[float] = []
        ends = [0]
        for reply in replies:
            for features, found, matches in zip(reply.features, reply.tokens, reply.rules, strict=True):
                share = SCALE / np.sqrt(len(found) + 2)
                for name, count in features.items():
                    at = self.at.get(name)
                    if at is not None:
                        columns.append(at)
                        values.append(count * self.rarity[at] * share)
                for rule in matches:
                    at = self.rule_at.get(rule)
                    if at is not None:
                        columns.append(at)
                        values.append(RULE_WEIGHT)
                ends.append(len(columns))
        shape = (len(ends) - 1, len(self.names) + len(self.rules))
        return csr_matrix((values, columns, ends), shape=shape)

    def logits(self, replies: Sequence[Prepared]) -> list[Floats]:
        """One array a reply."""
        flat = np.asarray(self.matrix(replies) @ self.weights.T + self.bias, dtype=np.float32)
        return _split(flat, replies)


def _fit(
    matrix: csr_matrix | Floats, truth: NDArray[np.int8], closeness: float, balance: float
) -> LogisticRegression | None:
    """A linear model of one label over the sentences of which it is said; None when there are too few examples."""
    said = np.flatnonzero(truth != UNSURE)
    wanted = truth[said]
    positive = wanted.sum()
    if positive < FEWEST:
        return None
    weights = np.where(wanted == 1, ((len(wanted) - positive) / positive) ** balance, 1.0)
    model = LogisticRegression(C=closeness, solver="liblinear", random_state=SEED, max_iter=300)
    return model.fit(matrix[said], wanted, sample_weight=weights)


def _split(flat: Floats, replies: Sequence[Prepared]) -> list[Floats]:
    ends = np.cumsum([len(reply.tokens) for reply in replies])[:-1]
    return list(np.split(flat, ends))


def fold_of(count: int, seed: int = SEED) -> NDArray[np.int64]:
    """A fold for each reply, by chance with a fixed seed."""
    return np.random.default_rng(seed).integers(0, FOLDS, count)


def held_out_logits(replies: Sequence[Prepared], rules: Sequence[str]) -> list[Floats]:
    """First-stage results for each reply from a model that has not seen it."""
    folds = fold_of(len(replies))
    made: dict[int, Floats] = {}
    for fold in range(FOLDS):
        stage = FirstStage([reply for reply, own in zip(replies, folds, strict=True) if own != fold], rules)
        places = [place for place, own in enumerate(folds) if own == fold]
        made.update(zip(places, stage.logits([replies[place] for place in places]), strict=True))
    return [made[place] for place in range(len(replies))]


@dataclass(slots=True)
class Lesson:
    """What is learnt of one language.

    Attributes:
        rules: The ids of the pack's rules.
        replies: The corpus, prepared.
        stage: The first stage.
        held_out: For each reply what a first stage says of it that has not seen it.
        folds: The fold of each reply for the second stage.
    """

    rules: list[str]
    replies: list[Prepared]
    stage: FirstStage
    held_out: list[Floats]
    folds: NDArray[np.int64]

    @classmethod
    def of(cls, corpus: Sequence[Reply], language: str) -> "Lesson":
        """Prepare a corpus and fit the first stage; the rules of the language inform the model."""
        engine = Engine(load_pack(language)) if language in available_languages() else None
        rules = [rule.id for rule in engine.pack.rules] if engine else []
        replies = [prepare(reply, engine) for reply in corpus]
        held_out = held_out_logits(replies, rules)
        return cls(rules, replies, FirstStage(replies, rules), held_out, fold_of(len(replies), SEED + 1))

    def without(self, fold: int | None) -> tuple[Floats, NDArray[np.int8]]:
        """What the second stage sees of each sentence, and which labels that carries, but for the replies of a fold."""
        kept = np.flatnonzero(self.folds != fold).tolist()
        seen = np.concatenate([beside(self.held_out[at]) for at in kept])
        return seen, np.concatenate([self.replies[at].truth for at in kept])


def fit_second(lessons: Sequence[tuple[Floats, NDArray[np.int8]]]) -> list[SecondStage]:
    """The second stage of each language: a linear one of its own, and some small networks of all together.

    Args:
        lessons: For each language what the second stage sees of each sentence, and which labels that carries.
    """
    inward, outward = _networks(*map(np.concatenate, zip(*lessons, strict=True)))
    return [_mixed(seen, truth, inward, outward) for seen, truth in lessons]


def _mixed(seen: Floats, truth: NDArray[np.int8], inward: Floats, outward: Floats) -> SecondStage:
    straight = np.zeros((seen.shape[1] + 1, len(MODEL_LABELS)), dtype=np.float32)
    outward = outward * np.float32(HIDDEN_SHARE)
    for label in range(len(MODEL_LABELS)):
        fitted = _fit(seen, truth[:, label], SECOND_REGULARISATION, SECOND_BALANCE)
        if fitted is None:
            straight[label, label] = 1.0
            outward[:, label] = 0.0
            continue
        straight[:-1, label] = fitted.coef_[0] * (1 - HIDDEN_SHARE)
        straight[-1, label] = fitted.intercept_[0] * (1 - HIDDEN_SHARE)
    return SecondStage(straight, inward, outward)


def _networks(seen: Floats, truth: NDArray[np.int8]) -> tuple[Floats, Floats]:
    """Networks with one hidden layer, laid side by side as one that gives their mean; biases are the last rows."""
    middle, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-3
    wanted = (truth == 1).astype(int)
    inward, outward = [], []
    for seed in range(NETWORKS):
        network = MLPClassifier(
            (HIDDEN,),
            alpha=HIDDEN_DECAY,
            batch_size=128,
            learning_rate_init=2e-3,
            max_iter=40,
            early_stopping=True,
            n_iter_no_change=4,
            random_state=SEED + seed,
        ).fit((seen - middle) / spread, wanted)
        (into, out), (into_bias, out_bias) = network.coefs_, network.intercepts_
        into = into / spread[:, None]
        inward.append(np.vstack([into, into_bias - middle @ into]))
        outward.append((out / NETWORKS, out_bias / NETWORKS))
    rows = [out for out, _bias in outward]
    bias = np.sum([bias for _out, bias in outward], axis=0)
    return np.hstack(inward).astype(np.float32), np.vstack([*rows, bias]).astype(np.float32)


def reply_scores(replies: Sequence[Prepared], logits: Sequence[Floats]) -> tuple[Floats, NDArray[np.int8]]:
    """For each reply and label the highest logit (endless where a sure rule decides), and whether it carries it."""
    highest = np.stack([rows.max(axis=0) for rows in logits])
    for place, reply in enumerate(replies):
        for label in reply.ruled & LABEL_AT.keys():
            highest[place, LABEL_AT[label]] = np.inf
    return highest, np.stack([reply.truth.max(axis=0) for reply in replies])


def choose_thresholds(highest: Floats, truth: NDArray[np.int8], weight: Floats) -> Floats:
    """For each label the threshold of the best F measure over replies, smoothed so that no single reply decides.

    Faults are weighed towards precision: a false finding costs a writer's trust, and our corpus holds more faults than
    real mail does. Replies in public count more, for the same reason.

    Args:
        highest: For each reply and label the highest logit.
        truth: Whether the reply carries the label.
        weight: How much each reply counts.
    """
    grid = np.arange(-2.0, 4.0, 0.1)
    chosen = np.zeros(len(MODEL_LABELS), dtype=np.float32)
    for label in range(len(MODEL_LABELS)):
        wanted = truth[:, label] == 1
        if wanted.sum() < 5:
            continue
        given = highest[:, label][None, :] >= grid[:, None]
        recall_weight = (FAULT_RECALL if MODEL_LABELS[label] in FAULTS else COMPONENT_RECALL) ** 2
        both = (given & wanted) @ weight
        measure = (1 + recall_weight) * both / (given @ weight + recall_weight * (wanted @ weight))
        smooth = np.convolve(np.pad(measure, 3, mode="edge"), np.ones(7) / 7, "valid")
        chosen[label] = grid[int(smooth.argmax())]
    places = slice(len(COMPONENTS), len(COMPONENTS) + len(FAULTS))
    faults = chosen[places]
    chosen[places] = np.minimum(faults, HIGHEST_FAULT_THRESHOLD) if len(truth) < LARGE else faults + FAULT_MARGIN
    for name, margin in LABEL_MARGINS.items():
        chosen[LABEL_AT[name]] += margin
    return chosen


def statement_margins(replies: int) -> Floats:
    """What is added for each label in a text that answers nobody."""
    margins = np.zeros(len(MODEL_LABELS), dtype=np.float32)
    places = slice(len(COMPONENTS), len(COMPONENTS) + len(FAULTS))
    margins[places] = STATEMENT_MARGIN if replies < LARGE else LARGE_STATEMENT_MARGIN
    return margins


def f1_by_label(highest: Floats, truth: NDArray[np.int8], thresholds: Floats) -> dict[str, float]:
    """F1 of presence in the reply, per label."""
    given, wanted = highest >= thresholds, truth == 1
    both = (given & wanted).sum(axis=0)
    sums = given.sum(axis=0) + wanted.sum(axis=0)
    return {label: float(2 * both[at] / sums[at]) if sums[at] else 0.0 for label, at in LABEL_AT.items()}


def text_rows(stage: FirstStage) -> TextRows:
    """The words of the first stage laid out as the file holds them: each known word with its pieces added in."""
    scaled = (stage.weights[:, : len(stage.names)] * stage.rarity).T.astype(np.float32)
    words = [name for name in stage.names if " " not in name and not name.startswith("\t")]
    piece_at = {name[1:]: place for place, name in enumerate(stage.names) if name.startswith("\t")}
    word_rows = np.zeros((len(words), len(MODEL_LABELS)), dtype=np.float32)
    for row, word in enumerate(words):
        inside = [piece_at[piece] for piece in pieces(word) if piece in piece_at] if len(word) > 1 else []
        word_rows[row] = scaled[stage.at[word]] + scaled[inside].sum(axis=0)
    runs = _heaviest([name for name in stage.names if " " in name], stage, scaled, MOST_RUNS)
    # The model looks a run of three up only where its first two words are a known run.
    runs = sorted({*runs, *(run.rpartition(" ")[0] for run in runs if run.count(" ") == 2)})
    base = base_of(len(words))
    place = {word: number for number, word in enumerate((*words, BEGIN, END))}
    pairs = {}
    for run in (run for run in runs if run.count(" ") == 1):
        first, second_word = run.split(" ")
        pairs[run] = place[first] * base + place[second_word]
    pair_at = {run: number for number, run in enumerate(sorted(pairs, key=pairs.__getitem__))}
    triples = {}
    for run in (run for run in runs if run.count(" ") == 2):
        two, _, third = run.rpartition(" ")
        triples[run] = pair_at[two] * base + place[third]
    kept = _heaviest([name for name in stage.names if name.startswith("\t")], stage, scaled, MOST_PIECES)

    def laid_out(keys: dict[str, int]) -> tuple[NDArray[np.int64], Rows]:
        ordered = sorted(keys, key=keys.__getitem__)
        return np.array([keys[run] for run in ordered], np.int64), Rows.of(
            scaled[[stage.at[run] for run in ordered]], STEPS
        )

    return TextRows(
        words,
        Rows.of(word_rows, STEPS),
        *laid_out(pairs),
        *laid_out(triples),
        [name[1:] for name in kept],
        Rows.of(scaled[[stage.at[name] for name in kept]], STEPS),
    )


def _heaviest(names: list[str], stage: FirstStage, scaled: Floats, most: int) -> list[str]:
    heavy = sorted(names, key=lambda name: (-float(np.abs(scaled[stage.at[name]]).max()), name))
    return sorted(heavy[:most])


@dataclass(slots=True)
class Together:
    """The networks of all languages.

    Attributes:
        weights: For each language what a network says that has learnt from everything.
        held_out: For each language and reply what one says that has not seen it.
    """

    weights: list[NetworkWeights]
    held_out: list[list[Floats]]

    @classmethod
    def of(
        cls, lessons: Sequence[Lesson], texts: Sequence[TextRows], glosses: Sequence[Mapping[str, Sequence[str]]]
    ) -> "Together":
        """Learn, once without each part of the replies, and once with all of them."""
        vocabularies = [
            Vocabulary(Words(text.words, text.pieces), {rule: place for place, rule in enumerate(lesson.rules)}, gloss)
            for lesson, text, gloss in zip(lessons, texts, glosses, strict=True)
        ]
        lines = Lines(vocabularies, [lesson.replies for lesson in lessons])
        folds = [np.random.default_rng(SEED + 2).integers(0, NETWORK_FOLDS, len(lesson.replies)) for lesson in lessons]
        held_out: list[list[Floats]] = [list(lesson.held_out) for lesson in lessons]
        for fold in (*range(NETWORK_FOLDS), None):
            seen = [
                reply
                for own, spans in zip(folds, lines.replies, strict=True)
                for of, reply in zip(own, spans, strict=True)
                if of != fold
            ]
            learnt = Learnt(lines, seen, len(lessons), SEED + (NETWORK_FOLDS if fold is None else fold))
            weights = [learnt.weights(number, vocabulary) for number, vocabulary in enumerate(vocabularies)]
            for number, (lesson, known) in enumerate(zip(lessons, vocabularies, strict=True)):
                network = Network(weights[number], known.words)
                for at in np.flatnonzero(folds[number] == fold).tolist() if fold is not None else ():
                    reply = lesson.replies[at]
                    rules = [[known.rules[rule] for rule in matches] for matches in reply.rules]
                    held_out[number][at] = network.logits(network.told(known.words.placed(reply.tokens), rules))
        return cls(weights, held_out)


def train(corpora: Mapping[str, Sequence[Reply]], *, report: bool = False) -> dict[str, Weights]:
    """Train on labelled replies of one language, or of several together.

    Args:
        corpora: The corpus of each language; the rules of its pack inform its model.
        report: Whether to print the cross-validated figures.

    Returns:
        The weights of each language.
    """
    with ProcessPoolExecutor() as pool:
        lessons = list(pool.map(Lesson.of, corpora.values(), corpora))
        # One stage for each fold that has not seen it, and one that has seen everything.
        *of_folds, stages = pool.map(
            fit_second, [[lesson.without(fold) for lesson in lessons] for fold in (*range(FOLDS), None)]
        )
    texts = [text_rows(lesson.stage) for lesson in lessons]
    # Glosses are in English: without its replies nobody knows what their words mean.
    glosses = [read_glosses(language) if next(iter(corpora)) == "en" else {} for language in corpora]
    together = Together.of(lessons, texts, glosses)
    made = {}
    for number, ((language, corpus), lesson) in enumerate(zip(corpora.items(), lessons, strict=True)):
        held_out = [
            of_folds[fold][number].logits(row) * np.float32(1 - NETWORK_SHARE) + said * np.float32(NETWORK_SHARE)
            for fold, row, said in zip(lesson.folds, lesson.held_out, together.held_out[number], strict=True)
        ]
        highest, truth = reply_scores(lesson.replies, held_out)
        public = np.array([reply.channel in PUBLIC for reply in corpus])
        thresholds = choose_thresholds(highest, truth, np.where(public, PUBLIC_WEIGHT, 1.0).astype(np.float32))
        if report:
            _report(language, truth, f1_by_label(highest, truth, thresholds))
        stage = lesson.stage
        made[language] = Weights(
            texts[number],
            stage.rules,
            Rows.of(stage.weights[:, len(stage.names) :].T.astype(np.float32)),
            stage.bias.astype(np.float32),
            stages[number],
            together.weights[number],
            thresholds,
            statement_margins(len(corpus)),
        )
    return made


def _report(language: str, truth: NDArray[np.int8], scores: Mapping[str, float]) -> None:
    for kind, labels in (("components", COMPONENTS), ("faults", FAULTS), ("promises", (COMMITMENT,))):
        print(f"{language} {kind}: macro F1 {np.mean([scores[label] for label in labels]):.3f}")
        for label in labels:
            print(f"  {label:20} n={truth[:, LABEL_AT[label]].sum():<5} F1={scores[label]:.3f}")


def model_of(replies: Sequence[Reply], language: str) -> SentenceModel:
    """A model trained on labelled replies of one language, ready for use."""
    return SentenceModel(train({language: replies})[language])


def gathered(language: str, also: Path | None) -> list[Reply]:
    """The corpus of a language, with the annotated replies beside the project if their folder is given."""
    replies = read_corpus(language)
    if not replies:
        raise SystemExit(f"train: there is no corpus in training/{language}/")
    if also is not None:
        replies.extend(from_annotated(row) for row in read_annotated(also / f"train-{language}-written.jsonl"))
    replies = [reply for reply in replies if reply.sentences]
    print(f"{language}: {len(replies)} replies, {sum(len(reply.sentences) for reply in replies)} sentences")
    return replies


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("languages", nargs="+")
    parser.add_argument("--cross", action="store_true", help="only measure, write nothing")
    parser.add_argument(
        "--also",
        type=Path,
        metavar="FOLDER",
        help="annotated replies beside the project: train-<language>-written.jsonl in this folder is learnt from too",
    )
    arguments = parser.parse_args()
    made = train({language: gathered(language, arguments.also) for language in arguments.languages}, report=True)
    if arguments.cross:
        return
    MODELS.mkdir(exist_ok=True)
    for language, weights in made.items():
        path = MODELS / f"{language}.npz"
        weights.save(path)
        print(f"wrote {path.name}, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
