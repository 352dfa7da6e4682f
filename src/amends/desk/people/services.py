"""People: the first owner, invitations, roles, passwords, second factors. Signing in is in `signing_in`."""

import secrets
from datetime import timedelta
from typing import Any

import pyotp
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from amends.desk.errors import NotAllowed, NotFound, WrongInput
from amends.desk.house.services import house, log
from amends.desk.people.authority import require
from amends.desk.people.models import Identity, OneTimeLink, People, Person, Team, Theme
from amends.desk.people.roles import DESK, Acting, Role
from amends.desk.states import lock
from amends.desk.tokens import hashed, new_token

__all__ = [
    "accept_invitation",
    "ask_new_password",
    "begin_second_factor",
    "change_own_page",
    "change_password",
    "change_role",
    "confirm_second_factor",
    "create_first_owner",
    "deactivate",
    "drop_second_factor",
    "end_all_sessions",
    "first_owner_link",
    "invite",
    "link_for",
    "needs_first_owner",
    "person_of_provider",
    "reactivate",
    "save_team",
    "second_factor_address",
    "set_new_password",
]

FIRST_OWNER_HOURS = 24
INVITATION_DAYS = 7
NEW_PASSWORD_HOURS = 2
_RECOVERY_CODES = 10


def needs_first_owner() -> bool:
    """Whether nobody can run the desk yet: there is no active owner besides the demonstration's."""
    return not Person.objects.filter(role=Role.OWNER, is_active=True, demo=False).exists()


def first_owner_link() -> str:
    """The secret of a new one-time link for the first owner's account; links made before stop working.

    Raises:
        NotAllowed: There is an owner already.
    """
    with transaction.atomic():
        if not needs_first_owner():
            raise NotAllowed(_("There is an owner already. Sign in, or ask for a new password."))
        OneTimeLink.objects.filter(purpose=OneTimeLink.Purpose.FIRST_OWNER, used_at=None, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        return _new_link(OneTimeLink.Purpose.FIRST_OWNER, timedelta(hours=FIRST_OWNER_HOURS))


def link_for(token: str, purpose: str) -> OneTimeLink:
    """The link of a secret, when it still works.

    Raises:
        NotFound: It does not, or never did.
    """
    link = (
        OneTimeLink.objects.select_related("person", "team").filter(token_hash=hashed(token), purpose=purpose).first()
    )
    if link is None or not link.works:
        raise NotFound(_("This link does not work any more. Ask for a new one."))
    return link


def create_first_owner(token: str, *, name: str, email: str, password: str, language: str, time_zone: str) -> Person:
    """The first owner's account.

    Args:
        token: The secret of the one-time link.
        name, email, password: The owner's.
        language: ISO 639-1 code; the house speaks it too at first.
        time_zone: IANA name; the house's at first.

    Raises:
        NotFound: The link does not work any more.
        WrongInput: A value is not possible.
    """
    link = link_for(token, OneTimeLink.Purpose.FIRST_OWNER)
    with transaction.atomic():
        _use(link)
        person = _new_person(email, name, password, Role.OWNER, language=language, time_zone=time_zone)
        row = house()
        row.language = language
        row.time_zone = time_zone or row.time_zone
        row.save()
        log(DESK, f"person {person.pk}", "person.first-owner", after={"email": person.email})
    return person


def invite(acting: Acting, *, email: str, role: str, name: str = "", team: Team | None = None) -> str:
    """Invite somebody by mail.

    Returns:
        The secret of the link, so that it can be shown once to hand over in another way.

    Raises:
        NotAllowed: The acting person may not invite, or not into this role.
        WrongInput: The address is none, or somebody has it already.
    """
    require(acting, "people.invite-owner" if role in (Role.OWNER, Role.LEAD) else "people.invite")
    if role not in Role.values:
        raise WrongInput(_("Choose one of the list."), "role")
    email = _checked_email(email)
    if Person.objects.filter(email=email).exists():
        raise WrongInput(_("Somebody with this mail address works here already."), "email")
    with transaction.atomic():
        OneTimeLink.objects.filter(
            purpose=OneTimeLink.Purpose.INVITATION, email=email, used_at=None, revoked_at=None
        ).update(revoked_at=timezone.now())
        token = _new_link(
            OneTimeLink.Purpose.INVITATION,
            timedelta(days=INVITATION_DAYS),
            email=email,
            name=name.strip()[:120],
            role=role,
            team=team,
            created_by=acting if isinstance(acting, Person) else None,
        )
        log(acting, f"invitation {email}", "person.invited", after={"email": email, "role": role})
        _mail_invitation(email, token, acting)
    return token


def accept_invitation(token: str, *, name: str, password: str, language: str, time_zone: str) -> Person:
    """The account of an invited person.

    Raises:
        NotFound: The link does not work any more.
        WrongInput: A value is not possible.
    """
    link = link_for(token, OneTimeLink.Purpose.INVITATION)
    with transaction.atomic():
        _use(link)
        person = _new_person(
            link.email, name, password, link.role, language=language, time_zone=time_zone, team=link.team
        )
        log(DESK, f"person {person.pk}", "person.joined", after={"email": person.email, "role": person.role})
    return person


def person_of_provider(*, issuer: str, subject: str, email: str, email_proved: bool, name: str = "") -> Person | None:
    """Who it is that a provider of OpenID Connect vouches for.

    The first time somebody comes they are found by their mail address, as far as the provider has proved it: a person
    who works here, or one who is invited and so joins. Nobody else is let in.

    Args:
        issuer: The provider.
        subject: The provider's name for the person.
        email: Their mail address, or "".
        email_proved: Whether the provider says that it is theirs.
        name: Their name, for one who joins.

    Returns:
        The active person, or None.
    """
    with transaction.atomic():
        known = Identity.objects.select_related("person").filter(issuer=issuer, subject=subject).first()
        if known is not None:
            Identity.objects.filter(pk=known.pk).update(used_at=timezone.now())
            return known.person if known.person.is_active else None
        address = People.normalise(email)
        if not address or not email_proved or not subject:
            return None
        person = Person.objects.filter(email=address, is_active=True, demo=False).first()
        person = person or _joined_by_provider(address, name)
        if person is None:
            return None
        Identity.objects.create(person=person, issuer=issuer, subject=subject)
        log(DESK, f"person {person.pk}", "person.identity", after={"issuer": issuer})
    return person


def _joined_by_provider(email: str, name: str) -> Person | None:
    """The account of an invited person who has no password, as the provider vouches for them."""
    if Person.objects.filter(email=email).exists():
        return None
    links = OneTimeLink.objects.filter(purpose=OneTimeLink.Purpose.INVITATION, email=email)
    link = next((link for link in links if link.works), None)
    if link is None:
        return None
    _use(link)
    business = house()
    person = Person(
        email=email,
        name=(link.name or name.strip() or email.partition("@")[0])[:120],
        role=link.role,
        team=link.team,
        language=business.language,
        time_zone=business.time_zone,
    )
    person.set_unusable_password()
    person.save()
    log(DESK, f"person {person.pk}", "person.joined", after={"email": person.email, "role": person.role})
    return person


def ask_new_password(email: str) -> None:
    """Mail a link for a new password; does nothing, and tells nobody so, when there is no such person."""
    person = Person.objects.filter(email=People.normalise(email), is_active=True).first()
    if person is None:
        return
    with transaction.atomic():
        lock(person)
        open_links = OneTimeLink.objects.filter(
            purpose=OneTimeLink.Purpose.NEW_PASSWORD, person=person, used_at=None, revoked_at=None
        )
        if open_links.filter(created_at__gt=timezone.now() - timedelta(minutes=2)).exists():
            return
        open_links.update(revoked_at=timezone.now())
        token = _new_link(OneTimeLink.Purpose.NEW_PASSWORD, timedelta(hours=NEW_PASSWORD_HOURS), person=person)
        log(DESK, f"person {person.pk}", "person.asked-new-password")
        _mail_new_password(person, token)


def set_new_password(token: str, password: str) -> Person:
    """A new password by the link that was mailed; all sessions end.

    Raises:
        NotFound: The link does not work any more.
        WrongInput: The password is too easy to guess.
    """
    link = link_for(token, OneTimeLink.Purpose.NEW_PASSWORD)
    if link.person is None or not link.person.is_active:
        raise NotFound(_("This link does not work any more. Ask for a new one."))
    with transaction.atomic():
        _use(link)
        person = lock(link.person)
        _set_password(person, password)
        log(DESK, f"person {person.pk}", "person.new-password")
    from amends.desk.people.signing_in import forgive

    forgive(person.email)
    return person


def change_password(acting: Person, *, old: str, new: str) -> Person:
    """Change one's own password; all other sessions end.

    Raises:
        WrongInput: The old one is not right, or the new one too easy to guess.
    """
    require(acting, "people.edit-self")
    if not acting.check_password(old):
        raise WrongInput(_("This is not your password as it is now."), "old")
    with transaction.atomic():
        lock(acting)
        _set_password(acting, new, field="new")
        log(acting, f"person {acting.pk}", "person.new-password")
    return acting


def change_own_page(acting: Person, *, name: str, language: str, time_zone: str, theme: str) -> Person:
    """Change one's own name, language, time zone and colours.

    Raises:
        WrongInput: A value is not possible.
    """
    require(acting, "people.edit-self")
    if not name.strip():
        raise WrongInput(_("Write your name, as colleagues and customers know you."), "name")
    if language not in dict(settings.LANGUAGES) or theme not in Theme.values:
        raise WrongInput(_("Choose one of the list."), "language")
    with transaction.atomic():
        lock(acting)
        acting.name, acting.language, acting.theme = name.strip()[:120], language, theme
        acting.time_zone = _checked_zone(time_zone)
        acting.save()
    return acting


def change_role(acting: Acting, person: Person, role: str) -> Person:
    """Give somebody another role.

    Raises:
        NotAllowed: Only the owner may.
        WrongInput: There is no such role, or no owner would be left.
    """
    require(acting, "people.change-role")
    if role not in Role.values:
        raise WrongInput(_("Choose one of the list."), "role")
    with transaction.atomic():
        _keep_an_owner(person, leaving=role != Role.OWNER)
        lock(person)
        before, person.role = person.role, role
        person.save()
        log(acting, f"person {person.pk}", "person.role", before={"role": before}, after={"role": role})
    return person


def deactivate(acting: Acting, person: Person) -> Person:
    """End somebody's access at once; what they did stays theirs in the log.

    Raises:
        NotAllowed: Only the owner may.
        WrongInput: No owner would be left.
    """
    require(acting, "people.deactivate")
    with transaction.atomic():
        _keep_an_owner(person, leaving=True)
        lock(person)
        person.is_active = False
        person.session_stamp = secrets.token_hex(8)
        person.save()
        log(acting, f"person {person.pk}", "person.deactivated")
    return person


def reactivate(acting: Acting, person: Person) -> Person:
    """Let somebody in again.

    Raises:
        NotAllowed: Only the owner may.
    """
    require(acting, "people.deactivate")
    with transaction.atomic():
        lock(person)
        person.is_active = True
        person.save()
        log(acting, f"person {person.pk}", "person.reactivated")
    return person


def save_team(acting: Acting, team: Team | None, name: str) -> Team:
    """Make or rename a team.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: The name is empty or taken.
    """
    require(acting, "people.edit-team")
    name = " ".join(name.split())[:80]
    team = team or Team()
    before = team.name
    if not name:
        raise WrongInput(_("Give the team a name."), "name")
    if Team.objects.filter(name__iexact=name).exclude(pk=team.pk).exists():
        raise WrongInput(_("There is a team of this name already."), "name")
    with transaction.atomic():
        team.name = name
        team.save()
        log(acting, f"team {team.pk}", "team.saved", before={"name": before}, after={"name": name})
    return team


def end_all_sessions(acting: Person) -> Person:
    """Sign oneself out everywhere."""
    require(acting, "people.edit-self")
    with transaction.atomic():
        lock(acting)
        acting.session_stamp = secrets.token_hex(8)
        acting.save()
        log(acting, f"person {acting.pk}", "person.signed-out-everywhere")
    return acting


def begin_second_factor(acting: Person) -> tuple[str, str]:
    """A new key for an authenticator app, not in force before it is confirmed.

    Returns:
        The key (base32), and the `otpauth://` address that goes into the picture to scan.
    """
    require(acting, "people.edit-self")
    key = pyotp.random_base32()
    return key, second_factor_address(acting, key)


def second_factor_address(person: Person, key: str) -> str:
    """The `otpauth://` address of a key, for the picture that an authenticator app scans."""
    return str(pyotp.TOTP(key).provisioning_uri(name=person.email, issuer_name=f"Amends {house()}"))


def confirm_second_factor(acting: Person, key: str, code: str) -> list[str]:
    """Put a second factor in force.

    Args:
        acting: Whose.
        key: From `begin_second_factor`.
        code: What the app shows now.

    Returns:
        Recovery codes, shown this once.

    Raises:
        WrongInput: The code does not fit the key.
    """
    require(acting, "people.edit-self")
    if not pyotp.TOTP(key).verify(code.replace(" ", ""), valid_window=1):
        raise WrongInput(
            _("This code does not fit. Check the clock of your device and write the code it shows now."), "code"
        )
    codes = [f"{secrets.token_hex(4)}-{secrets.token_hex(4)}" for _number in range(_RECOVERY_CODES)]
    with transaction.atomic():
        lock(acting)
        acting.totp_secret = key
        acting.totp_last = 0
        acting.recovery_codes = [hashed(recovery) for recovery in codes]
        acting.save()
        log(acting, f"person {acting.pk}", "person.second-factor-on")
    return codes


def drop_second_factor(acting: Person, *, password: str) -> Person:
    """Sign in without a second factor again.

    Raises:
        WrongInput: The password is not right.
    """
    require(acting, "people.edit-self")
    if not acting.check_password(password):
        raise WrongInput(_("This is not your password as it is now."), "password")
    with transaction.atomic():
        lock(acting)
        acting.totp_secret = ""
        acting.recovery_codes = []
        acting.save()
        log(acting, f"person {acting.pk}", "person.second-factor-off")
    return acting


def _new_link(purpose: str, lasts: timedelta, **values: Any) -> str:
    token, token_hash = new_token()
    OneTimeLink.objects.create(purpose=purpose, token_hash=token_hash, expires_at=timezone.now() + lasts, **values)
    return token


def _use(link: OneTimeLink) -> None:
    """Mark a link as used; of two at the same moment only one succeeds."""
    used = OneTimeLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None, expires_at__gt=timezone.now()).update(
        used_at=timezone.now()
    )
    if not used:
        raise NotFound(_("This link does not work any more. Ask for a new one."))


def _new_person(
    email: str, name: str, password: str, role: str, *, language: str, time_zone: str, team: Team | None = None
) -> Person:
    email = _checked_email(email)
    if not name.strip():
        raise WrongInput(_("Write your name, as colleagues and customers know you."), "name")
    if language not in dict(settings.LANGUAGES):
        raise WrongInput(_("Choose one of the list."), "language")
    person = Person(email=email, name=name.strip()[:120], role=role, language=language, team=team)
    person.time_zone = _checked_zone(time_zone)
    _check_password(person, password, "password")
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise WrongInput(_("Somebody with this mail address works here already."), "email") from error
    return person


def _set_password(person: Person, password: str, field: str = "password") -> None:
    _check_password(person, password, field)
    person.set_password(password)
    person.session_stamp = secrets.token_hex(8)
    person.save()


def _check_password(person: Person, password: str, field: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise WrongInput(" ".join(error.messages), field) from error


def _checked_email(email: str) -> str:
    email = People.normalise(email)
    try:
        validate_email(email)
    except ValidationError as error:
        raise WrongInput(_("This does not look like a mail address."), "email") from error
    return email


def _checked_zone(name: str) -> str:
    import zoneinfo

    if not name:
        return ""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise WrongInput(_("Choose a time zone from the list, such as Europe/Vilnius."), "time_zone") from error
    return name


def _keep_an_owner(person: Person, *, leaving: bool) -> None:
    owners = Person.objects.select_for_update().filter(role=Role.OWNER, is_active=True, demo=False)
    if leaving and list(owners.values_list("pk", flat=True)) == [person.pk]:
        raise WrongInput(_("Somebody has to own the desk. Make another person owner first."))


def _mail_invitation(email: str, token: str, acting: Acting) -> None:
    from django.urls import reverse

    from amends.desk.outbox.services import queue

    business = house()
    with translation.override(business.language):
        address = settings.PUBLIC_URL + reverse("people:join", args=[token])
        queue(
            DESK,
            purpose="invitation",
            to=[email],
            subject=_("%(business)s: your place at the desk") % {"business": business},
            text=_(
                "Hello,\n\n%(inviting)s asks you to join the service desk of %(business)s. "
                "Choose a password here:\n\n%(address)s\n\nThe link works once, for seven days."
            )
            % {
                "inviting": acting if isinstance(acting, Person) else business,
                "business": business,
                "address": address,
            },
            language=business.language,
        )


def _mail_new_password(person: Person, token: str) -> None:
    from django.urls import reverse

    from amends.desk.outbox.services import queue

    with translation.override(person.language):
        address = settings.PUBLIC_URL + reverse("people:new-password", args=[token])
        queue(
            DESK,
            purpose="new-password",
            to=[person.email],
            subject=_("A new password for the desk"),
            text=_(
                "Hello %(name)s,\n\nsomebody, we think you, asked for a new password. Choose it here:\n\n"
                "%(address)s\n\nThe link works once, for two hours. If it was not you, your password stays as it is "
                "and there is nothing you need to do."
            )
            % {"name": person.name, "address": address},
            language=person.language,
        )
