"""Web push: sealed for one browser as RFC 8291 says, signed as RFC 8292 says."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from amends.desk.telling.web_push import (
    LONGEST,
    WrongKeysError,
    authorization,
    checked_keys,
    new_key,
    public_key,
    sealed_for,
)


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_example_of_rfc_8291_comes_out_byte_by_byte():
    private = int.from_bytes(decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    sealed = sealed_for(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        " BTBZMqHH6r4Tts7J_aSIgg",
        b"When I grow up, I want to be a watermelon",
        sender=ec.derive_private_key(private, ec.SECP256R1()),
        salt=decoded("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert sealed == decoded(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A"
        "_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_signature_names_the_service_and_is_the_desks():
    key = new_key()
    header = authorization(key, "https://push.example:8443/send/abc", "mailto:desk@shop.example", now=1_000_000)
    assert header.startswith("vapid t=")
    token, shown = header.removeprefix("vapid t=").split(", k=")
    assert shown == public_key(key)
    head, claims, signature = token.split(".")
    assert json.loads(decoded(head)) == {"typ": "JWT", "alg": "ES256"}
    said = json.loads(decoded(claims))
    assert said == {"aud": "https://push.example:8443", "exp": 1_043_200, "sub": "mailto:desk@shop.example"}
    public = serialization.load_pem_private_key(key.encode(), None).public_key()
    raw = decoded(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        ("x", "y"),
        ("AAAA", "BTBZMqHH6r4Tts7J_aSIgg"),
        ("š", "BTBZMqHH6r4Tts7J_aSIgg"),
        # Not on the curve.
        (base64.urlsafe_b64encode(b"\x04" + b"\x01" * 64).decode(), "BTBZMqHH6r4Tts7J_aSIgg"),
        ("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "AAAA"),
    ],
)
def test_keys_that_are_none_are_refused(p256dh, auth):
    with pytest.raises(WrongKeysError):
        checked_keys(p256dh, auth)


def test_what_is_too_long_for_push_services_is_refused():
    keys = (
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4 BTBZMqHH6r4Tts7J_aSIgg"
    )
    assert len(sealed_for(keys, b"x" * LONGEST)) <= 4_096
    with pytest.raises(ValueError, match="too long"):
        sealed_for(keys, b"x" * (LONGEST + 1))
