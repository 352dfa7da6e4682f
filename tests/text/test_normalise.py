"""The folded form of a text and the way back to the original."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.text import fold, normalise, utf16_offset, utf16_spans

# Any code point at all, lone surrogates included, with more of what folding has to deal with than chance would give.
_NASTY = (
    "aAeEsSoO ßæœøłđİıĄčŠž\u0301\u030c\u0307\u0327\u05b8\u05bc\u0591שלוםאבית־׳״"
    "\u00ad\u200b\u200d\u200e\u200f\u202a\u2066\ufeff\ufe0f…“„’–—ＡＢ１ﬁǆǅ각\u1100\u1161\u11a8"
    "😀👩\U0001d4d0\n\r\t\u2028\u0085\x00\x1c'\"-.\ud800\udc00"
)
any_text = st.text(st.one_of(st.sampled_from(_NASTY), st.characters(exclude_categories=[])), max_size=40)
well_formed = st.text(
    st.one_of(
        st.sampled_from([c for c in _NASTY if not "\ud800" <= c <= "\udfff"]), st.characters(exclude_categories=["Cs"])
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("We ARE Sorry", "we are sorry"),
        ("Atsiprašome už įtrūkusį ąsotį", "atsiprasome uz itrukusi asoti"),
        ("Ispričavamo se, đaci čekaju žičaru", "ispricavamo se, daci cekaju zicaru"),
        ("Vabandame, õhtune šokolaadi pühkimine jäi ära", "vabandame, ohtune sokolaadi puhkimine jai ara"),
        ("Ospravedlňujeme sa, kôň zjedol ŕbu a ľaliu", "ospravedlnujeme sa, kon zjedol rbu a laliu"),
        ("אֲנַחְנוּ מִצְטַעֲרִים", "אנחנו מצטערים"),
        ("בֵּית־קָפֶה", "בית-קפה"),
        ("ג׳ירפה וצה״ל", "ג'ירפה וצה\"ל"),
        ("Øyvind, Łukasz, Strauß, Ælfred", "oyvind, lukasz, strauss, aelfred"),
        ("İstanbul, ISPARTA, ıssız", "istanbul, isparta, issiz"),
        ("“That’s it” „tai“ «oui» ‘no’", '"that\'s it" "tai" "oui" \'no\''),
        ("wait… 9–5 — 3−1 e‑mail", "wait... 9-5 - 3-1 e-mail"),
        ("ＳＯＲＲＹ　１２３", "sorry 123"),
        ("oﬃce, ǆep", "office, dzep"),
        ("apol\u00adogy \u200fand\u200e \ufeffre\u200bfund ❤\ufe0f", "apology and refund ❤"),
        ("one\r\n\r\n\ttwo \u00a0 three\u2028four", "one two three four"),
        ("one \u200b two", "one two"),
        ("said:\n> one\r\n>> two\n > > three > two", "said: one two three > two"),
        ("  led by spaces  ", " led by spaces "),
        ("", ""),
    ],
)
def test_folding(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("written", "words", "original"),
    [
        ("Labai atsiprašome, ponia", "atsiprasome", "atsiprašome"),
        ("> Labai\n> atsiprašome, ponia", "labai atsiprasome", "Labai\n> atsiprašome"),
        (
            unicodedata.normalize("NFD", "Labai atsiprašome, ponia"),
            "atsiprasome",
            unicodedata.normalize("NFD", "atsiprašome"),
        ),
        ("we are\n\n  truly sorry", "are truly", "are\n\n  truly"),
        ("die Straße dort", "strasse", "Straße"),
        ("so so… sorry", "... sorry", "… sorry"),
        ("re\u00adfund\u00ad now", "refund", "re\u00adfund"),
        ("😀 sorry 😀", "sorry", "sorry"),
        ("אֲנַחְנוּ מִצְטַעֲרִים מאוד", "מצטערים", "מִצְטַעֲרִים"),
        ("\u200f(אנחנו)\u200f מצטערים", "(אנחנו)", "(אנחנו)"),
    ],
)
def test_spans_lead_back_to_what_was_written(written: str, words: str, original: str) -> None:
    folded = normalise(written)
    place = folded.text.index(words)
    start, end = folded.span(place, place + len(words))
    assert written[start:end] == original


def test_part_of_an_expanded_character_covers_the_whole_character() -> None:
    folded = normalise("aßb")
    assert folded.text == "assb"
    assert folded.span(1, 2) == folded.span(2, 3) == (1, 2)


def test_positions_of_the_original_lead_to_the_folded_text() -> None:
    folded = normalise("Ne\u0301  ß…x")
    assert folded.text == "ne ss...x"
    assert [folded.position(offset) for offset in range(9)] == [0, 1, 1, 2, 3, 3, 5, 8, 9]


@pytest.mark.parametrize(
    ("written", "accented"),
    [
        ("Kui te ütlete KUID", "kui te ütlete kuid"),
        (unicodedata.normalize("NFD", "Čia Žąsis"), "čia žąsis"),
        ("“Straße”", '"straßße"'),
        ("שָׁלוֹם", "שלום"),
        ("Ñandú  į…", "ñandú į..."),
        ("İç", "iç"),
    ],
)
def test_accented_keeps_diacritics_at_the_same_places(written: str, accented: str) -> None:
    assert normalise(written).accented == accented


@given(any_text)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(well_formed)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)
    assert fold(composed) == fold(decomposed) == fold(text)


@given(any_text, st.data())
def test_invisible_characters_change_nothing(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    invisible = data.draw(st.sampled_from("\u00ad\u200b\u200e\u200f\u2067\ufeff\ufe0f"))
    assert fold(text[:place] + invisible + text[place:]) == fold(text)


@given(any_text)
def test_every_folded_character_has_an_original(text: str) -> None:
    folded = normalise(text)
    assert folded.original == text
    assert len(folded.accented) == len(folded.text)
    before = 0
    for place in range(len(folded.text)):
        start, end = folded.span(place, place + 1)
        assert before <= start < end <= len(text)
        assert folded.text[place] in fold(text[start:end])
        before = start


@given(any_text, st.data())
def test_a_span_folds_to_its_own_words(text: str, data: st.DataObject) -> None:
    folded = normalise(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    first, last = folded.span(start, end)
    assert 0 <= first <= last <= len(text)
    assert (first < last) == (start < end)
    assert folded.text[start:end] in fold(text[first:last])
    if last < len(text):
        assert not unicodedata.combining(text[last]) or start == end


@given(any_text)
def test_positions_are_monotone_and_inverse_to_spans(text: str) -> None:
    folded = normalise(text)
    positions = [folded.position(offset) for offset in range(len(text) + 1)]
    assert positions == sorted(positions)
    assert positions[-1] == len(folded.text)
    for place in range(len(folded.text)):
        start, end = folded.span(place, place + 1)
        assert folded.position(start) <= place < max(folded.position(end), place + 1)


@given(any_text, st.integers(-5, 50), st.integers(-5, 50))
def test_offsets_outside_the_text_are_clamped(text: str, start: int, end: int) -> None:
    folded = normalise(text)
    first, last = folded.span(start, end)
    assert 0 <= first <= last <= len(text)
    assert 0 <= folded.position(start) <= len(folded.text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "š" * 300_000,
        " " * 300_000 + "x",
        "a\u0301\u0323" * 100_000,
        "\u0301\u0323" * 100_000,
        "\ud800" * 100_000,
        "\u200f " * 100_000,
        "\x00\r\n" * 100_000,
        "\U0001d165\U0001d16d" * 50_000,
    ],
    ids=["no space", "letters", "spaces", "accents", "only marks", "surrogates", "marks and spaces", "NUL", "music"],
)
def test_long_and_hostile_texts_are_folded(text: str) -> None:
    folded = normalise(text)
    assert len(folded.accented) == len(folded.text)
    first, last = folded.span(0, len(folded.text))
    assert 0 <= first <= last <= len(text)


def test_utf16_offsets_count_an_emoji_twice() -> None:
    text = "ab😀cd"
    assert [utf16_offset(text, offset) for offset in (0, 2, 3, 5, 99)] == [0, 2, 4, 6, 6]
    assert utf16_spans(text, [(3, 5), (0, 2), (2, 3)]) == [(4, 6), (0, 2), (2, 4)]


@given(well_formed, st.data())
def test_utf16_offsets_are_those_of_the_encoding(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    expected = len(text[:offset].encode("utf-16-le")) // 2
    assert utf16_offset(text, offset) == expected
    assert utf16_spans(text, [(0, offset)]) == [(0, expected)]
