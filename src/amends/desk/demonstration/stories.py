"""The made-up business, its people, customers and their stories, in six languages.

"Linen Harbour" sells bed linen and towels from a small workshop. Nobody and nothing in here exists; all mail addresses
are at a domain that can belong to nobody.
"""

from dataclasses import dataclass, field

from amends.desk.outbox.made_up import MADE_UP_DOMAIN

__all__ = ["BUSINESS", "CUSTOMERS", "PASSWORD", "PEOPLE", "STORIES", "Made", "Person", "Said", "Somebody", "Story"]

BUSINESS = "Linen Harbour"
PASSWORD = "a quiet harbour at dusk"
"""For everybody of the demonstration; it is shown on the page for signing in."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works there."""

    key: str
    name: str
    role: str
    language: str = "en"

    @property
    def email(self) -> str:
        """Their mail address."""
        return f"{self.key}@{MADE_UP_DOMAIN}"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A customer."""

    key: str
    name: str
    language: str
    form_of_address: str = ""
    gendered_form: str = ""
    reach: str = ""
    reach_words: str = ""
    cares_about: str = ""
    phone: str = ""

    @property
    def email(self) -> str:
        """Their mail address."""
        return f"{self.key}@{MADE_UP_DOMAIN}"


@dataclass(frozen=True, slots=True)
class Said:
    """One message: `hours` before now; by "customer", or by the key of one of the people; `note` stays with us."""

    hours: float
    by: str
    text: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A promise: its words, act, owner, when it is due in hours from now, what became of it, when it was kept."""

    quote: str
    act: str
    owner: str
    due: float | None
    state: str = "open"
    kept: float | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One case. `ends` is "", "recovered", "closed-silent" or "set-aside"."""

    customer: str
    channel: str
    subject: str
    severity: int
    urgency: int
    kinds: tuple[str, ...]
    said: tuple[Said, ...]
    stakes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    fault: str = "unknown"
    assignee: str = ""
    outline: dict[str, str] = field(default_factory=dict)
    events: tuple[tuple[int, str], ...] = ()
    promises: tuple[Made, ...] = ()
    ends: str = ""
    opened_by_us: bool = False


PEOPLE = (
    Person("olga", "Olga Marin", "owner"),
    Person("lena", "Lena Sepp", "lead"),
    Person("ana", "Ana Kovač", "agent"),
    Person("jonas", "Jonas Ragauskas", "junior"),
)

CUSTOMERS = (
    Somebody(
        "harriet", "Harriet Lowe", "en", reach="mail", cares_about="Her guest house opens on the first of the month."
    ),
    Somebody(
        "tom", "Tom Ashdown", "en", reach="phone", reach_words="After six in the evening.", phone="+44 20 7946 0958"
    ),
    Somebody("ruta", "Rūta Kalnienė", "lt", form_of_address="formal", gendered_form="feminine"),
    Somebody("mantas", "Mantas Girdenis", "lt", form_of_address="informal", gendered_form="masculine"),
    Somebody("ivana", "Ivana Perković", "hr", form_of_address="formal", gendered_form="feminine"),
    Somebody("davor", "Davor Barišić", "hr", form_of_address="informal", gendered_form="masculine"),
    Somebody("noa", "נועה ברק", "he", gendered_form="feminine", reach="page"),
    Somebody("yossi", "יוסי אדלר", "he", gendered_form="masculine", phone="+972 3 555 0142", reach="phone"),
    Somebody(
        "kadri", "Kadri Lepik", "et", form_of_address="informal", cares_about="Puhas lina, ilma lõhnata: allergia."
    ),
    Somebody("priit", "Priit Saarmann", "et", form_of_address="formal"),
    Somebody("zuzana", "Zuzana Hrivnáková", "sk", form_of_address="formal", gendered_form="feminine"),
    Somebody("peter", "Peter Vrábel", "sk", form_of_address="formal", gendered_form="masculine"),
)

STORIES = (
    Story(
        customer="harriet",
        channel="mail",
        subject="Twelve sets for the guest house",
        severity=66,
        urgency=85,
        kinds=("late", "unanswered"),
        stakes=("money",),
        flags=("repeat", "urgent"),
        said=(
            Said(
                53,
                "customer",
                "Dear Linen Harbour,\n\nI ordered twelve sets of bed linen on the 3rd and you confirmed that "
                "they would "
                "leave within a week. That week is over twice. I wrote on Monday and on Wednesday and nobody "
                "answered.\n\n"
                "My guest house opens on the first of the month. Without linen I have to send four families "
                "away. Please "
                "tell me plainly: will they be here by the 29th, yes or no? If not, I need the 1,340 pounds "
                "back today so "
                "that I can buy elsewhere.\n\nHarriet Lowe",
            ),
        ),
    ),
    Story(
        customer="kadri",
        channel="form",
        subject="Rätikud lõhnavad, lapsel lööve",
        severity=82,
        urgency=70,
        kinds=("quality",),
        stakes=("health", "vulnerable"),
        flags=("urgent",),
        assignee="lena",
        said=(
            Said(
                20,
                "customer",
                "Tere! Tellisin teilt lõhnatud rätikud, sest mu pojal on allergia – kirjutasin selle ka "
                "tellimuse juurde. "
                "Saabunud rätikud lõhnavad tugevalt pesupehmendaja järele ja eile õhtul läks tal kogu selg punaseks. "
                "Täna oleme olnud kodus ja perearst ütles, et asi on lõhnaaines. Tahan teada, millega te need "
                "pesite, ja "
                "soovin lõhnatuid rätikuid, nagu lubatud.\n\nKadri",
            ),
            Said(
                18, "lena", "I rang the laundry: their machine ran with softener on Tuesday and Wednesday.", note=True
            ),
        ),
        fault="supplier",
        outline={
            "perceived": "She told us about the allergy and we did not listen. Her son is ill because of it.",
            "record": "The order carries her remark. The laundry used softener on two days although our sheet "
            "says none.",
            "cause": "We check the linen when it comes back from the laundry, but not its smell, and nobody "
            "reads the "
            "remarks of an order before it is packed.",
            "fix": "Unscented towels, washed in our own machine, leave today by courier; the money is returned.",
        },
        events=(
            (9, "Order with the remark about the allergy"),
            (5, "Laundry runs with softener"),
            (1, "Towels arrive"),
        ),
    ),
    Story(
        customer="noa",
        channel="mail",
        subject="מצעים בצבע אחר ממה שהזמנתי",
        severity=44,
        urgency=35,
        kinds=("wrong",),
        said=(
            Said(
                31,
                "customer",
                "שלום,\n\nהזמנתי מצעים בצבע כחול ים וקיבלתי אפור. פתחתי את החבילה ליד אמא שלי, שבשבילה זה היה, "
                "והיה לא "
                "נעים. בתמונה באתר זה כחול בלי שום ספק.\n\nאשמח להחלפה לפני יום שישי, כי אז אנחנו חוגגים לה "
                "שבעים.\n\nנועה",
            ),
        ),
    ),
    Story(
        customer="ruta",
        channel="mail",
        subject="Pažadėtas skambutis",
        severity=58,
        urgency=45,
        kinds=("promise-broken", "unanswered"),
        flags=("repeat",),
        fault="team",
        assignee="ana",
        said=(
            Said(
                150,
                "customer",
                "Laba diena, antklodės užvalkalas po pirmo skalbimo susitraukė tiek, kad antklodė nebetelpa. "
                "Skalbiau "
                "keturiasdešimties laipsnių vandenyje, kaip parašyta ant etiketės. Ką darysime?\n\nRūta Kalnienė",
            ),
            Said(
                140,
                "ana",
                "Laba diena, ponia Rūta,\n\natsiprašau: antklodės užvalkalas susitraukė, nors skalbėte taip, "
                "kaip patys "
                "parašėme ant etiketės. Tai mūsų klaida. Paskambinsiu Jums rytoj iki 12 val. ir susitarsime, ar "
                "siųsti "
                "naują, ar grąžinti pinigus.\n\nAna Kovač",
            ),
            Said(
                26,
                "customer",
                "Laukiau skambučio visą dieną, paskui dar vieną. Niekas nepaskambino. Jūsų laiškas buvo toks "
                "gražus, kad "
                "patikėjau. Dabar prašau tiesiog grąžinti 64 eurus.",
            ),
        ),
        outline={
            "perceived": "A nice letter and then silence: she believed us and was left waiting for two days.",
            "record": "The call was promised for the next day before noon and never made.",
            "cause": "Ana was ill from the next morning on and nobody took over what she had promised.",
        },
        promises=(
            Made(
                "Paskambinsiu Jums rytoj iki 12 val.",
                "Paskambinti Rūtai ir susitarti dėl naujo užvalkalo ar pinigų",
                "ana",
                -112,
                "broken",
            ),
        ),
    ),
    Story(
        customer="davor",
        channel="review",
        subject="Recenzija s dvije zvjezdice",
        severity=38,
        urgency=30,
        kinds=("information", "late"),
        flags=("public",),
        said=(
            Said(
                11,
                "customer",
                "Posteljina je super, da se razumijemo. Ali na stranici piše dostava 2-3 dana, a čekao sam devet. "
                "Kad sam zvao, rekli su mi da „tri dana vrijedi od otpreme”. Pa napišite to onda. Dvije zvjezdice, "
                "mogle su biti pet.",
            ),
        ),
        outline={"perceived": "We set an expectation of three days and then explained it away on the phone."},
        fault="expectation",
    ),
    Story(
        customer="yossi",
        channel="call",
        subject="חויבתי פעמיים",
        severity=52,
        urgency=55,
        kinds=("billing",),
        stakes=("money",),
        fault="system",
        assignee="jonas",
        said=(
            Said(
                47,
                "customer",
                "חויבתי פעמיים על אותה הזמנה, 418 שקל בכל פעם. אני פנסיונר ואלה לא סכומים קטנים בשבילי. דיברתי "
                "עם הבנק והם "
                "אומרים שזה מכם. אני רוצה לדעת מתי הכסף חוזר, ושמישהו יתקשר אליי ולא יכתוב לי, אני לא מסתדר עם "
                "המחשב.",
            ),
        ),
        outline={
            "perceived": "A large sum for him is gone and he has to chase it himself.",
            "record": "The payment page was sent twice at 10:14; both payments went through.",
            "cause": "Our payment page lets a payment be sent twice when it is slow.",
        },
        promises=(Made("", "לברר עם חברת האשראי ולהתקשר ליוסי", "jonas", 5),),
    ),
    Story(
        customer="zuzana",
        channel="mail",
        subject="Chýbajúca obliečka",
        severity=30,
        urgency=20,
        kinds=("missing",),
        fault="team",
        assignee="ana",
        said=(
            Said(
                200,
                "customer",
                "Dobrý deň, v balíku mala byť jedna veľká a dve malé obliečky, prišla však len jedna malá. "
                "Prosím o doplnenie."
                "\n\nZuzana Hrivnáková",
            ),
            Said(
                195,
                "ana",
                "Dobrý deň, pani Hrivnáková,\n\nospravedlňujem sa, zabalili sme Vám o jednu obliečku menej. "
                "Bola to naša "
                "chyba: pri balení sme počítali balíky, nie kusy. Druhú obliečku odošlem dnes a v piatok Vám "
                "napíšem, či "
                "došla. Odteraz pri každom balíku odškrtávame jednotlivé kusy.\n\nAna Kovač",
            ),
            Said(
                110,
                "ana",
                "Dobrý deň, pani Hrivnáková,\n\npodľa dopravcu obliečka včera dorazila. Je všetko v "
                "poriadku?\n\nAna Kovač",
            ),
            Said(90, "customer", "Áno, prišla, už je to v poriadku. Ďakujem, že ste sa ozvali sami."),
        ),
        outline={
            "perceived": "She paid for three and got two.",
            "record": "One small cover was not in the parcel.",
            "cause": "Parcels were counted, not pieces.",
            "fix": "The missing cover was sent the same day.",
            "prevention": "A list with each piece is ticked off while packing.",
        },
        promises=(
            Made(
                "Druhú obliečku odošlem dnes",
                "Odoslať druhú obliečku",
                "ana",
                -190,
                "kept",
                -193,
                "Podací lístok dopravcu",
            ),
            Made(
                "v piatok Vám napíšem, či došla",
                "Napísať, či obliečka došla",
                "ana",
                -100,
                "kept",
                -110,
                "List z piatku",
            ),
        ),
        ends="recovered",
    ),
    Story(
        customer="priit",
        channel="mail",
        subject="Vale suurusega padjapüürid",
        severity=28,
        urgency=20,
        kinds=("wrong",),
        fault="team",
        assignee="lena",
        said=(
            Said(
                75,
                "customer",
                "Tere, tellisin padjapüürid mõõdus 50×70, aga sain 50×60. Palun öelge, kuidas vahetus "
                "käib.\n\nPriit Saarmann",
            ),
            Said(
                70,
                "lena",
                "Tere, härra Saarmann,\n\nvabandan, panime pakki vale suuruse, kuigi Teie tellimusel oli õige. "
                "Saadan õiged "
                "padjapüürid täna teele ja kirjutan Teile kolmapäeval, kui pakk on kohal. Valed võite endale "
                "jätta.\n\n"
                "Lena Sepp",
            ),
        ),
        outline={
            "perceived": "He has to deal with our mix-up.",
            "record": "The order says 50×70, the parcel held 50×60.",
            "fix": "The right ones were sent at once; the others stay with him.",
        },
        promises=(
            Made(
                "Saadan õiged padjapüürid täna teele", "Saata õiged padjapüürid", "lena", -62, "late", -45, "Saatekiri"
            ),
            Made("kirjutan Teile kolmapäeval", "Kirjutada Priidule, kas pakk on kohal", "lena", 26),
        ),
    ),
    Story(
        customer="tom",
        channel="counter",
        subject="Sent away at the workshop door",
        severity=47,
        urgency=40,
        kinds=("rude",),
        said=(
            Said(
                5,
                "customer",
                "I drove forty minutes to bring the torn sheet back, as your mail told me to. The young man at "
                "the door said "
                "returns are only by post and that I should have read the page. I felt like a schoolboy. I do "
                "not want a "
                "voucher. I want somebody to ring me who knows what was agreed.",
            ),
        ),
    ),
    Story(
        customer="ivana",
        channel="mail",
        subject="Flekasti ručnici",
        severity=34,
        urgency=15,
        kinds=("quality",),
        fault="team",
        assignee="ana",
        said=(
            Said(
                420,
                "customer",
                "Poštovani, na dva od četiri ručnika bile su žućkaste mrlje, kao od vlage. Šaljem fotografiju u "
                "prilogu.\n\n"
                "Ivana Perković",
            ),
            Said(
                410,
                "ana",
                "Poštovana gospođo Perković,\n\nžao mi je: poslali smo Vam ručnike s mrljama od vlage, a to smo "
                "trebali vidjeti "
                "prije pakiranja. Danas sam poslala četiri nova. Javite mi, molim Vas, jesu li ovi u "
                "redu.\n\nAna Kovač",
            ),
        ),
        promises=(),
        ends="closed-silent",
    ),
    Story(
        customer="peter",
        channel="mail",
        subject="Otázka k praniu",
        severity=0,
        urgency=0,
        kinds=(),
        said=(
            Said(
                60,
                "customer",
                "Dobrý deň, môžem ľanové obliečky dávať do sušičky, alebo je lepšie sušiť ich na vzduchu? "
                "Ďakujem, Peter Vrábel",
            ),
        ),
        ends="set-aside",
    ),
    Story(
        customer="mantas",
        channel="mail",
        subject="Patys pastebėjome: per trumpos paklodės",
        severity=25,
        urgency=30,
        kinds=("quality",),
        fault="team",
        assignee="olga",
        said=(
            Said(
                30,
                "olga",
                "Batch 0417 was cut 10 cm too short. Seven sheets went out, one of them to Mantas. He does not "
                "know yet; we "
                "write to him before he finds out.",
                note=True,
            ),
        ),
        outline={
            "record": "Batch 0417 was cut 10 cm too short; his parcel left on Tuesday.",
            "cause": "The cutting table's stop had come loose and nobody measured the first piece.",
            "fix": "A sheet of the right length leaves today; the short one stays with him.",
            "prevention": "The first piece of each batch is measured and the measure written down.",
        },
        opened_by_us=True,
    ),
)
