"""A whole audit: what it counts, writes, keeps and never lets out."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from audit_samples import BEGIN, COMPLAINT, COPY, FULL, NON_APOLOGY, SMALL, THANKS, table, talk, write

from amends.archive.audit import AuditError, Options, run

TABLES = ("messages", "reviews", "promises", "threads")
RESULTS = (*(f"{name}.parquet" for name in TABLES), "summary.json", "report.html", "not-read.csv")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("small")
    summary = run(Options((str(write(folder / "talks.jsonl", SMALL)),)), folder / "out")
    return folder / "out", summary


def results(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in RESULTS}


def test_what_is_written(small: tuple[Path, dict[str, Any]]) -> None:
    out, summary = small
    assert sorted(path.name for path in out.iterdir()) == sorted(RESULTS)
    assert json.loads((out / "summary.json").read_text()) == summary


def test_what_is_counted(small: tuple[Path, dict[str, Any]]) -> None:
    _, summary = small
    assert summary["archive"]["messages"] == 13
    assert summary["archive"]["sides"] == {"customer": 8, "ours": 5}
    assert summary["archive"]["automatic"] == {"yes": 1}
    figures = summary["figures"]
    assert figures["threads"] == 6
    assert figures["complaints"] == 4
    assert (figures["answered"], figures["unanswered"]) == (3, 1)
    assert figures["replies"] == 4
    assert figures["replies_to_complaints"] == 3
    assert figures["verdicts_to_complaints"] == {"none": 0, "non-apology": 1, "partial": 0, "full": 2}
    assert figures["waiting"] == 2
    assert (figures["thanked"], figures["praised"]) == (1, 1)
    assert figures["repeat_complaints"] == 1
    assert figures["recurrences"] == 1
    assert figures["seconds_to_answer"] == {"median": 3 * 3600, "p90": pytest.approx(42 * 3600, abs=7200), "count": 3}
    assert figures["components"]["responsibility"] == 2
    assert figures["faults"]["conditional"] == 1


def test_a_programs_answer_is_no_answer(small: tuple[Path, dict[str, Any]]) -> None:
    out, _ = small
    first = table(out, "threads")[0]
    assert first["complained"] == BEGIN
    assert first["answered"] - first["complained"] == timedelta(hours=3)
    assert first["apologised"] == first["answered"]


def test_groups_add_up(small: tuple[Path, dict[str, Any]]) -> None:
    _, summary = small
    for group in ("month", "channel", "language"):
        assert sum(told["complaints"] for told in summary["by"][group].values()) == 4
        assert sum(told["replies"] for told in summary["by"][group].values()) == 4
    assert set(summary["by"]["month"]) == {"2025-02", "2025-03"}
    assert summary["by"]["channel"]["review"]["unanswered"] == 1
    assert [told["replies"] for told in summary["by"]["writer"].values()] == [3, 1]


def test_tables_fit_together(small: tuple[Path, dict[str, Any]]) -> None:
    out, _ = small
    messages = {row["message"]: row for row in table(out, "messages")}
    threads = {row["thread"]: row for row in table(out, "threads")}
    assert sorted(messages) == list(range(13))
    assert sorted(threads) == list(range(6))
    for row in table(out, "reviews"):
        assert messages[row["message"]]["side"] == "ours"
        assert messages[row["message"]]["thread"] == row["thread"] in threads
        assert len(row["faults"]) == len(row["quotes"])
    for row in table(out, "promises"):
        assert row["message"] in messages
        assert row["quote"] in messages[row["message"]]["text"]
    for number, thread in threads.items():
        places = [row["place_in_thread"] for row in messages.values() if row["thread"] == number]
        assert sorted(places) == list(range(thread["messages"]))


def test_who_waits_and_who_deserves_thanks(small: tuple[Path, dict[str, Any]]) -> None:
    _, summary = small
    assert [one["complaint_text"] for one in summary["waiting"]] == [COMPLAINT, COMPLAINT]
    assert {one["customer"] for one in summary["advocates"]} == {"customer-1", "customer-5"}
    assert summary["best"][0]["verdict"] == "full"
    assert summary["worst"][0]["text"] == NON_APOLOGY


def test_nobody_is_named(small: tuple[Path, dict[str, Any]]) -> None:
    out, _ = small
    held = json.dumps([table(out, name) for name in TABLES], default=str) + (out / "report.html").read_text()
    held += (out / "summary.json").read_text()
    for name in ("Fay", "fay@", "Moore", "Ines", "bob@", "Tom", "Ana", "shop.example"):
        assert name not in held


def test_names_are_there_when_they_are_asked_for(tmp_path: Path) -> None:
    run(Options((str(write(tmp_path / "talks.jsonl", SMALL)),), names=True), tmp_path / "out")
    threads = table(tmp_path / "out", "threads")
    assert threads[0]["customer"] == "Fay Moore"
    assert "Dear Ines" in table(tmp_path / "out", "messages")[2]["text"]
    assert {row["author"] for row in table(tmp_path / "out", "reviews")} == {"Tom", "Ana"}


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, small: tuple[Path, dict[str, Any]]) -> None:
    source = small[0].parent / "talks.jsonl"
    run(Options((str(source),)), tmp_path / "again")
    assert results(tmp_path / "again") == results(small[0])
    run(Options((str(source),), jobs=2), tmp_path / "two")
    assert results(tmp_path / "two") == results(small[0])


def test_a_file_that_was_only_copied_anew_gives_the_same_bytes(tmp_path: Path) -> None:
    source = write(tmp_path / "talks.jsonl", SMALL)
    run(Options((str(source),)), tmp_path / "first")
    os.utime(source, (1, 1))
    run(Options((str(source),)), tmp_path / "second")
    assert results(tmp_path / "first") == results(tmp_path / "second")


def test_the_order_of_reading_changes_no_figure(tmp_path: Path, small: tuple[Path, dict[str, Any]]) -> None:
    (tmp_path / "x").mkdir()
    places = [str(write(tmp_path / f"{number}.jsonl", [one])) for number, one in enumerate(SMALL)]
    there = run(Options(tuple(places)), tmp_path / "there")
    back = run(Options(tuple(reversed(places))), tmp_path / "back")
    for name in TABLES:
        assert table(tmp_path / "there", name) == table(tmp_path / "back", name)
    assert there["figures"] == back["figures"] == small[1]["figures"]


def many(count: int) -> list[dict[str, Any]]:
    """Many conversations, each a little different."""
    return [
        talk(
            str(n),
            ("customer", f"{COMPLAINT} It was order {n}.", n),
            ("Tom", FULL if n % 3 else NON_APOLOGY, n + 5),
            ("customer", THANKS, n + 9),
            customer=f"c{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}",
        )
        for n in range(count)
    ]


class Stopped(KeyboardInterrupt):
    """Somebody pressed Ctrl-C."""


@pytest.mark.parametrize(("stage", "times"), [("reading", 1), ("judging", 1), ("judging", 2), ("writing", 1)])
def test_it_goes_on_where_it_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str, times: int
) -> None:
    from amends.archive.audit import running

    monkeypatch.setattr(running, "_PIECES_IN_BATCH", 40)
    monkeypatch.setattr(running, "_MESSAGES_IN_BUCKET", 100)
    source = str(write(tmp_path / "talks.jsonl", many(150)))
    run(Options((source,)), tmp_path / "whole")
    seen = []

    def stop(where: str, done: int, whole: int) -> None:
        seen.append(where)
        if where == stage and seen.count(stage) == times:
            raise Stopped

    with pytest.raises(Stopped):
        run(Options((source,)), tmp_path / "out", progress=stop)
    assert not (tmp_path / "out" / "summary.json").exists()
    with pytest.raises(AuditError, match="--resume"):
        run(Options((source,)), tmp_path / "out")
    with pytest.raises(AuditError, match="other files, or with other options"):
        run(Options((source,), names=True, resume=True), tmp_path / "out")
    run(Options((source,), resume=True), tmp_path / "out")
    assert results(tmp_path / "out") == results(tmp_path / "whole")
    # What is done is not done again.
    done = (tmp_path / "out" / "report.html").stat().st_mtime_ns
    run(Options((source,), resume=True), tmp_path / "out")
    assert (tmp_path / "out" / "report.html").stat().st_mtime_ns == done


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine")
    with pytest.raises(AuditError, match="not empty"):
        run(Options((str(write(tmp_path / "talks.jsonl", SMALL)),)), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["letter.txt"]


def test_what_cannot_be_read_is_listed_and_stops_nothing(tmp_path: Path) -> None:
    source = tmp_path / "talks.jsonl"
    lines = [json.dumps(one) for one in SMALL]
    source.write_text("\n".join([lines[0], "{nope", *lines[1:], '{"a": "no record"}']))
    summary = run(Options((str(source), str(tmp_path / "none.mbox"))), tmp_path / "out")
    assert summary["figures"]["complaints"] == 4
    assert summary["archive"]["not_read"]["kinds"] == {"unreadable": 3}
    listed = (tmp_path / "out" / "not-read.csv").read_text().splitlines()
    assert listed[0] == "kind,place,reason"
    assert [line.split(",")[1] for line in listed[1:]] == [f"{source}:2", f"{source}:8", str(tmp_path / "none.mbox")]


def test_nothing_at_all(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    summary = run(Options((str(tmp_path / "empty"),)), tmp_path / "out")
    assert summary["archive"]["messages"] == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(RESULTS)
    assert table(tmp_path / "out", "messages") == []


def test_near_copies_are_families(tmp_path: Path) -> None:
    names = ["Ada", "Bea", "Cleo", "Dora", "Eli"]
    talks = [
        talk(
            str(n),
            ("customer", COMPLAINT, n),
            ("Tom", COPY.format(name=name, n=48213 + n), n + 1),
            customer=name.lower(),
        )
        for n, name in enumerate(names)
    ]
    summary = run(Options((str(write(tmp_path / "talks.jsonl", [*talks, SMALL[0]])),)), tmp_path / "out")
    assert summary["figures"]["boilerplate"] == 5
    assert [one["replies"] for one in summary["families"]] == [5]
    assert [row["family"] for row in table(tmp_path / "out", "reviews")].count(0) == 5


def test_promises_and_what_became_of_them(tmp_path: Path) -> None:
    promise = "I am sorry. I will send the new stove by Friday."
    talks = [
        talk(
            "kept", ("customer", COMPLAINT, 0), ("Tom", promise, 2), ("customer", "The new stove came, thank you!", 50)
        ),
        talk(
            "broken",
            ("customer", COMPLAINT, 0),
            ("Tom", promise, 2),
            ("customer", "The new stove never came!", 200),
            customer="bob",
        ),
        talk("unseen", ("customer", COMPLAINT, 2), ("Tom", promise, 3), customer="cat"),
    ]
    summary = run(Options((str(write(tmp_path / "talks.jsonl", talks)),)), tmp_path / "out")
    promises = table(tmp_path / "out", "promises")
    assert [row["outcome"] for row in promises] == ["kept", "broken", "not seen"]
    assert {row["due"] for row in promises} == {"2025-02-07"}
    told = summary["figures"]["promises"]
    assert (told["made"], told["with_time"], told["kept"], told["broken"]) == (3, 3, 1, 1)
    assert told["kept_in_time_share"] == 0.5


def test_languages_have_their_own_figures(tmp_path: Path) -> None:
    talks = [
        talk(
            "lt",
            ("customer", "Laukiau visą dieną, o viryklė neatvyko. Niekas neatsiliepia, labai blogas aptarnavimas.", 0),
        ),
        talk(
            "he",
            ("customer", "חיכיתי כל היום והתנור לא הגיע. אף אחד לא עונה לטלפון, שירות גרוע מאוד.", 1),
            customer="bob",
        ),
        talk("en", ("customer", COMPLAINT, 2), customer="cat"),
    ]
    summary = run(Options((str(write(tmp_path / "talks.jsonl", talks)),)), tmp_path / "out")
    told = summary["by"]["language"]
    assert {language: figures["complaints"] for language, figures in told.items()} == {"lt": 1, "he": 1, "en": 1}


def test_copies_are_counted_once(tmp_path: Path) -> None:
    from mail_samples import mail

    raw = mail(COMPLAINT, Message_ID="<one@mail.example>")
    for name in ("inbox", "archive"):
        (tmp_path / f"{name}.eml").write_bytes(raw)
    options = Options((str(tmp_path / "inbox.eml"), str(tmp_path / "archive.eml")), ours=("shop.example",))
    summary = run(options, tmp_path / "out")
    assert summary["archive"]["messages"] == 2
    assert summary["archive"]["copies"] == 1
    assert summary["figures"]["complaints"] == 1
    assert [row["copy"] for row in table(tmp_path / "out", "messages")] == [False, True]


def test_where_nobody_is_known_as_ours_it_is_asked_for(tmp_path: Path) -> None:
    from mail_samples import mail

    from amends.archive.audit.advice import advice

    (tmp_path / "a.eml").write_bytes(mail(COMPLAINT))
    summary = run(Options((str(tmp_path / "a.eml"),)), tmp_path / "out")
    assert summary["archive"]["sides"] == {"unknown": 1}
    assert "--ours" in advice(summary)[0].why


def test_each_column_describes_itself(small: tuple[Path, dict[str, Any]]) -> None:
    import pyarrow.parquet as pq

    for name in TABLES:
        schema = pq.read_schema(small[0] / f"{name}.parquet")
        assert all(field.metadata[b"description"] for field in schema)
        assert schema.metadata[b"amends.table"] == name.encode()


# ---- dates with slashes


def of_slashes(folder: Path, *dates: str, said: Any = None) -> tuple[dict[str, Any], list[str]]:
    """What an audit of a table with these dates says of them, and when each message was sent."""
    folder.mkdir()
    archive = folder / "table.csv"
    rows = [f'customer,{date},c{number}@mail.example,"{COMPLAINT}"' for number, date in enumerate(dates)]
    archive.write_text("\n".join(["side,sent,address,text", *rows]), encoding="utf-8")
    summary = run(Options((str(archive),), dates=said), folder / "out")
    messages = sorted(table(folder / "out", "messages"), key=lambda row: int(row["place"].rpartition(":")[2]))
    return summary["archive"]["dates"], [row["sent"].date().isoformat() for row in messages]


def test_one_date_tells_the_order_of_all(tmp_path: Path) -> None:
    told, sent = of_slashes(tmp_path / "day", "03/04/2025 10:00", "13/04/2025 10:00", "05/04/2025 10:00")
    assert (told["read"], told["sure"], told["either"]) == ("day", True, 2)
    assert sent == ["2025-04-03", "2025-04-13", "2025-04-05"]
    told, sent = of_slashes(tmp_path / "month", "03/04/2025", "04/13/2025", "05/04/2025")
    assert (told["read"], told["sure"]) == ("month", True)
    assert sent == ["2025-03-04", "2025-04-13", "2025-05-04"]


def test_an_order_that_nothing_tells_is_said_to_be_unsure(tmp_path: Path) -> None:
    told, sent = of_slashes(tmp_path / "unsure", "03/04/2025", "05/05/2025")
    assert (told["read"], told["sure"]) == ("day", False)
    assert sent == ["2025-04-03", "2025-05-05"]
    assert "--dates" in (tmp_path / "unsure" / "out" / "report.html").read_text(encoding="utf-8")


def test_somebody_can_say_the_order(tmp_path: Path) -> None:
    told, sent = of_slashes(tmp_path / "said", "03/04/2025", "13/04/2025", said="month")
    assert (told["read"], told["sure"]) == ("month", True)
    assert sent == ["2025-03-04", "2025-04-13"]


def test_threads_follow_the_order_that_was_found(tmp_path: Path) -> None:
    archive = tmp_path / "table.csv"
    lines = ["thread,side,sent,address,text"]
    # Month first the reply is the later of the two, day first the earlier.
    lines += [f'1,customer,02/03/2025,fay@mail.example,"{COMPLAINT}"', f'1,agent,03/02/2025,,"{FULL}"']
    lines += ["2,customer,04/25/2025,max@mail.example,'Thank you all.'"]
    archive.write_text("\n".join(lines), encoding="utf-8")
    summary = run(Options((str(archive),)), tmp_path / "out")
    assert summary["figures"]["answered"] == 1
    assert summary["figures"]["seconds_to_answer"]["median"] == 27 * 86_400
