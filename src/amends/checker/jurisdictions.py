"""What is known of apologies and liability, by place: information for the writer, not legal advice.

The product never advises to drop responsibility; where an apology may be used in court, it advises to let counsel read.
"""

__all__ = ["apology_protection"]

_PROTECTED = {
    "gb-eng": "In England and Wales the Compensation Act 2006 says that an apology alone admits no liability.",
    "gb-sct": "In Scotland the Apologies (Scotland) Act 2016 keeps an expression of regret out of civil proceedings.",
    "ca-bc": "In British Columbia the Apology Act keeps an apology out of civil proceedings.",
    "ca-on": "In Ontario the Apology Act, 2009 keeps an apology out of civil proceedings.",
    "hk": "In Hong Kong the Apology Ordinance protects an apology, the facts told in it included.",
    "au-nsw": "In New South Wales the Civil Liability Act 2002 keeps an apology out as an admission of fault.",
}
_NONE_FOUND = {"lt": "Lithuania", "hr": "Croatia", "ee": "Estonia", "sk": "Slovakia", "il": "Israel"}
_ADVICE = "This is information and not legal advice; where much is at stake, let counsel read the reply."


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
    if code in _PROTECTED:
        return f"{_PROTECTED[code]} {_ADVICE}"
    if code in _NONE_FOUND:
        return f"No statute that protects an apology is known for {_NONE_FOUND[code]}. {_ADVICE}"
    return None
