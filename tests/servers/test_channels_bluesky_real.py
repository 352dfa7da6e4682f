"""Bluesky's own server: signing in by app password, renewing, answering in parts, being killed between, deletions.

Set AMENDS_TEST_ATPROTO to a folder in which `npm install @atproto/dev-env` was done.
"""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from amends.desk.channels.bluesky.client import AtProto, Session
from amends.desk.channels.kinds import ChannelTrouble, Refused

FOLDER = os.environ.get("AMENDS_TEST_ATPROTO", "")

pytestmark = pytest.mark.skipif(not FOLDER or shutil.which("node") is None, reason="needs AMENDS_TEST_ATPROTO and node")


@pytest.fixture(scope="module")
def service():
    script = Path(__file__).with_name("bluesky_server.mjs")
    server = subprocess.Popen(
        ["node", str(script)], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        for line in server.stdout:
            if line.startswith(b"{") and b'"service"' in line:
                yield json.loads(line)["service"]
                break
        else:
            pytest.fail("the server did not start")
    finally:
        server.stdin.close()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.fixture
def inside(settings):
    settings.WEBHOOKS_TO_PRIVATE = True


def signed_in(service, user, password, session=None):
    sessions = []
    return AtProto(service, user, password, session or Session(), sessions.append), sessions


def post(account, text):
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": datetime.now(UTC).isoformat()}
    data = {"repo": account.did, "collection": "app.bsky.feed.post", "record": record}
    return account.do("com.atproto.repo.createRecord", data)


@pytest.fixture
def bakery(service, inside):
    main, _ = signed_in(service, "cornerbakery.test", "main-password")
    made = main.do("com.atproto.server.createAppPassword", {"name": f"desk {datetime.now(UTC).isoformat()}"[:32]})
    return signed_in(service, "@cornerbakery.test", made["password"])


@pytest.fixture
def ruta(service, inside):
    return signed_in(service, "ruta-k.test", "rutas-password")[0]


PARTS = (
    "Rūta, the cake came a day late and you stood before your guests without it. That was our failure, and I am sorry.",
    "Our baker wrote Saturday for Friday. From today two of us read each order: https://bakery.example/how-we-order.",
    "I return the 42 € today and write to you by Thursday noon. 🎂 https://bakery.example/c/abc",
)


def test_an_app_password_opens_a_session_that_is_kept(bakery):
    account, sessions = bakery
    assert account.did.startswith("did:plc:")
    assert sessions[0].did == account.did
    assert sessions[0].refresh


def test_a_wrong_password_is_a_trouble_that_says_what_to_do(service, inside):
    account, sessions = signed_in(service, "cornerbakery.test", "not-this-one")
    with pytest.raises(ChannelTrouble) as trouble:
        _ = account.did
    assert trouble.value.what_to_do
    assert sessions == []


def test_a_session_that_has_run_out_is_renewed_and_kept(service, bakery, ruta):
    account, sessions = bakery
    did = account.did
    worn = Session(did, "worn.out.token", sessions[0].refresh)
    again, renewed = signed_in(service, "cornerbakery.test", "no password is needed", worn)
    assert again.get("com.atproto.server.getSession")["did"] == did
    assert renewed[0].refresh != sessions[0].refresh


def test_a_token_for_renewing_that_is_good_no_more_falls_back_to_the_password(service, bakery):
    account, _sessions = bakery
    worn = Session(account.did, "worn.out.token", "worn.out.too")
    again, renewed = signed_in(service, "cornerbakery.test", "main-password", worn)
    assert again.get("com.atproto.server.getSession")["did"] == account.did
    assert len(renewed) == 1


def test_an_answer_stands_below_the_complaint_part_below_part(bakery, ruta):
    account, _sessions = bakery
    complaint = post(ruta, "Corner Bakery brought the cake a day late.")
    kept = []
    account.reply(complaint["uri"], PARTS, [], kept.append)
    assert len(kept) == 3
    records = [account.record(uri)["value"] for uri in kept]
    assert [record["text"] for record in records] == list(PARTS)
    assert [record["reply"]["parent"]["uri"] for record in records] == [complaint["uri"], *kept[:2]]
    assert {record["reply"]["root"]["uri"] for record in records} == {complaint["uri"]}
    index = records[1]["facets"][0]["index"]
    linked = PARTS[1].encode()[index["byteStart"] : index["byteEnd"]].decode()
    assert linked == records[1]["facets"][0]["features"][0]["uri"] == "https://bakery.example/how-we-order"


def test_killed_between_posting_and_keeping_nothing_stands_twice(bakery, ruta):
    account, _sessions = bakery
    complaint = post(ruta, "The cake was stale.")
    kept = []

    def keep(uri):
        if len(kept) == 1:
            raise KeyboardInterrupt
        kept.append(uri)

    with pytest.raises(KeyboardInterrupt):
        account.reply(complaint["uri"], PARTS, [], keep)
    account.reply(complaint["uri"], PARTS, list(kept), kept.append)
    data = account.get("com.atproto.repo.listRecords", repo=account.did, collection="app.bsky.feed.post", limit=100)
    below = [one for one in data["records"] if one["value"]["reply"]["root"]["uri"] == complaint["uri"]]
    assert sorted(one["uri"] for one in below) == sorted(kept)
    assert len(kept) == 3


def test_an_answer_in_a_thread_keeps_its_root(bakery, ruta):
    account, _sessions = bakery
    first = post(ruta, "The cake was stale.")
    kept = []
    ruta.reply(first["uri"], ["And nobody answers @cornerbakery.test"], [], kept.append)
    account.reply(kept[0], PARTS[:1], [], kept.append)
    reply = account.record(kept[1])["value"]["reply"]
    assert (reply["root"]["uri"], reply["parent"]["uri"]) == (first["uri"], kept[0])


def test_what_was_deleted_is_answered_no_more(bakery, ruta):
    account, _sessions = bakery
    complaint = post(ruta, "The cake was stale.")
    key = complaint["uri"].rpartition("/")[2]
    ruta.do("com.atproto.repo.deleteRecord", {"repo": ruta.did, "collection": "app.bsky.feed.post", "rkey": key})
    assert account.record(complaint["uri"]) is None
    with pytest.raises(Refused):
        account.reply(complaint["uri"], PARTS, [], pytest.fail)
