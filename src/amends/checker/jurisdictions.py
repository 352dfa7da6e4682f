"""What is known of apologies and liability, by place: information for the writer, not legal advice.

The product never advises to drop responsibility; where an apology may be used in court, it advises to let counsel read.
"""

from amends.messages import message, translated

__all__ = ["apology_protection"]

_PROTECTED = {
    "gb-eng": message("In England and Wales the Compensation Act 2006 says that an apology alone admits no liability."),
    "gb-sct": message(
        "In Scotland the Apologies (Scotland) Act 2016 keeps an expression of regret out of civil proceedings."
    ),
    "ca-bc": message("In British Columbia the Apology Act keeps an apology out of civil proceedings."),
    "ca-on": message("In Ontario the Apology Act, 2009 keeps an apology out of civil proceedings."),
    "hk": message("In Hong Kong the Apology Ordinance protects an apology, the facts told in it included."),
    "au-nsw": message("In New South Wales the Civil Liability Act 2002 keeps an apology out as an admission of fault."),
}
_NONE_FOUND = {
    "lt": message("No statute that protects an apology is known for Lithuania."),
    "hr": message("No statute that protects an apology is known for Croatia."),
    "ee": message("No statute that protects an apology is known for Estonia."),
    "sk": message("No statute that protects an apology is known for Slovakia."),
    "il": message("No statute that protects an apology is known for Israel."),
}
_ADVICE = message("This is information and not legal advice; where much is at stake, let counsel read the reply.")


def apology_protection(jurisdiction: str) -> str | None:
    """What is known of a place.

    Args:
        jurisdiction: A country (ISO 3166-1 alpha-2) or a part of one (ISO 3166-2), such as "GB-SCT" or "LT".

    Returns:
        Two or three sentences, or None when nothing is known of the place.
    """
    code = jurisdiction.strip().lower()
    if code in ("gb-wls", "gb-eaw"):
        code = "gb-eng"
    known = _PROTECTED.get(code) or _NONE_FOUND.get(code)
    return f"{translated(known)} {translated(_ADVICE)}" if known else None
