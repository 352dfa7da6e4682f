import gettext
import importlib.util
import re
import string
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from click.testing import CliRunner

from amends import check, messages
from amends.checker.catalogue import CONCEPTS
from amends.cli import main
from amends.messages import DOMAIN, FOLDER, LANGUAGES, counted, grouped, languages_spoken, percent, translated, use

TOOL_FILE = Path(__file__).parents[1] / "script" / "messages.py"
HEBREW = re.compile("[\u05d0-\u05ea]")


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("script_messages", TOOL_FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = loaded()
HOW = "run script/messages"


def po_of(language: str) -> Catalog:
    if not TOOL.po_file(language).exists():
        pytest.skip(f"there is no translation into {language} yet")
    return TOOL.read(language)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def texts_of(one: Message) -> tuple[str, ...]:
    return (one.id,) if isinstance(one.id, str) else tuple(one.id)


def test_the_template_holds_all_messages() -> None:
    assert TOOL.TEMPLATE.read_bytes() == TOOL.written(TOOL.template()), f"{HOW} extract"


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_message_is_translated(language: str) -> None:
    held = {one.id: one for one in po_of(language) if one.id}
    wanted = {one.id for one in TOOL.template() if one.id}
    assert set(held) == wanted, f"{HOW} update"
    assert [one.id for one in TOOL.unfinished(po_of(language))] == []
    forms = po_of(language).num_plurals
    assert [one.id for one in held.values() if isinstance(one.id, tuple) and len(one.string) != forms] == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_nothing_is_left_uncertain(language: str) -> None:
    assert [one.id for one in po_of(language) if one.id and one.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_places_for_values_are_kept(language: str) -> None:
    catalogue = po_of(language)
    only_one = gettext.c2py(catalogue.plural_expr)(21) > 0
    wrong = []
    for one in catalogue:
        texts = texts_of(one)
        # Without values, braces mean themselves.
        if not one.id or not any(re.search(r"\{\w+(![rsa])?\}", text) for text in texts):
            continue
        for form, made in enumerate(TOOL.strings(one)):
            wanted = fields(texts[0] if form == 0 else texts[-1])
            # "One finding" needs no figure, where that form is not for 21 findings too.
            spare = {"number"} if form == 0 and only_one and len(texts) > 1 else set()
            if made and not wanted - spare <= fields(made) <= set().union(*map(fields, texts)):
                wrong.append((one.id, made))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_line_breaks_and_blanks_at_the_ends_are_kept(language: str) -> None:
    wrong = [
        one.id
        for one in po_of(language)
        if one.id
        for made in TOOL.strings(one)
        if made and (made != made.strip() or ("\n" in made) != ("\n" in texts_of(one)[0]))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_the_compiled_catalogue_is_that_of_the_translators(language: str) -> None:
    catalogue = po_of(language)
    path = TOOL.po_file(language).with_suffix(".mo")
    assert path.exists(), f"{HOW} compile"
    with path.open("rb") as file:
        held = gettext.GNUTranslations(file)
    for one in catalogue:
        if isinstance(one.id, str):
            if one.id:
                assert held.gettext(one.id) == one.string, f"{HOW} compile"
        else:
            for number in range(200):
                assert held.ngettext(*one.id, number) in one.string, f"{HOW} compile"


def test_a_language_without_a_catalogue_speaks_english(catalogues) -> None:
    assert languages_spoken() == ("en",)
    with use("hr"):
        assert translated("No findings.") == "No findings."
        assert counted("{number} finding", "{number} findings", 2) == "2 findings"
        assert CONCEPTS["favour"].in_language() == CONCEPTS["favour"]
        assert check("We are sorry if this upset you.", language="en").verdict_words
    result = CliRunner().invoke(main, ["explain", "--language", "hr", "favour"])
    assert result.exit_code == 0
    assert result.stdout.startswith("favour: Sells what is owed as a gift\n")


def test_what_a_catalogue_lacks_is_english(catalogues) -> None:
    catalogues("hr", {"No findings.": "Nema nalaza."})
    assert languages_spoken() == ("en", "hr")
    with use("hr"):
        assert translated("No findings.") == "Nema nalaza."
        assert translated("Findings") == "Findings"
        assert counted("{number} finding", "{number} findings", 1) == "1 finding"


def test_plurals_follow_the_language(catalogues) -> None:
    catalogues(
        "lt", {("{number} finding", "{number} findings"): ("{number} pastaba", "{number} pastabos", "{number} pastabų")}
    )
    with use("lt"):
        shown = [counted("{number} finding", "{number} findings", number) for number in (1, 2, 10, 21, 12345)]
    assert shown == ["1 pastaba", "2 pastabos", "10 pastabų", "21 pastaba", "12\xa0345 pastabos"]


@pytest.mark.parametrize(
    ("language", "number", "share"),
    [("en", "12,345", "7%"), ("hr", "12.345", "7\xa0%"), ("he", "12,345", "7%"), ("et", "12\xa0345", "7%")],
)
def test_figures_follow_the_language(language: str, number: str, share: str) -> None:
    with use(language):
        assert grouped(12345) == number
        assert percent(0.07) == share


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'de'"), use("de"):
        pass
    with pytest.raises(ValueError, match="'de'"):
        messages.translator("de")


def test_the_environment_names_the_language() -> None:
    asked = messages.environment_language
    assert asked({}) == "en"
    assert asked({"LANG": "he_IL.UTF-8"}) == "he"
    assert asked({"LANG": "de_AT.UTF-8"}) == "en"
    assert asked({"LANG": "lt_LT", "LC_ALL": "C"}) == "en"
    assert asked({"LANG": "lt_LT", "AMENDS_LANGUAGE": "iw"}) == "he"
    with pytest.raises(ValueError, match="AMENDS_LANGUAGE"):
        asked({"AMENDS_LANGUAGE": "de"})


def test_the_option_decides_before_the_environment(catalogues, monkeypatch: pytest.MonkeyPatch) -> None:
    for language, title in (("sk", "Darček"), ("et", "Kingitus")):
        catalogues(language, {"Sells what is owed as a gift": title})
    monkeypatch.setenv("AMENDS_LANGUAGE", "et")
    run = CliRunner().invoke
    assert run(main, ["explain", "favour"]).stdout.startswith("favour: Kingitus\n")
    assert run(main, ["explain", "favour", "--messages", "sk"]).stdout.startswith("favour: Darček\n")
    assert run(main, ["--messages", "sk", "explain", "favour"]).stdout.startswith("favour: Darček\n")
    assert run(main, ["explain", "--language=en", "favour"]).stdout.startswith("favour: Sells")


def test_explain_speaks_hebrew() -> None:
    po_of("he")
    result = CliRunner().invoke(main, ["explain", "--language", "he", "favour"])
    assert result.exit_code == 0
    told = CONCEPTS["favour"].in_language("he")
    assert HEBREW.search(told.title)
    flat = " ".join(re.sub("[\u200e\u200f\u2066-\u2069]", "", result.stdout).split())
    for part in (told.title, told.why, told.way_out, told.better):
        assert " ".join(part.split()) in flat
    for line in filter(HEBREW.search, result.stdout.splitlines()):
        assert line.endswith("\u200f")


def translate_all(path: Path, but: int = 0) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file)
    for one in list(catalogue)[1 + but :]:
        one.string = "x" if isinstance(one.id, str) else ("x",) * catalogue.num_plurals
    path.write_bytes(TOOL.written(catalogue))


def test_the_tool_keeps_translations_and_compiles_what_is_whole(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(TOOL, "FOLDER", tmp_path)
    monkeypatch.setattr(TOOL, "TEMPLATE", tmp_path / "amends.pot")
    assert TOOL.main([]) == 0
    assert (tmp_path / "amends.pot").read_bytes() == (FOLDER / "amends.pot").read_bytes()
    assert {path.parents[1].name for path in tmp_path.glob(f"*/*/{DOMAIN}.po")} == set(LANGUAGES[1:])
    assert not list(tmp_path.glob("*/*/*.mo"))

    translate_all(TOOL.po_file("hr"))
    translate_all(TOOL.po_file("sk"), but=1)
    before = TOOL.po_file("hr").read_bytes()
    capsys.readouterr()
    assert TOOL.main(["update", "compile", "hr", "sk"]) == 0
    assert TOOL.po_file("hr").read_bytes() == before
    assert [path.parents[1].name for path in tmp_path.glob("*/*/*.mo")] == ["hr"]
    told = capsys.readouterr().out
    assert "hr: 0 messages without a translation\n" in told
    assert "sk: 1 messages without a translation, not compiled\n" in told
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".new")]


def test_the_tool_writes_no_file_of_translators_unasked(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(TOOL, "FOLDER", tmp_path)
    monkeypatch.setattr(TOOL, "TEMPLATE", tmp_path / "amends.pot")
    assert TOOL.main(["extract"]) == 0
    assert TOOL.main(["compile"]) == 0
    assert [path.name for path in tmp_path.rglob("*")] == ["amends.pot"]


def test_the_tool_explains_itself(capsys) -> None:
    assert TOOL.main(["translate"]) == 2
    assert "usage: script/messages" in capsys.readouterr().err
