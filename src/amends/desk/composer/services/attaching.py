"""Files that go with a reply: kept with the draft, removable until it is sent, brought back with it."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amends.archive.mail import sniffed_type
from amends.desk import store
from amends.desk.cases.models import Attachment, Message, RawMessage
from amends.desk.cases.services import safe_name
from amends.desk.composer.models import Draft, Kind, Reply, ReplyFile
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.states import lock

__all__ = [
    "MOST_BYTES",
    "MOST_FILES",
    "add_files",
    "check_together",
    "give_to_message",
    "hand_on",
    "may_read",
    "remove_file",
]

MOST_FILES = 10
MOST_BYTES = 18 * 1024 * 1024
"""Of all files of one reply together: many mail servers take 25 MB, and a file grows by a third on its way."""
_SNIFFED = 4_096


def add_files(person: Person, draft: Draft, files: Sequence[UploadedFile]) -> list[ReplyFile]:
    """Put files to a draft: all of them, or none when one cannot be.

    Args:
        person: Its writer.
        draft: What they go with.
        files: As uploaded; names and types are what the browser says and are not believed.

    Raises:
        NotAllowed: The person may not, or it is somebody else's draft.
        WrongInput: They are too many or too large, one is empty, or the answer is a public one.
    """
    require(person, "message.draft")
    _is_theirs(person, draft)
    if draft.kind == Kind.PUBLIC:
        raise WrongInput(_("A public answer takes no files. Send them to the customer privately."), "files")
    _check(draft, files)
    # Files are written before the transaction, which keeps all other writers of the database waiting.
    stored = [_stored(file) for file in files]
    with transaction.atomic():
        lock(draft)
        _check(draft, files)
        return [ReplyFile.objects.create(draft=draft, **values) for values in stored]


def remove_file(person: Person, draft: Draft, key: int) -> None:
    """Take a file away from a draft; one that is gone already is no error.

    Raises:
        NotAllowed: The person may not, or it is somebody else's draft.
    """
    require(person, "message.draft")
    _is_theirs(person, draft)
    with transaction.atomic():
        lock(draft)
        hashes = list(draft.files.filter(pk=key).values_list("content_hash", flat=True))
        draft.files.filter(pk=key).delete()
        transaction.on_commit(lambda: _drop(hashes))


def check_together(draft: Draft) -> None:
    """See that the files of a draft can go together: what came back may have met what was put there since.

    Raises:
        WrongInput: They are too many or too large.
    """
    _check(draft, ())


def hand_on(draft: Draft, reply: Reply) -> None:
    """The files of a draft go with its reply; in the transaction that has locked the draft."""
    draft.files.update(draft=None, reply=reply)


def give_to_message(reply: Reply, message: Message) -> None:
    """The files of a reply become attachments of its message, without their content being written again."""
    for file in reply.files.all():
        Attachment.objects.create(
            message=message,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            content_hash=file.content_hash,
        )
    reply.files.all().delete()


def may_read(person: Person, file: ReplyFile) -> bool:
    """Whether somebody may open a file: of a draft its writer alone, of a reply whoever sees the case."""
    return file.draft is None or file.draft.person_id == person.pk


def _is_theirs(person: Person, draft: Draft) -> None:
    if draft.person_id != person.pk:
        raise NotAllowed(_("This is somebody else's draft."))


def _check(draft: Draft, files: Sequence[UploadedFile]) -> None:
    there = list(draft.files.values_list("size", flat=True))
    sizes = [file.size or 0 for file in files]
    if len(there) + len(sizes) > MOST_FILES:
        raise WrongInput(
            ngettext(
                "At most %(count)d file goes with one reply. Take one out, or send the others in a second reply.",
                "At most %(count)d files go with one reply. Take some out, or send the others in a second reply.",
                MOST_FILES,
            )
            % {"count": MOST_FILES},
            "files",
        )
    for file, size in zip(files, sizes, strict=True):
        name = safe_name(file.name or "")
        if size == 0:
            raise WrongInput(_("The file “%(name)s” is empty. Look at it again.") % {"name": name}, "files")
        if size > settings.LARGEST_UPLOAD:
            most = filesizeformat(settings.LARGEST_UPLOAD)
            words = _("The file “%(name)s” is larger than %(most)s. Make it smaller, or send a link.")
            raise WrongInput(words % {"name": name, "most": most}, "files")
    if sum(there) + sum(sizes) > MOST_BYTES:
        words = _("All files together are larger than %(most)s, which many mail servers refuse. Send fewer at once.")
        raise WrongInput(words % {"most": filesizeformat(MOST_BYTES)}, "files")


def _stored(file: UploadedFile) -> dict[str, object]:
    content_hash, size = store.write(file.chunks())
    file.seek(0)
    beginning = file.read(_SNIFFED)
    name = safe_name(file.name or "")
    return {
        "name": name,
        "content_type": sniffed_type(beginning, "application/octet-stream", name)[:120],
        "size": size,
        "content_hash": content_hash,
    }


def _drop(hashes: Iterable[str]) -> None:
    # A form that waits to be read names its files inside its own content: then the file stays, and does no harm.
    if not RawMessage.objects.filter(mailbox="form", state=RawMessage.State.WAITING).exists():
        store.drop_unnamed(hashes)
