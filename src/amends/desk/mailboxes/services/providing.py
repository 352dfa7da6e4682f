"""Setting up mail providers that post to us, and taking what they post."""

import hashlib
import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.clock.loop import nudge
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.services import log
from amends.desk.mailboxes.kinds import DOORS, KINDS, reader
from amends.desk.mailboxes.models import MailProvider, ProviderPost
from amends.desk.mailboxes.reading import as_request, read_post
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.sealed import SealError
from amends.desk.states import lock
from amends.desk.tokens import public_id

__all__ = ["add_provider", "change_provider", "read_again", "remove_provider", "take_post"]


def add_provider(acting: Acting, *, kind: str, key: str = "") -> MailProvider:
    """Let a mail provider post to us.

    Args:
        acting: Who does it.
        kind: A key of `kinds.KINDS`.
        key: With what the provider signs its posts.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: A value is not possible.
    """
    require(acting, "mailbox.edit")
    key = _checked(kind, key)
    with transaction.atomic():
        row = MailProvider.objects.create(kind=kind, public_id=public_id(), password=secrets.token_urlsafe(24), key=key)
        log(acting, f"mail provider {row.pk}", "mail-provider.added", after={"kind": kind})
    return row


def change_provider(acting: Acting, provider: MailProvider, *, on: bool, key: str = "") -> MailProvider:
    """Switch a provider on or off, and put in another key; the stored one stays when none is given.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: The key is none.
    """
    require(acting, "mailbox.edit")
    if key:
        key = _checked(provider.kind, key)
    with transaction.atomic():
        provider.on = on
        if key:
            provider.key = key
        provider.trouble = provider.trouble_detail = ""
        provider.save()
        log(acting, f"mail provider {provider.pk}", "mail-provider.changed", after={"on": on, "new key": bool(key)})
    return provider


def remove_provider(acting: Acting, provider: MailProvider) -> None:
    """Take no more posts of a provider, and forget its password. What waits is read before; what came in stays.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "mailbox.edit")
    MailProvider.objects.filter(pk=provider.pk).update(on=False)
    for post in provider.posts.filter(state=ProviderPost.State.WAITING):
        read_post(post)
    with transaction.atomic():
        log(acting, f"mail provider {provider.pk}", "mail-provider.removed", before={"kind": provider.kind})
        provider.delete()


def read_again(acting: Acting, provider: MailProvider) -> int:
    """Try once more what could not be read, as after an update of the desk.

    Returns:
        How many posts are tried.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "mailbox.edit")
    number = 0
    with transaction.atomic():
        for post in provider.posts.filter(state=ProviderPost.State.UNREADABLE):
            lock(post)
            post.move_to(ProviderPost.State.WAITING)
            post.tries = 0
            post.lease_until = None
            post.save()
            number += 1
        MailProvider.objects.filter(pk=provider.pk, trouble="not-read").update(trouble="", trouble_detail="")
        log(acting, f"mail provider {provider.pk}", "mail-provider.read-again", after={"posts": number})
    transaction.on_commit(nudge)
    return number


def take_post(
    provider: MailProvider, door: str, content: bytes, content_type: str, headers: dict[str, str]
) -> ProviderPost:
    """Keep what a provider posted, after its password and signature were found right. It is read by the clock.

    Args:
        provider: Who it says it is.
        door: One of `kinds.DOORS`.
        content: The body.
        content_type: As it was posted.
        headers: The headers by which it shows who it is.

    Raises:
        NotAllowed: Password or signature are not right.
        SealError: The stored password cannot be opened.
    """
    if door not in DOORS:
        raise NotAllowed
    try:
        view = reader(provider.kind, door, password=provider.password, key=provider.key)
        view.run_validators(as_request(content, content_type, headers))
    except SealError:
        MailProvider.objects.filter(pk=provider.pk).update(trouble="sealed", trouble_at=timezone.now())
        raise
    except Exception as error:
        # Whatever it is that a stranger's bytes bring about: it shows no right to post here.
        MailProvider.objects.filter(pk=provider.pk).update(
            trouble="not-signed", trouble_detail="", trouble_at=timezone.now()
        )
        raise NotAllowed from error
    name = f"{door} {content_type} ".encode("utf-8", "replace")
    content_hash = hashlib.sha256(name + content).hexdigest()
    try:
        with transaction.atomic():
            post = ProviderPost.objects.create(
                provider=provider,
                door=door,
                content_type=content_type[:300],
                content_hash=content_hash,
                content=content,
            )
    except IntegrityError:
        post = ProviderPost.objects.get(provider=provider, content_hash=content_hash)
    healthy = {"trouble": "", "trouble_detail": ""} if provider.trouble == "not-signed" else {}
    MailProvider.objects.filter(pk=provider.pk).update(heard_at=timezone.now(), **healthy)
    nudge()
    return post


def _checked(kind: str, key: str) -> str:
    if kind not in KINDS:
        raise WrongInput(_("There is no such provider."), "kind")
    key = "".join(key.split())
    if KINDS[kind].must_sign and not key:
        raise WrongInput(_("Write the key with which the provider signs; its page on webhooks shows it."), "key")
    if key:
        try:
            for door in DOORS:
                reader(kind, door, password="-", key=key)
        except (ValueError, TypeError) as error:
            raise WrongInput(_("Write the key as the provider shows it."), "key") from error
    return key
