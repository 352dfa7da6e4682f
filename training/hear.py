"""Trains the hearing's model of a language: is a message a complaint, of what kind, what is asked.

    python training/hear.py en --also ../shared/data     # writes src/amends/hearing/models/en.npz
    python training/hear.py lt --cross                   # only measures, by cross-validation
    python training/hear.py --csv FILE --text COLUMN --label COLUMN [--folds 10]
                                                         # the method on any labelled table, to compare with papers

Our own messages and those that our labelled replies answer are the main source; `--also` adds the annotated messages
that may be trained on and, for English, two public sets (CESAMARD and X-FINCORP, both MIT). Their weight was chosen
by cross-validation over our own messages: see training/README.md.
"""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

sys.path.insert(0, str(Path(__file__).resolve().parent))

from messages import Message, annotated_messages, finance_tweets, messages_of_replies, own_messages, reviews
from train import sentence_features

from amends.hearing.cues import cue_words
from amends.hearing.labels import MESSAGE_LABELS
from amends.hearing.model import CUE_WEIGHT, HearingWeights
from amends.text import normalise, sentences, zones
from amends.text.features import BEGIN, END, pieces, tokens
from amends.text.linear import SCALE, Floats, Rows, TextRows, base_of

MODELS = Path(__file__).resolve().parent.parent / "src" / "amends" / "hearing" / "models"
SEED = 20
FOLDS = 5
REGULARISATION = 3.0
"""liblinear's C for complaints; the labels with fewer examples are held closer."""
FEW_REGULARISATION = 0.5
BALANCE = 0.5
LEAST = 2
ENDS = 2
"""The beginning and the end of a sentence count as tokens."""
FEWEST = 8
MOST_RUNS = 25_000
MOST_PIECES = 15_000
LONGEST = 1_000
"""Characters of a sentence that are read at most."""
SOURCES = {"own": 1.0, "replies": 1.0, "cesamard": 0.3, "xfincorp": 0.05}
"""How much a message of each source counts."""

CUE = "\v"
"""Begins the name of a cue among the features; no token does."""

Counted = list[tuple[Counter[str], int]]


def prepare(message: Message) -> Counted:
    """Features and length of each sentence, as the hearing cuts a message at work."""
    text = message.text
    made = []
    for zone in zones(text):
        if zone.kind not in ("author", "repeated"):
            continue
        for start, end in sentences(text, zone.start, zone.end, message.language):
            made.append(_counted(text[start : min(end, start + LONGEST)], message.language))
    return [one for one in made if one[1] > ENDS]


def _counted(sentence: str, language: str | None) -> tuple[Counter[str], int]:
    """The features of a sentence, its cues among them, and its length."""
    folded = normalise(sentence).text
    found = tokens(folded)
    counted = sentence_features(found)
    if language is not None:
        counted.update({CUE + name: 1 for name, _ in cue_words(language).found(folded)})
    return counted, len(found) + ENDS


class Vocabulary:
    """The features that occur often enough, with their rarity."""

    def __init__(self, prepared: Sequence[Counted]) -> None:
        """Count them in prepared messages."""
        frequency = Counter(name for lines in prepared for name in set().union(*(counted for counted, _ in lines)))
        self.names = sorted(name for name, count in frequency.items() if count >= LEAST or name.startswith(CUE))
        self.at = {name: place for place, name in enumerate(self.names)}
        self.rarity = np.array([np.log((1 + len(prepared)) / (1 + frequency[name])) + 1 for name in self.names])

    def matrix(self, rows: Sequence[Counted]) -> csr_matrix:
        """One row for each list of lines: a whole message, or one line of it."""
        columns: list[int] = []
        values: list[float] = []
        ends = [0]
        for lines in rows:
            share = SCALE / np.sqrt(max(1, sum(length for _, length in lines)))
            for counted, _ in lines:
                for name, count in counted.items():
                    at = self.at.get(name)
                    if at is not None and not name.startswith(CUE):
                        columns.append(at)
                        values.append(count * self.rarity[at] * share)
            for name in sorted({name for counted, _ in lines for name in counted if name.startswith(CUE)}):
                if name in self.at:
                    columns.append(self.at[name])
                    values.append(CUE_WEIGHT)
            ends.append(len(columns))
        return csr_matrix((values, columns, ends), shape=(len(rows), len(self.names)))


def fit(
    matrix: csr_matrix, truth: NDArray[np.int8], weight: NDArray[np.float64], closeness: float
) -> LogisticRegression:
    """A linear model of one label."""
    positive = float(weight[truth == 1].sum())
    ratio = (float(weight.sum()) - positive) / max(positive, 1e-9)
    balanced = weight * np.where(truth == 1, ratio**BALANCE, 1.0)
    model = LogisticRegression(C=closeness, solver="liblinear", random_state=SEED, max_iter=400)
    return model.fit(matrix, truth, sample_weight=balanced)


def truth_of(messages: Sequence[Message], label: str) -> tuple[list[int], NDArray[np.int8]]:
    """The messages of which a label is said, and what."""
    if label == "complaint":
        return list(range(len(messages))), np.array([message.complaint for message in messages], np.int8)
    said = [place for place, message in enumerate(messages) if message.labels is not None]
    return said, np.array([label in (messages[place].labels or ()) for place in said], np.int8)


def logits_of_complaint(
    messages: Sequence[Message], prepared: Sequence[Counted], known: Sequence[int], asked: Sequence[int]
) -> Floats:
    """What a model of some messages says of others."""
    vocabulary = Vocabulary([prepared[place] for place in known])
    weight = np.array([SOURCES[messages[place].source] for place in known])
    truth = np.array([messages[place].complaint for place in known], np.int8)
    model = fit(vocabulary.matrix([prepared[place] for place in known]), truth, weight, REGULARISATION)
    made: Floats = model.decision_function(vocabulary.matrix([prepared[place] for place in asked]))
    return made


def cross(messages: Sequence[Message], prepared: Sequence[Counted]) -> tuple[float, float]:
    """Macro F1 of complaints over our own messages by cross-validation, and the threshold that was best."""
    ours = [place for place, message in enumerate(messages) if message.source in ("own", "replies")]
    folds = np.random.default_rng(SEED).integers(0, FOLDS, len(messages))
    logits = np.zeros(len(messages))
    for fold in range(FOLDS):
        asked = [place for place in ours if folds[place] == fold]
        known = [
            place
            for place in range(len(messages))
            if folds[place] != fold or messages[place].source not in ("own", "replies")
        ]
        logits[asked] = logits_of_complaint(messages, prepared, known, asked)
    truth = np.array([messages[place].complaint for place in ours])
    grid = np.arange(-1.5, 1.5, 0.1)
    scores = np.array([f1_score(truth, logits[ours] >= cut, average="macro") for cut in grid])
    smooth = np.convolve(np.pad(scores, 2, mode="edge"), np.ones(5) / 5, "valid")
    best = float(grid[int(smooth.argmax())])
    for source in ("own", "replies"):
        part = [place for place in ours if messages[place].source == source]
        held = np.array([messages[place].complaint for place in part])
        score = f1_score(held, logits[part] >= best, average="macro")
        print(f"  complaint, {source:8} n={len(part):<5} macro F1={score:.3f}")
    return f1_score(truth, logits[ours] >= best, average="macro"), best


def threshold(matrix: csr_matrix, truth: NDArray[np.int8]) -> tuple[float, float]:
    """The best threshold of a label by cross-validation, and its F1."""
    folds = np.random.default_rng(SEED).integers(0, FOLDS, len(truth))
    logits = np.zeros(len(truth))
    for fold in range(FOLDS):
        known, asked = folds != fold, folds == fold
        if truth[known].sum() >= 2:
            logits[asked] = fit(
                matrix[known], truth[known], np.ones(known.sum()), FEW_REGULARISATION
            ).decision_function(matrix[asked])
        else:
            logits[asked] = -6.0
    grid = np.arange(-2.5, 2.0, 0.1)
    scores = np.array([f1_score(truth, logits >= cut, zero_division=0) for cut in grid])
    smooth = np.convolve(np.pad(scores, 2, mode="edge"), np.ones(5) / 5, "valid")
    at = int(smooth.argmax())
    return float(grid[at]), float(scores[at])


def train(messages: Sequence[Message], cut: float) -> HearingWeights:
    """Train all labels."""
    prepared = [prepare(message) for message in messages]
    vocabulary = Vocabulary(prepared)
    matrix = vocabulary.matrix(prepared)
    lines = [
        (counted, marks)
        for message, one in zip(messages, prepared, strict=True)
        if message.marks is not None
        for counted, marks in zip(_lines(message), message.marks, strict=True)
    ]
    line_matrix = vocabulary.matrix([[counted] for counted, _ in lines])
    weights = np.zeros((len(MESSAGE_LABELS), len(vocabulary.names)))
    bias = np.full(len(MESSAGE_LABELS), -6.0)
    thresholds = np.zeros(len(MESSAGE_LABELS), np.float32)
    source_weight = np.array([SOURCES[message.source] for message in messages])
    for column, label in enumerate(MESSAGE_LABELS):
        if label.startswith("mark:"):
            mark = label.partition(":")[2]
            truth = np.array([mark in marks for _, marks in lines], np.int8)
            said_matrix, weight = line_matrix, np.ones(len(truth))
        else:
            said, truth = truth_of(messages, label)
            said_matrix, weight = matrix[said], source_weight[said]
        if truth.sum() < FEWEST:
            print(f"  {label:22} n={truth.sum():<5} too few")
            continue
        closeness = REGULARISATION if label == "complaint" else FEW_REGULARISATION
        model = fit(said_matrix, truth, weight, closeness)
        weights[column], bias[column] = model.coef_[0], model.intercept_[0]
        if label == "complaint":
            thresholds[column] = cut
        else:
            thresholds[column], score = threshold(said_matrix, truth)
            print(f"  {label:22} n={truth.sum():<5} F1={score:.3f}")
    cues = [name for name in vocabulary.names if name.startswith(CUE)]
    cue_rows = (
        weights.T[[vocabulary.at[name] for name in cues]].astype(np.float32).reshape(len(cues), len(MESSAGE_LABELS))
    )
    text = rows_of(vocabulary, weights)
    return HearingWeights(text, [name[1:] for name in cues], cue_rows, bias.astype(np.float32), thresholds)


def _lines(message: Message) -> list[tuple[Counter[str], int]]:
    """Features of every line, of empty ones too, so that marks stand beside them."""
    return [_counted(line[:LONGEST], message.language) for line in message.sentences]


def rows_of(vocabulary: Vocabulary, weights: NDArray[np.float64]) -> TextRows:
    """The weights laid out as the file holds them: each known word with its pieces added in."""
    scaled = (weights * vocabulary.rarity).T.astype(np.float32)
    names, at = vocabulary.names, vocabulary.at
    words = [name for name in names if " " not in name and not name.startswith(("\t", CUE))]
    word_rows = np.stack(
        [
            scaled[at[word]]
            + scaled[[at["\t" + piece] for piece in (pieces(word) if len(word) > 1 else []) if "\t" + piece in at]].sum(
                axis=0
            )
            for word in words
        ]
    )

    def heaviest(kept: list[str], most: int) -> list[str]:
        return sorted(sorted(kept, key=lambda name: (-float(np.abs(scaled[at[name]]).max()), name))[:most])

    runs = heaviest([name for name in names if " " in name and not name.startswith(CUE)], MOST_RUNS)
    runs = sorted({*runs, *(run.rpartition(" ")[0] for run in runs if run.count(" ") == 2)})
    base = base_of(len(words))
    place = {word: number for number, word in enumerate((*words, BEGIN, END))}
    pairs = {run: place[run.split(" ")[0]] * base + place[run.split(" ")[1]] for run in runs if run.count(" ") == 1}
    pair_at = {run: number for number, run in enumerate(sorted(pairs, key=pairs.__getitem__))}
    triples = {
        run: pair_at[run.rpartition(" ")[0]] * base + place[run.rpartition(" ")[2]]
        for run in runs
        if run.count(" ") == 2
    }
    kept = heaviest([name for name in names if name.startswith("\t")], MOST_PIECES)

    def laid_out(keys: dict[str, int]) -> tuple[NDArray[np.int64], Rows]:
        ordered = sorted(keys, key=keys.__getitem__)
        return np.array([keys[run] for run in ordered], np.int64), Rows.of(scaled[[at[run] for run in ordered]])

    return TextRows(
        words,
        Rows.of(word_rows),
        *laid_out(pairs),
        *laid_out(triples),
        [name[1:] for name in kept],
        Rows.of(scaled[[at[name] for name in kept]]),
    )


def gathered(language: str, also: Path | None) -> list[Message]:
    """Everything that a language's model is trained on."""
    messages = own_messages(language) + messages_of_replies(language)
    if also is not None:
        annotated = also / "replies" / f"train-{language}-written.jsonl"
        if annotated.is_file():
            messages += annotated_messages(annotated)
        if language == "en":
            messages += reviews(also / "complaints" / "cesamard")
            messages += finance_tweets(also / "complaints" / "xfincorp.csv")
    for message in messages:
        message.language = language
    return [message for message in messages if prepare(message)]


def on_table(path: Path, text: str, label: str, positive: str, folds: int) -> None:
    """The method on a labelled table, by k-fold cross-validation."""
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        rows = [
            row for row in csv.DictReader(lines) if (row.get(text) or "").strip() and (row.get(label) or "").strip()
        ]
    if not rows:
        sys.exit(f"{path}: no row has both '{text}' and '{label}'; name the columns with --text and --label")
    messages = [
        Message(str(number), row[label].strip() == positive, row[text].splitlines()) for number, row in enumerate(rows)
    ]
    prepared = [prepare(message) for message in messages]
    parts = np.random.default_rng(SEED).permutation(len(messages)) % folds
    truth = np.array([message.complaint for message in messages])
    scores = []
    for fold in range(folds):
        asked = np.flatnonzero(parts == fold).tolist()
        logits = logits_of_complaint(messages, prepared, np.flatnonzero(parts != fold).tolist(), asked)
        scores.append(f1_score(truth[asked], logits >= 0, average="macro"))
    print(f"{len(messages)} rows, {truth.mean():.0%} '{positive}'")
    print(f"macro F1 {np.mean(scores):.3f} ± {np.std(scores):.3f} over {folds} folds")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE")
    parser.add_argument("--also", type=Path, metavar="FOLDER", help="the folder of data that may be trained on")
    parser.add_argument("--cross", action="store_true", help="only measure")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="a labelled table to measure the method on")
    parser.add_argument("--text", default="text")
    parser.add_argument("--label", default="label")
    parser.add_argument("--positive", default="1", help="the value of the label that means a complaint")
    parser.add_argument("--folds", type=int, default=10)
    arguments = parser.parse_args()
    if arguments.csv:
        on_table(arguments.csv, arguments.text, arguments.label, arguments.positive, arguments.folds)
    for language in arguments.languages:
        messages = gathered(language, arguments.also)
        print(f"{language}: {len(messages)} messages, {sum(message.complaint for message in messages)} complaints")
        score, cut = cross(messages, [prepare(message) for message in messages])
        print(f"{language} complaint: macro F1 {score:.3f} over our own messages, threshold {cut:.1f}")
        if not arguments.cross:
            weights = train(messages, cut)
            MODELS.mkdir(exist_ok=True)
            path = MODELS / f"{language}.npz"
            weights.save(path)
            print(f"wrote {path.name}, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
