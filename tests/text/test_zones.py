"""Whose words a text holds."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.text import Zone, zones


def parts(text: str, message: str | None = None) -> list[tuple[str, str]]:
    """Kind and stripped words of each zone."""
    return [(zone.kind, text[zone.start : zone.end].strip()) for zone in zones(text, message)]


def of_kind(kind: str, text: str, message: str | None = None) -> str:
    """The words of all zones of a kind."""
    return " | ".join(words for name, words in parts(text, message) if name == kind)


def assert_tiled(text: str, found: list[Zone]) -> None:
    """Zones cover the text in order, without gaps, and neighbours differ."""
    place = 0
    for zone in found:
        assert zone.start == place < zone.end
        place = zone.end
    assert place == len(text)
    assert all(one.kind != other.kind for one, other in pairwise(found))


def test_a_plain_reply_is_the_authors() -> None:
    assert parts("Hello Ines, we are sorry. The box left today.") == [
        ("author", "Hello Ines, we are sorry. The box left today.")
    ]
    assert zones("") == []


@pytest.mark.parametrize(
    "attribution",
    [
        "On Tue, 11 Feb 2025 at 13:05, Fay Moore <fay@mail.example> wrote:",
        "On Tue, 11 Feb 2025 at 13:05, Fay Moore\n<fay@mail.example> wrote:",
        "On Feb 11, 2025,\nat 13:05,\nFay Moore <fay@mail.example> wrote:",
        "On 11/02/2025 13:05, Fay Moore wrote:",
        "On Tuesday, 11 February 2025 at 13:05:00 GMT+2, Fay Moore wrote:",
        "2025-02-11, an, 13:05 Ona Kalnė <ona@mail.example> rašė:",
        "2025-02-11 13:05, Ona Kalnė rašė:",
        "Ona Kalnė <ona@mail.example> parašė (2025-02-11 13:05):",
        "uto, 11. velj 2025. u 13:05 Iva Perak <iva@mail.example> napisala je:",
        "Dana 11. 2. 2025. u 13:05, Iva Perak je napisao/la:",
        "Dana uto, 11. velj 2025. u 13:05 Iva Perak\n<iva@mail.example> napisao je:",
        "\u202bבתאריך יום ג׳, 11 בפבר׳ 2025 ב-13:05 מאת \u202aדנה\u202c\u200f "
        "<\u202adana@mail.example\u202c\u200f>:\u202c",
        "ב-11 בפבר׳ 2025, בשעה 13:05, דנה <dana@mail.example> כתב/ה:",
        "בתאריך 11/02/2025 13:05, דנה כתבה:",
        "Kasutaja Mari Mets (<mari@mail.example>) kirjutas kuupäeval T, 11. veebruar 2025 kell 13:05:",
        "Mari Mets kirjutas 11.02.2025 13:05:",
        "11. veebruar 2025 13:05 kirjutas Mari Mets <mari@mail.example>:",
        "ut 11. 2. 2025 o 13:05 Jana Dubová <jana@mail.example> napísal(a):",
        "Dňa 11. 2. 2025 o 13:05 Jana Dubová napísal(a):",
        "---- On Wed, 24 Feb 2021 14:02:50 +0530 fay@mail.example wrote ----",
    ],
)
@pytest.mark.parametrize("below", ["> It never came.\n> Fay", "It never came.\nFay"], ids=["marked", "unmarked"])
def test_attributions_of_mail_programs(attribution: str, below: str) -> None:
    text = f"We lost it and we are sorry.\n\n{attribution}\n\n{below}\n"
    assert parts(text) == [
        ("author", "We lost it and we are sorry."),
        ("attribution", attribution),
        ("quoted", below),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "From: Fay Moore <fay@mail.example>\nSent: 11 February 2025 13:05\nTo: Shop\nSubject: Lost",
        "*From:* Fay Moore\n*Sent:* 11 February 2025 13:05\n*To:* Shop\n*Subject:* Lost",
        "Nuo: Ona Kalnė <ona@mail.example>\nIšsiųsta: 2025 m. vasario 11 d. 13:05\nKam: Parduotuvė\nTema: Dingo",
        "Šalje: Iva Perak\nPoslano: 11. veljače 2025. 13:05\nPrima: Trgovina\nPredmet: Nestalo",
        "Od: Iva Perak\nDatum: 11. 2. 2025. 13:05\nZa: Trgovina\nPredmet: Nestalo",
        "\u200fמאת: דנה\n\u200fנשלח: יום שלישי 11 פברואר 2025 13:05\n\u200fאל: החנות\n\u200fנושא: אבד",
        "Saatja: Mari Mets\nSaadetud: teisipäev, 11. veebruar 2025 13:05\nAdressaat: Pood\nTeema: Kadunud",
        "Od: Jana Dubová\nOdoslané: utorok 11. februára 2025 13:05\nKomu: Obchod\nPredmet: Stratené",
    ],
)
@pytest.mark.parametrize("rule", ["", "________________________________\n"], ids=["bare", "rule"])
def test_header_lines_of_outlook(header: str, rule: str) -> None:
    text = f"We lost it and we are sorry.\n\n{rule}{header}\n\nIt never came."
    assert parts(text) == [
        ("author", "We lost it and we are sorry."),
        ("quoted", f"{rule}{header}\n\nIt never came."),
    ]


@pytest.mark.parametrize(
    "separator",
    [
        "-----Original Message-----",
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "----- Pradinis laiškas -----",
        "-------- Izvorna poruka --------",
        "-----הודעה מקורית-----",
        "-----Algne kiri-----",
        "-----Pôvodná správa-----",
    ],
)
def test_separators(separator: str) -> None:
    text = f"Sorry, it was our fault.\n\n{separator}\nIt never came."
    assert parts(text) == [("author", "Sorry, it was our fault."), ("quoted", f"{separator}\nIt never came.")]


def test_inline_and_bottom_posting_stay_the_authors() -> None:
    text = "> Where is it?\n\nIn Porto.\n\n> And my money?\nBack by Friday.\n"
    assert parts(text) == [
        ("quoted", "> Where is it?"),
        ("author", "In Porto."),
        ("quoted", "> And my money?"),
        ("author", "Back by Friday."),
    ]
    below = "On 3 May 2025 at 10:12, Fay Moore wrote:\n> Where is it?\n\nIn Porto, and that is our fault."
    assert parts(below)[-1] == ("author", "In Porto, and that is our fault.")


def test_a_wrapped_remnant_of_a_quoted_line_is_quoted() -> None:
    text = "Yes.\n\n> I have been waiting for this parcel since the beginning of the month and\nnobody answers\n> me.\n"
    assert of_kind("author", text) == "Yes."


def test_a_reply_of_which_every_line_is_marked_is_the_authors() -> None:
    text = "> Hello Fay,\n> we lost your parcel and\n> we are sorry.\n"
    assert parts(text) == [("author", text.strip())]
    said = "On 3 May 2025 at 10:12, Fay Moore wrote:\n> Where is it?"
    assert of_kind("author", said) == ""


@pytest.mark.parametrize("mark", ["> ", ">", "> > "])
def test_a_reply_that_was_pasted_as_a_quotation_is_told_apart_as_any_other(mark: str) -> None:
    text = "We lost your parcel.\n\nKind regards\nJo Bell\n\nOn 3 May 2025 at 10:12, Fay Moore wrote:\n> Where is it?"
    marked = "".join(f"{mark}{line}\n" for line in text.split("\n"))
    if mark == "> > ":
        # Marked twice it is one quotation within another, and in doubt all of it is the author's.
        assert parts(marked) == [("author", marked.strip())]
    else:
        assert [kind for kind, _ in parts(marked)] == [kind for kind, _ in parts(text)]
        assert of_kind("author", marked).strip("> \n") == "We lost your parcel."


@pytest.mark.parametrize(
    "prose",
    [
        "On Tuesday we noticed two things:\n- the box was empty\n- nobody called you",
        "On 3 May 2025 you wrote that the heating failed:\nthat is true, and it was us.",
        "From: us. To: you. With an apology.",
        "You can reach me on 3 May at help@shop.example: just ask for Jo.",
        "Best Western closed the booking.\nWe should have told you, and we did not.",
        "Thanks, we will look into it\nand call you on Monday.",
        "Kind regards do not mend a roof, so here is what we will do today for you.\nWe send two people.",
        "Cheers,\nwe owe you an explanation. The driver had the wrong list, nobody checked it,\nand you waited.",
        "Thank you",
        "We are open Mon - Fri",
        "Choose one:\n- refund\n- Replacement",
        "Dates:\n--\nThe first parcel left on Monday. The second one followed on Tuesday.\nBoth were opened by us.",
        "Sent from the warehouse yesterday, it should reach you tomorrow.\nSorry for the wait.",
        "נשלח מחר חבילה חדשה.\nסליחה.",
        "Poslano iz skladišta danas.\nIspričavamo se.",
        "Unsubscribe requests went to the wrong inbox, and that is our mistake.\nIt is mended.",
    ],
)
def test_prose_that_looks_like_something_else_is_the_authors(prose: str) -> None:
    assert parts(prose) == [("author", prose)]


@pytest.mark.parametrize(
    "signature",
    [
        "Kind regards,\nJo Bell\nShop Five",
        "Best wishes\nJo",
        "Cheers 🎉\nJo",
        "Best,\nJo",
        "Thanks,\nJo Bell",
        "Kind regards, Jo",
        "Warm wishes from the bakery\nJo",
        "-- \nJo Bell | Shop Five | 01234 567 890",
        "Best regards,\nJo\n\n--\nJo Bell\njo@shop.example\n\nSent from my iPhone",
        "Sent from my iPhone",
        "Get Outlook for iOS",
        "Pagarbiai\nRūta Kalnė\nKlientų skyrius",
        "Gražiausių linkėjimų\nRūta",
        "Su pagarba Rūta Kalnė",
        "Išsiųsta iš mano „iPhone“",
        "Lijep pozdrav,\nIva",
        "S poštovanjem\nIva Perak, voditeljica",
        "Lijepi pozdravi iz ureda\nIva",
        "Poslano s mog iPhonea",
        "בברכה,\nדנה\nשירות לקוחות",
        "בכבוד רב, צוות השירות",
        "נשלח מה-iPhone שלי",
        "Lugupidamisega\nMari Mets\nkliendihaldur",
        "Parimate soovidega\nMari",
        "Saadetud minu iPhone'ist",
        "S pozdravom\nJana Dubová",
        "S úctou Jana Dubová",
        "Odoslané z môjho iPhonu",
        "– Jo, Shop Five",
    ],
)
def test_signatures(signature: str) -> None:
    text = f"We lost your parcel.\nThe new one is on its way to you now.\n\n{signature}"
    assert parts(text) == [
        ("author", "We lost your parcel.\nThe new one is on its way to you now."),
        ("signature", signature),
    ]
    quoted = f"{text}\n\nOn 3 May 2025 at 10:12, Fay Moore wrote:\n> Where is it?"
    assert [kind for kind, _ in parts(quoted)] == ["author", "signature", "attribution", "quoted"]


def test_a_postscript_is_the_authors() -> None:
    text = "We lost it.\n\nBest wishes,\nJo\n\nP.S. The postage is refunded as well."
    assert parts(text) == [
        ("author", "We lost it."),
        ("signature", "Best wishes,\nJo"),
        ("author", "P.S. The postage is refunded as well."),
    ]


@pytest.mark.parametrize(
    ("post", "signature"),
    [
        ("We are on it and will call you today. ^JK", "^JK"),
        ("We are on it! *TLB", "*TLB"),
        ("We are on it 😊 -Ana", "-Ana"),
        ("We are on it. - Ana", "- Ana"),
        ("We are on it and will call /RM", "/RM"),
        ("We are on it. ^JK https://short.example/x1", "^JK"),
        ("We are on it. ^JK 2/2", "^JK"),
        ("We are on it. Kind regards, Ana", "Kind regards, Ana"),
        ("Pinigai jau grąžinti. Pagarbiai, Rūta", "Pagarbiai, Rūta"),
        ("החזרנו את הכסף. בברכה, דנה", "בברכה, דנה"),
    ],
)
def test_initials_and_names_at_the_end_of_a_post(post: str, signature: str) -> None:
    assert of_kind("signature", post) == signature
    assert_tiled(post, zones(post))


@pytest.mark.parametrize("post", ["Open 9 - 5, Mon - Fri", "Use and/or", "It costs 5 * 3", "Call our check-in", "^JK"])
def test_what_only_looks_like_initials(post: str) -> None:
    assert of_kind("signature", post) == ""


@pytest.mark.parametrize(
    "footer",
    [
        "CONFIDENTIALITY NOTICE: the contents are meant for one reader only.",
        "This e-mail and any attachments are confidential.",
        "To unsubscribe, click here.",
        "Registered in England and Wales no. 1234567",
        "Šis el. laiškas ir jo priedai yra konfidencialūs.",
        "UAB „Knyga“\nĮmonės kodas 123456789",
        "Ova poruka je povjerljiva i namijenjena primatelju.",
        "הודעה זו מיועדת לנמען בלבד.",
        "להסרה מרשימת התפוצה השיבו הסר",
        "Käesolev e-kiri on mõeldud ainult adressaadile.",
        "Táto správa je dôverná a určená adresátovi.",
        "IČO: 12 345 678, zapísaná v Obchodnom registri",
    ],
)
def test_footers(footer: str) -> None:
    text = f"We lost your parcel and are sorry.\n\nKind regards,\nJo\n\n{footer}"
    assert parts(text)[0] == ("author", "We lost your parcel and are sorry.")
    assert footer.splitlines()[-1] in of_kind("footer", text)
    assert of_kind("author", text) == "We lost your parcel and are sorry."


def test_a_notice_is_known_by_its_inner_words_in_a_long_mail() -> None:
    notice = (
        "The content of this transmission is meant for the addressee, and where you are\n"
        "not the intended recipient you are asked to delete it and to tell us that you did."
    )
    body = "We lost your parcel, and we noticed only when you wrote to us. " * 5
    text = f"Hello Fay,\n\n{body}\n\n{notice}"
    assert of_kind("footer", text) == notice
    assert body.strip() in of_kind("author", text)


MESSAGE = "Hello, the lamp arrived broken and nobody answers the phone! Fay"


def test_words_of_the_customer_in_quotation_marks_are_repeated() -> None:
    text = "It is true: “Nobody answers the phone” - and our “quick response team” was me."
    assert of_kind("repeated", text, MESSAGE) == "“Nobody answers the phone”"
    assert of_kind("repeated", text) == ""
    assert_tiled(text, zones(text, MESSAGE))


@pytest.mark.parametrize(
    "text",
    [
        'You wrote "it broke at once" and that is so.',
        "You said that it was 'completely useless' to call.",
        "Jūs rašėte: „lempa sudužo“, ir tai tiesa.",
        "Napisali ste „svjetiljka je razbijena“ i to stoji.",
        'כתבת "המנורה שבורה" וזה נכון.',
        "Te kirjutasite „lamp oli katki“ ja see on tõsi.",
        "Napísali ste „lampa je rozbitá“ a je to tak.",
    ],
)
def test_quotations_that_a_lead_in_introduces_are_repeated(text: str) -> None:
    assert [kind for kind, _ in parts(text)] == ["author", "repeated", "author"]
    assert [kind for kind, _ in parts(text, "something else")] == ["author", "repeated", "author"]


def test_other_quotations_are_the_authors() -> None:
    for text in ('Our "no refunds" rule is gone.', 'המחיר 30 ש"ח כולל מע"מ.', "It's Fay's and Jo's fault, isn't it?"):
        assert parts(text, MESSAGE) == [("author", text)]


lines = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "", "> quoted", ">> deep", "On 3 May 2025, Fay wrote:", "From: a@b.example", "Sent: today", "To: us",
                "-----Original Message-----", "-- ", "Kind regards,", "Jo", "Sent from my iPhone", "____________",
                "You wrote \"it broke\".", "We are sorry. ^JK", "Unsubscribe here", "בברכה,", "Pagarbiai", "^JK", "-",
            ]
        ),
        st.text(st.characters(exclude_categories=[]), max_size=20),
    ),
    max_size=14,
)  # fmt: skip


@given(lines, st.sampled_from(["\n", "\r\n", "\r", "\u2028", "\x0b"]), st.none() | st.text(max_size=30))
def test_zones_tile_any_text(parts_of_text: list[str], line_end: str, message: str | None) -> None:
    text = line_end.join(parts_of_text)
    assert_tiled(text, zones(text, message))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        ">" * 300_000,
        (">" * 50 + " x\n") * 5_000,
        "\n" * 300_000,
        "From: a\n" * 30_000,
        "Ann wrote:\n\n" * 30_000,
        "--\n" * 100_000,
        "Best regards\n" * 30_000,
        "^JK " * 100_000,
        "\"a '" * 100_000,
        'you wrote "a b c d" ' * 10_000,
        "\u0301" * 300_000,
        "\ud800\x00\u200f" * 100_000,
    ],
    ids=range(13),
)
def test_hostile_texts_are_divided(text: str) -> None:
    assert_tiled(text, zones(text))
    assert_tiled(text, zones(text, text[:1000]))


@pytest.mark.parametrize("blank", ["\x1c", "\x1f", "\x85", "\u2028", "\u2003", "\x0b"])
def test_a_line_of_odd_blanks_is_no_trouble(blank: str) -> None:
    for text in (
        f"{blank}\n> 0",
        f"Sorry.\n{blank}\nAna",
        f"{blank}{blank}\n-- \n{blank}",
        f"Kind regards,\n{blank}\nAna",
    ):
        found = zones(text)
        assert "".join(text[zone.start : zone.end] for zone in found) == text
