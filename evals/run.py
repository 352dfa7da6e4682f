"""Scores the library on the development sets, and compares with the figures of the last run.

    python evals/run.py                          # every language that has a development set
    python evals/run.py --languages en --both --rules-only --model-only
    python evals/run.py --languages en --misses 20

Only figures are kept (evals/figures/<language>.json), never a word of a reply.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from development import DATA, LANGUAGES, ROOT, SETS, Row, read_all
from predictions import Answer, Mode, predict, reader
from scoring import Figures, Scorer, scorer_beside

from amends.checker.pack import PackError

FIGURES = ROOT / "evals" / "figures"
FIGURES_OF_A_SET = (
    ("spans touching", "spans_touching"),
    ("false findings per reply", "false_findings_per_reply"),
    ("promises F1", "promise_f1"),
    ("due moments right", "due_accuracy"),
    ("complaints macro F1", "complaint_macro_f1"),
)
WORTH_SAYING = 0.0005
"""Smaller differences are rounding."""


def figures_file(language: str) -> Path:
    """Where the figures of a language are kept."""
    return FIGURES / f"{language}.json"


def read_figures(path: Path) -> dict[str, dict[str, Figures]]:
    """The kept figures: mode, set, figures; nothing when there are none yet."""
    if not path.is_file():
        return {}
    modes: dict[str, dict[str, Figures]] = json.loads(path.read_text(encoding="utf-8"))["modes"]
    return modes


def write_figures(path: Path, language: str, modes: Mapping[str, Mapping[str, Figures]]) -> None:
    """Keep figures in a form whose changes read well."""
    path.parent.mkdir(exist_ok=True)
    content = {"language": language, "modes": modes}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def shown(value: float | None) -> str:
    """A figure for the table."""
    return "    -" if value is None else f"{value:5.3f}"


def label_cells(row: Mapping[str, float] | None) -> str:
    """Support, precision, recall, F1; where nothing carries the label the last two say nothing."""
    if row is None:
        return ""
    recall, f1 = (row["recall"], row["f1"]) if row["support"] else (None, None)
    return f"{row['support']:4} {shown(row['precision'])} {shown(recall)} {shown(f1)}"


def table(sets: Mapping[str, Figures], labels: Sequence[str]) -> Iterator[str]:
    """The figures of one mode: a line per label, then what sums up."""
    present = [name for name in SETS if name in sets]
    yield " " * 27 + "".join(f"| {name + ' (' + str(sets[name]['replies']) + ')':26}" for name in present)
    yield f"{'label':27}" + "|    n     P     R    F1    " * len(present)
    for label in labels:
        line = f"{label:27}"
        for name in present:
            row = sets[name]["labels"].get(label)
            line += f"| {label_cells(row):26}"
        yield line.rstrip()
    for title, kind, key in (
        ("components macro F1", "components", "macro_f1"),
        ("components micro F1", "components", "micro_f1"),
        ("faults macro F1", "faults", "macro_f1"),
        ("faults micro F1", "faults", "micro_f1"),
    ):
        yield f"{title:27}" + "".join(f"|{shown(sets[name][kind][key]):>22}     " for name in present).rstrip()
    for title, key in FIGURES_OF_A_SET:
        if any(key in sets[name] for name in present):
            yield f"{title:27}" + "".join(f"|{shown(sets[name].get(key)):>22}     " for name in present).rstrip()


def side_by_side(modes: Mapping[str, Mapping[str, Figures]], labels: Sequence[str]) -> Iterator[str]:
    """F1 per label on all replies, one column a mode."""
    yield f"{'F1, all replies':27}" + "".join(f"{mode:>9}" for mode in modes)
    for label in labels:
        rows = [sets["all"]["labels"].get(label) for sets in modes.values()]
        yield f"{label:27}" + "".join(f"{shown(row['f1'] if row else None):>9}" for row in rows)
    for kind in ("components", "faults"):
        macro = (shown(sets["all"][kind]["macro_f1"]) for sets in modes.values())
        yield f"{kind + ' macro F1':27}" + "".join(f"{figure:>9}" for figure in macro)


def flat(figures: Figures) -> dict[str, float]:
    """Every figure that can go up or down, by name."""
    found = {label: row["f1"] for label, row in figures["labels"].items()}
    for kind in ("components", "faults"):
        found[f"{kind} macro F1"] = figures[kind]["macro_f1"]
    for title, key in FIGURES_OF_A_SET:
        found[title] = figures.get(key)
    return {name: value for name, value in found.items() if value is not None}


def differences(before: Figures, now: Figures) -> Iterator[str]:
    """A line for each figure that went up or down."""
    old, new = flat(before), flat(now)
    for name in new:
        change = new[name] - old.get(name, 0.0)
        if abs(change) > WORTH_SAYING:
            way = "up  " if change > 0 else "down"
            yield f"  {name:27} {shown(old.get(name))} -> {shown(new[name])}  {way} {abs(change):.3f}"


def report_differences(before: Mapping[str, Mapping[str, Figures]], now: Mapping[str, Mapping[str, Figures]]) -> None:
    """Print what changed since the kept figures, set by set."""
    for mode, sets in now.items():
        for name, figures in sets.items():
            old = before.get(mode, {}).get(name)
            if old is None:
                continue
            lines = list(differences(old, figures))
            print(f"{mode}, {name}, against the kept figures: " + ("" if lines else "no change"))
            print("\n".join(lines) + "\n" if lines else "", end="")


def report_misses(scorer: Scorer, rows: Sequence[Row], mode: Mode, count: int) -> None:
    """Print the worst misses of a mode; their text goes nowhere else."""
    misses = scorer.misses(rows, predict(rows, reader(mode)))
    print(f"\nthe {min(count, len(misses))} worst of {len(misses)} wrong decisions ({mode})")
    for miss in misses[:count]:
        print(f"\n{miss.id} {miss.kind} {miss.label}: {' | '.join(miss.quotes)}\n    {miss.reply}")


def chosen_modes(arguments: argparse.Namespace) -> tuple[Mode, ...]:
    """The modes asked for; as shipped when none is."""
    asked: list[Mode] = []
    if arguments.both:
        asked.append("both")
    if arguments.rules_only:
        asked.append("rules")
    if arguments.model_only:
        asked.append("model")
    return tuple(asked) or ("both",)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="where dev-<language>-<kind>.jsonl lie")
    parser.add_argument("--score", type=Path, help="the scorer (default: beside the data)")
    parser.add_argument("--languages", nargs="+", default=LANGUAGES, metavar="CODE")
    parser.add_argument("--both", action="store_true", help="rules and sentence model, as shipped (the default)")
    parser.add_argument("--rules-only", action="store_true", help="without the sentence model")
    parser.add_argument("--model-only", action="store_true", help="without the rules' own decisions")
    parser.add_argument("--against", type=Path, metavar="FILE", help="compare with these figures, not the kept ones")
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="list the N worst misses")
    parser.add_argument("--dry", action="store_true", help="keep no figures")
    parser.add_argument("--predictions", type=Path, metavar="FOLDER", help="write the answers there, for the scorer")
    return parser.parse_args()


def write_predictions(folder: Path, language: str, mode: Mode, answers: Mapping[str, Answer]) -> None:
    """Write answers as JSON lines for the scorer's own command; they quote replies, so not into the repository."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps({"id": key, **answer}, ensure_ascii=False) for key, answer in answers.items())
    (folder / f"{language}-{mode}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """The command."""
    arguments = parse()
    scorer = scorer_beside(arguments.data, arguments.score)
    for language, sets in read_all(arguments.data, arguments.languages).items():
        try:
            report_language(arguments, scorer, language, sets)
        except PackError as error:
            # The figures of the other languages are wanted all the same.
            print(f"{language}: {error}", file=sys.stderr)


def report_language(
    arguments: argparse.Namespace, scorer: Scorer, language: str, sets: Mapping[str, Sequence[Row]]
) -> None:
    """Print, compare and keep the figures of one language.

    Raises:
        PackError: Its pack is wrong.
    """
    modes = chosen_modes(arguments)
    now: dict[str, dict[str, Figures]] = {}
    for mode in modes:
        answers = predict(sets["all"], reader(mode))
        now[mode] = {name: scorer.figures(rows, answers) for name, rows in sets.items()}
        print(f"\n{language}, {mode}\n" + "\n".join(table(now[mode], scorer.labels)))
        if arguments.predictions:
            write_predictions(arguments.predictions, language, mode, answers)
    if len(modes) > 1:
        print("\n" + "\n".join(side_by_side(now, scorer.labels)))
    kept = read_figures(figures_file(language))
    other = arguments.against and json.loads(arguments.against.read_text(encoding="utf-8"))["language"] == language
    print()
    report_differences(read_figures(arguments.against) if other else kept, now)
    if arguments.misses:
        report_misses(scorer, sets["all"], modes[0], arguments.misses)
    if not arguments.dry:
        write_figures(figures_file(language), language, {**kept, **now})


if __name__ == "__main__":
    main()
