"""How a reply names a remedy, in six languages: what was given as data, so that a native speaker can mend it.

All expressions are matched against folded text: small letters, no accents, no points in Hebrew. They are stems at the
beginning of a word. A sentence that says no, asks, or leaves it open promises nothing; in doubt it promises nothing, as
what is found here holds a reply back.
"""

import re
from collections.abc import Mapping

__all__ = ["LEAVES_OPEN", "NAMES", "SAYS_NO"]

_NAMES: Mapping[str, tuple[str, ...]] = {
    "refund": (
        r"refund",
        r"pa(?:y|id|ying) (?:it |this |that |you |them |the money |the amount )*back",
        r"money back",
        r"reimburs",
        r"return(?:ing)? (?:you )?(?:your|the) (?:money|amount|payment)",
        # Lithuanian
        r"grazin\w* (?:\w+ )?(?:\w+ )?(?:pinig|sum|eur|\d)",
        r"pinig\w* (?:\w+ )?grazin",
        # Croatian
        r"(?:vrat|vrac)\w* (?:cemo |cu |vam |ti |u cijelosti )*(?:novac|iznos|eur|\d)",
        r"povrat\w* (?:novca|iznosa|sredstava|uplate)",
        # Hebrew
        r"[ונבהל]*(?:החזר|זיכוי כספי)",
        r"(?:נחזיר|אחזיר|מחזירים|מחזיר|מחזירה)\b",
        # Estonian
        r"tagasimaks",
        r"(?:maksa|kanna)\w* (?:\w+ ){0,4}tagasi",
        r"raha (?:\w+ )?tagasi",
        r"tagasta\w* (?:\w+ ){0,3}(?:raha|summa|eur|\d)",
        # Slovak
        r"(?:vrat|vracia)\w* (?:vam |ti |sumu |celu )*(?:peniaz|sum|eur|\d)",
        r"(?:vratenie|refundaci|refundu)",
    ),
    "replacement": (
        r"replac",
        r"send (?:you )?(?:a |an )?(?:new|another) ",
        r"(?:pakei|pakait)",
        r"(?:atsius|issius)\w* (?:\w+ )?nauj",
        r"(?:zamjen|zamijen)",
        r"(?:posla|salj)\w* (?:vam |ti )?nov",
        r"[ונבהל]*(?:החלפה|תחליף|חלופי)",
        r"(?:נחליף|אחליף|מחליפים)\b",
        r"asenda",
        r"saada\w* (?:\w+ ){0,2}uue",
        r"(?:vymen|nahrad)",
        r"posl\w* (?:vam |ti )?nov",
    ),
    "redo": (
        r"(?:do|make|bake|build|print|clean|repair|repeat) (?:it|this|that|them|everything) (?:again|anew|once more)",
        r"redo\b",
        r"(?:perdar|pakarto)",
        r"(?:ponovit|ponovo cemo|ponovno cemo)",
        r"(?:נעשה|נבצע|אעשה|נתקן)(?: \S+){0,3} (?:שוב|מחדש)",
        r"tee\w* (?:\w+ ){0,3}uuesti",
        r"(?:zopakuj|urobim\w* (?:\w+ ){0,2}(?:znova|znovu))",
    ),
    "credit": (
        r"credit (?:you|your|to your|note)",
        r"credited",
        r"(?:i|ant|iskait)\w* saskait\w* (?:\w+ )?(?:kredit|iskait)",
        r"kredit",
        r"odobrenj",
        r"[ונבהל]*זיכוי",
        r"(?:נזכה|אזכה|מזכים)\b",
        r"krediteer",
        r"(?:dobropis|pripise)",
    ),
    "voucher": (
        r"(?:voucher|gift card|coupon)",
        r"(?:kupon|dovanu (?:cek|kortel))",
        r"(?:vaucer|poklon[ -]?bon|poklon[ -]?kartic)",
        r"[ונבהל]*(?:שובר|תלוש|קופון)",
        r"(?:kinkekaar|vautser|kupong)",
        r"(?:poukaz|poukazk|vouche)",
    ),
}

NAMES: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(r"(?<!\w)(?:" + "|".join(shapes) + ")") for kind, shapes in _NAMES.items()
}
"""For each kind of remedy that has words of its own what names it."""

SAYS_NO = re.compile(
    r"(?<!\w)(?:not|no|never|cannot|can't|won't|don't|unable|instead of|rather than"
    r"|negal\w*|neb\w*|nera|ne|nemo\w*|nece\w*|nije|niti"
    r"|לא|אין|איננו|במקום"
    r"|ei|mitte|ilma"
    r"|nie|nem\w*|nebud\w*|namiesto|umjesto|vietoj|asemel)(?!\w)"
)
"""A sentence that says no to something."""

LEAVES_OPEN = re.compile(
    r"(?<!\w)(?:whether|if|could|would|may|might|ask\w*|decid\w*|decision|approv\w*|check\w*|consider\w*|"
    r"look\w* into|let you know|find out|want\w*|wish\w*"
    r"|ar|jei|papras\w*|prase\w*|prasym\w*|sprend\w*|patvirtin\w*|svarst\w*|patikrin\w*|noreto\w*|galbut"
    r"|da li|li|ako|zatraz\w*|trazil\w*|odluc\w*|odobr\w*|provjer\w*|razmot\w*|zelj\w*|mozda"
    r"|האם|אם|נבדוק|אבדוק|ביקש\w*|בקש\w*|לאשר|אישור|החלט\w*|נשקול|אולי"
    r"|kas|kui|otsus\w*|kinnita\w*|kusi\w*|palu\w*|kaalu\w*|kontrolli\w*|soovi\w*|voib-olla"
    r"|ci|ak|rozhod\w*|schval\w*|poziada\w*|ziada\w*|zvaz\w*|over\w*|zelan\w*|mozno)(?!\w)"
)
"""A sentence that asks, or tells of something that is not settled."""
