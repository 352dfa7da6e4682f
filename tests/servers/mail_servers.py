"""A real Dovecot and a real Postfix on high ports of this machine, each with its own folders, gone after the test."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from pwd import getpwnam

__all__ = ["PASSWORD", "USER", "dovecot", "free_port", "postfix", "why_not"]

USER, PASSWORD = "hello@bakery.example", "a long wooden spoon"
_READY_SECONDS = 15.0

_DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
mail_uid = mail
mail_gid = mail
recipient_delimiter = +
default_internal_user = dovecot
default_login_user = dovenull
{oauth}
passdb {{
  driver = passwd-file
  args = {folder}/passwords
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""

_OAUTH = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""
_OAUTH_SETTINGS = """
introspection_mode = auth
introspection_url = {introspection}
username_attribute = email
timeout_msecs = 5000
"""

_POSTFIX = {
    "compatibility_level": "3.6",
    "mydestination": "",
    "mynetworks": "127.0.0.0/8",
    "inet_interfaces": "127.0.0.1",
    "inet_protocols": "ipv4",
    "virtual_mailbox_domains": "bakery.example",
    "local_transport": "error:no local mail",
    "relay_domains": "",
    "default_transport": "error:nothing leaves this machine",
    "smtpd_recipient_restrictions": "permit_mynetworks,reject",
    "alias_maps": "",
    "alias_database": "",
    "maillog_file_prefixes": "/tmp,/var",
    "minimal_backoff_time": "2s",
    "queue_run_delay": "2s",
    "myhostname": "mx.bakery.example",
    "recipient_delimiter": "+",
}


def why_not(*programs: str) -> str:
    """Why these servers cannot be run here; "" when they can."""
    if os.geteuid() != 0:
        return "the servers need to be started as root"
    missing = [program for program in programs if shutil.which(program) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


def free_port() -> int:
    """A port that nobody uses just now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def _open_folder() -> Iterator[Path]:
    """A folder into which the servers' own users may look, as pytest's are closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="amends-servers-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def dovecot(introspection: str = "") -> Iterator[dict[str, int]]:
    """Dovecot with one mailbox, `USER`; gives the ports "imap" and "lmtp".

    Args:
        introspection: Where it asks whose an access token is; "" when it takes passwords alone.
    """
    with _open_folder() as folder, _dovecot(folder, introspection) as ports:
        yield ports


@contextmanager
def _dovecot(folder: Path, introspection: str) -> Iterator[dict[str, int]]:
    (folder / "mail").mkdir(mode=0o777)
    (folder / "passwords").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    account = getpwnam("mail")
    os.chown(folder / "mail", account.pw_uid, account.pw_gid)
    ports = {"imap": free_port(), "lmtp": free_port()}
    settings = folder / "dovecot.conf"
    mechanisms = "plain login xoauth2 oauthbearer" if introspection else "plain login"
    oauth = _OAUTH.format(folder=folder) if introspection else ""
    (folder / "oauth2.conf").write_text(_OAUTH_SETTINGS.format(introspection=introspection))
    settings.write_text(_DOVECOT.format(folder=folder, mechanisms=mechanisms, oauth=oauth, **ports))
    process = subprocess.Popen(["dovecot", "-F", "-c", str(settings)])
    try:
        for port in ports.values():
            _wait_for(port, folder / "dovecot.log")
        yield ports
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def postfix(*, hands_over_to: str) -> Iterator[int]:
    """Postfix that hands all mail for bakery.example over; gives its SMTP port.

    Args:
        hands_over_to: A transport, as "lmtp:inet:127.0.0.1:2424".
    """
    with _open_folder() as folder, _postfix(folder, hands_over_to) as port:
        yield port


@contextmanager
def _postfix(folder: Path, hands_over_to: str) -> Iterator[int]:
    port = free_port()
    settings, queue, data = (folder / name for name in ("settings", "queue", "data"))
    shutil.copytree("/etc/postfix", settings, ignore=shutil.ignore_patterns("*.db", "sasl", "main.cf", "master.cf"))
    shutil.copy("/usr/share/postfix/master.cf.dist", settings / "master.cf")
    queue.mkdir()
    data.mkdir()
    account = getpwnam("postfix")
    os.chown(data, account.pw_uid, account.pw_gid)
    own = {
        "queue_directory": queue,
        "data_directory": data,
        "virtual_transport": hands_over_to,
        "maillog_file": folder / "postfix.log",
    }
    lines = [f"{name} = {value}" for name, value in {**_POSTFIX, **own}.items()]
    (settings / "main.cf").write_text("\n".join(lines) + "\n")
    master = (settings / "master.cf").read_text()
    master = master.replace("smtp      inet  n", f"127.0.0.1:{port} inet n", 1)
    # No chroot, whose contents the test does not have.
    services = master.splitlines()
    for number, line in enumerate(services):
        fields = line.split()
        if len(fields) >= 8 and not line.startswith(("#", " ", "\t")):
            fields[4] = "n"
            services[number] = " ".join(fields)
    (settings / "master.cf").write_text("\n".join(services) + "\n")
    command = ["postfix", "-c", str(settings)]
    subprocess.run([*command, "start"], check=True, capture_output=True, timeout=60)
    try:
        _wait_for(port, folder / "postfix.log")
        yield port
    finally:
        with suppress(subprocess.SubprocessError):
            subprocess.run([*command, "stop"], capture_output=True, timeout=60, check=False)


def _wait_for(port: int, log: Path) -> None:
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    said = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    raise RuntimeError(f"nothing answers at port {port}: {said}")
