from pathlib import Path

import pytest

from amends.checker.scoring import COMPONENT_WEIGHTS, FAULT_COSTS
from amends.configuration import Configuration, ConfigurationError, check_labels, find_configuration, read_configuration
from amends.text import LANGUAGES

WHOLE = """
language = "en"
fault = "team"
channel = "public"
jurisdiction = "GB-SCT"
select = ["conditional", "favour", "repair"]
ignore = ["self-praise"]
fail-on = "warning"
dismissals = "decided/left.toml"

[vocabulary]
guest = "customer"
"client base" = "customers"

[weights.components]
empathy = 12

[weights.faults]
favour = 0.5
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "amends.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    settings = read_configuration(path)
    assert (settings.language, settings.fault, settings.channel, settings.fail_on) == (
        "en",
        "team",
        "public",
        "warning",
    )
    assert settings.jurisdiction == "GB-SCT"
    assert settings.select == {"conditional", "favour", "repair"}
    assert settings.ignore == {"self-praise"}
    assert settings.vocabulary == {"guest": "customer", "client base": "customers"}
    assert settings.dismissals == tmp_path / "decided" / "left.toml"
    assert settings.path == path
    assert settings.weights is not None
    assert settings.weights.components == {**COMPONENT_WEIGHTS, "empathy": 12.0}
    assert settings.weights.faults == {**FAULT_COSTS, "favour": 0.5}


def test_an_empty_file_is_all_defaults_with_the_dismissals_beside_it(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    settings = read_configuration(path)
    assert settings == Configuration(path=path, dismissals=tmp_path / "amends-dismissals.toml")


@pytest.mark.parametrize(
    ("text", "key", "hint"),
    [
        ('langauge = "en"', "langauge", "Did you mean 'language'?"),
        ('language = "de"', "language", ", ".join(LANGUAGES)),
        ("language = 5", "language", "not 5"),
        ('fault = "them"', "fault", "supplier"),
        ('channel = "tv"', "channel", "private, public"),
        ('jurisdiction = ""', "jurisdiction", "a text is expected"),
        ('fail-on = "always"', "fail-on", "error, warning, note, never"),
        ('select = "but"', "select", "a list of labels"),
        ("select = [1]", "select", "a list of labels"),
        ('ignore = ["favor"]', "ignore", "Did you mean 'favour'?"),
        ("dismissals = true", "dismissals", "a text is expected"),
        ('dismissals = "a\\u0000b"', "dismissals", "a text is expected"),
        ('vocabulary = "x"', "vocabulary", "a table"),
        ("[vocabulary]\nguest = 1", "vocabulary.guest", "not 1"),
        ('[vocabulary]\nguest = ""', "vocabulary.guest", "the house's word"),
        ("weights = 1", "weights", "a table"),
        ("[weights.parts]\nrepair = 1", "weights.parts", "no such key"),
        ("[weights.components]\nrepare = 1", "weights.components.repare", "Did you mean 'repair'?"),
        ("[weights.components]\nrepair = -1", "weights.components.repair", "not below 0"),
        ("[weights.components]\nrepair = true", "weights.components.repair", "not True"),
        ("[weights.components]\nrepair = nan", "weights.components.repair", "not nan"),
        ("[weights.components]\nrepair = inf", "weights.components.repair", "not inf"),
        ("[weights.faults]\nrepair = 0.1", "weights.faults.repair", "no such key"),
        ("[weights.faults]\nbut = 1.5", "weights.faults.but", "from 0 to 1"),
        (
            "[weights.components]\n" + "\n".join(f"{label} = 0" for label in COMPONENT_WEIGHTS),
            "weights.components",
            "above 0",
        ),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(tmp_path: Path, text: str, key: str, hint: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: {key}: ")
    assert hint in message
    assert "\n" not in message


@pytest.mark.parametrize("data", [b"language = ", b"\xff\xfe", b"a = " + b"[" * 5000, b"a = 1\na = 2"])
def test_a_file_that_is_not_toml_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "amends.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigurationError, match=r"amends\.toml: is not "):
        read_configuration(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_configuration(tmp_path / "nowhere.toml")


def test_the_nearest_file_upwards_applies(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b" / "c"
    inner.mkdir(parents=True)
    top = written(tmp_path, "")
    assert find_configuration(inner) == top
    near = written(tmp_path / "a", "")
    assert find_configuration(inner) == near
    (inner / "amends.toml").mkdir()
    assert find_configuration(inner) == near


def test_labels_are_checked_with_a_suggestion() -> None:
    assert check_labels(["but", "but", "repair"]) == {"but", "repair"}
    with pytest.raises(ValueError, match=r"no label 'conditionnal'\. Did you mean 'conditional'\?"):
        check_labels(["but", "conditionnal"])
