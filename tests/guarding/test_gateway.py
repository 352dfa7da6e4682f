import json
import logging

import pytest
from made_up_model import BAD, GOOD, Reply, said, streamed, whole

httpx = pytest.importorskip("httpx")

COMPLAINT = "You sent me the wrong lamp on Monday, and nobody answers the phone."
KEY = "sk-not-a-real-key-4711"


def asked(url: str, *, stream: bool = False, messages: list | None = None, about: dict | None = None, **more):
    body = {"model": "made-up", "messages": messages or [{"role": "user", "content": COMPLAINT}], **more}
    if stream:
        body["stream"] = True
    if about is not None:
        body["amends"] = about
    return httpx.post(f"{url}/chat/completions", json=body, headers={"Authorization": f"Bearer {KEY}"}, timeout=30)


def text(response) -> str:
    return response.json()["choices"][0]["message"]["content"]


def events(response) -> list[dict]:
    lines = [line[6:] for line in response.text.split("\n") if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def streamed_text(response) -> str:
    return "".join(event["choices"][0]["delta"].get("content", "") for event in events(response))


def test_a_good_answer_goes_through(gateway, model) -> None:
    response = asked(gateway(), temperature=0.2, tools=[])
    assert response.status_code == 200
    assert text(response) == GOOD
    assert response.json()["usage"] == whole("")["usage"]
    assert response.headers["Amends-Ruling"] == "pass"
    assert response.headers["Amends-Handed-Over"] == "no"
    assert response.json()["amends"] == {"ruling": "pass", "attempts": 1, "handed_over": False, "reasons": []}
    assert model.asked == [
        {"model": "made-up", "messages": [{"role": "user", "content": COMPLAINT}], "temperature": 0.2, "tools": []}
    ]
    assert model.headers[0]["authorization"] == f"Bearer {KEY}"
    assert model.paths == ["/v1/chat/completions"]


def test_a_bad_answer_is_asked_for_again_with_what_to_change(gateway, model) -> None:
    model.replies = [said(BAD), said(GOOD)]
    response = asked(gateway(), about={"fault": "team"})
    assert text(response) == GOOD
    assert response.headers["Amends-Attempts"] == "2"
    first, second = model.asked
    assert "amends" not in first
    assert second["messages"][:1] == first["messages"]
    assert second["messages"][1] == {"role": "assistant", "content": BAD}
    assert second["messages"][2]["role"] == "user"
    assert "inconvenience" in second["messages"][2]["content"]
    assert model.headers[1]["authorization"] == f"Bearer {KEY}"


def test_when_no_answer_passes_the_caller_gets_a_hand_over(gateway, model) -> None:
    model.replies = [said(BAD)]
    response = asked(gateway(again=2, hand_over_text="Ana takes over."))
    assert len(model.asked) == 3
    assert response.status_code == 200
    assert response.headers["Amends-Handed-Over"] == "yes"
    assert response.headers["Amends-Ruling"] == "hold"
    choice = response.json()["choices"][0]
    assert choice["message"]["content"] == "Ana takes over."
    assert choice["finish_reason"] == "content_filter"
    about = response.json()["amends"]
    assert about["handed_over"] is True
    assert about["attempts"] == 3
    assert {"promise", "finding"} <= {reason["kind"] for reason in about["reasons"]}
    assert BAD not in response.text
    assert "courtesy" not in response.text


def test_the_hand_over_may_be_an_error(gateway, model) -> None:
    model.replies = [said(BAD)]
    response = asked(gateway(again=0, hand_over="error"))
    assert len(model.asked) == 1
    assert response.status_code == 422
    assert response.json()["error"]["type"] == "amends_held"
    assert response.json()["amends"]["handed_over"] is True
    assert response.headers["Amends-Ruling"] == "hold"
    assert "courtesy" not in response.text


def test_the_hand_over_speaks_the_customers_language(gateway, model, catalogues) -> None:
    sentence = "A person has to answer this, so I am not answering it myself."
    catalogues("lt", {sentence: "Į tai turi atsakyti žmogus."})
    model.replies = [said(BAD)]
    messages = [{"role": "user", "content": "Atsiuntėte ne tą lempą, ir niekas neatsiliepia telefonu."}]
    assert text(asked(gateway(again=0), messages=messages)) == "Į tai turi atsakyti žmogus."


def test_a_streamed_answer_is_held_until_it_is_ruled_on(gateway, model) -> None:
    model.replies = [streamed(BAD), streamed(GOOD)]
    response = asked(gateway(), stream=True)
    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert response.headers["Amends-Attempts"] == "2"
    assert streamed_text(response) == GOOD
    assert "courtesy" not in response.text
    assert all(one["stream"] is True for one in model.asked)


def test_a_stream_that_passes_comes_as_the_model_sent_it(gateway, model) -> None:
    model.replies = [streamed(GOOD)]
    assert asked(gateway(), stream=True).content == model.replies[0].body


def test_a_stream_that_never_passes_ends_in_a_hand_over(gateway, model) -> None:
    model.replies = [streamed(BAD)]
    response = asked(gateway(again=1, hand_over_text="Ana takes over.", finish_reason="stop"), stream=True)
    assert streamed_text(response) == "Ana takes over."
    assert events(response)[-1]["choices"][0]["finish_reason"] == "stop"
    assert events(response)[-1]["amends"]["handed_over"] is True
    assert response.headers["Amends-Handed-Over"] == "yes"


def test_a_hand_over_by_error_works_for_streams_too(gateway, model) -> None:
    model.replies = [streamed(BAD)]
    assert asked(gateway(again=0, hand_over="error"), stream=True).status_code == 422


@pytest.mark.parametrize(
    "reply",
    [
        streamed(GOOD, finished=False),
        Reply(b'data: {"error": {"message": "overloaded"}}\n\n', kind="text/event-stream"),
        Reply(b"data: {oh\n\n", kind="text/event-stream"),
        Reply(b"data: [DONE]\n\n", kind="text/event-stream"),
        Reply(b"\xff\xfe", kind="text/event-stream"),
        Reply(b"data: 7\n\n", kind="text/event-stream"),
        Reply(b"not json"),
        Reply(b'{"choices": 3}'),
        Reply(b'{"choices": [{"delta": {}}]}'),
        Reply(b"[" * 100_000),
        Reply(b""),
    ],
)
def test_an_answer_that_cannot_be_read_is_not_let_through(gateway, model, reply) -> None:
    model.replies = [reply]
    response = asked(gateway(), stream=reply.kind != "application/json")
    assert response.status_code == 502
    assert response.json()["error"]["type"] == "upstream_error"


def test_what_comes_after_the_end_of_a_stream_is_ruled_on_too(gateway, model) -> None:
    model.replies = [Reply(streamed(GOOD).body + streamed(" " + BAD).body, kind="text/event-stream")]
    response = asked(gateway(again=0), stream=True)
    assert response.headers["Amends-Handed-Over"] == "yes"


def test_every_choice_is_ruled_on(gateway, model) -> None:
    body = whole(GOOD)
    body["choices"].append({**whole(BAD)["choices"][0], "index": 1})
    model.replies = [Reply(json.dumps(body).encode())]
    response = asked(gateway(again=0), n=2)
    assert response.headers["Amends-Handed-Over"] == "yes"


def test_parts_and_refusals_are_read_and_calls_of_tools_go_through(gateway, model) -> None:
    url = gateway(again=0)
    model.replies = [said(None, tool_calls=[{"id": "1", "type": "function", "function": {"name": "look_up"}}])]
    response = asked(url)
    assert response.headers["Amends-Ruling"] == "pass"
    assert response.json()["choices"][0]["message"]["tool_calls"][0]["id"] == "1"
    model.replies = [said([{"type": "text", "text": BAD}])]
    assert asked(url).headers["Amends-Handed-Over"] == "yes"
    model.replies = [said(None, refusal=BAD)]
    assert asked(url).headers["Amends-Handed-Over"] == "yes"


def test_a_refusal_of_the_models_server_comes_back_as_it_is(gateway, model) -> None:
    refusal = b'{"error": {"message": "slow down"}}'
    model.replies = [Reply(refusal, 429, headers={"Retry-After": "7", "Amends-Ruling": "pass"})]
    response = asked(gateway())
    assert response.status_code == 429
    assert response.content == refusal
    assert response.headers["Retry-After"] == "7"
    assert "Amends-Ruling" not in response.headers
    assert len(model.asked) == 1


@pytest.mark.parametrize("second", [Reply(b"{}", 429), Reply(b"broken"), Reply(b"", wait=3)])
def test_when_asking_again_fails_the_caller_gets_the_hand_over(gateway, model, second) -> None:
    model.replies = [said(BAD), second]
    response = asked(gateway(timeout=1.0))
    assert response.status_code == 200
    assert response.headers["Amends-Handed-Over"] == "yes"
    assert response.headers["Amends-Attempts"] == "2"


def test_a_server_that_is_silent_or_gone_is_told(gateway, model) -> None:
    model.replies = [Reply(b"{}", wait=3)]
    response = asked(gateway(timeout=0.5))
    assert response.status_code == 504
    assert response.json()["error"]["type"] == "upstream_timeout"
    gone = asked(gateway(upstream="http://127.0.0.1:9/v1"))
    assert gone.status_code == 502
    assert gone.json()["error"]["type"] == "upstream_error"


def test_a_grave_complaint_is_handed_over_without_asking_again(gateway, model) -> None:
    messages = [
        {"role": "user", "content": "Your heater caught fire in the night and my baby was burned. We are in hospital."},
        {"role": "assistant", "content": "Are you safe now?"},
        {"role": "user", "content": "Yes."},
    ]
    response = asked(gateway(again=5), messages=messages)
    assert response.headers["Amends-Handed-Over"] == "yes"
    assert len(model.asked) == 1
    assert [reason["kind"] for reason in response.json()["amends"]["reasons"]] == ["grave"]


def test_an_answer_in_another_language_is_asked_for_again(gateway, model) -> None:
    model.replies = [said("Atsiprašome, supakavome ne tą lempą. Tai mūsų klaida."), said(GOOD)]
    response = asked(gateway())
    assert text(response) == GOOD
    assert "English" in model.asked[1]["messages"][-1]["content"]


def test_what_the_caller_tells_goes_before_the_house_and_that_before_what_is_seen(gateway, model) -> None:
    model.replies = [said("We will refund you in full by Friday.")]
    url = gateway(again=0, context={"language": "en", "may_promise": False})
    assert asked(url).headers["Amends-Ruling"] == "hold"
    assert asked(url, about={"may_promise": True}).headers["Amends-Ruling"] == "pass"
    confirmed = {"confirmed": ["We will refund you in full by Friday."]}
    assert asked(url, about=confirmed).headers["Amends-Ruling"] == "pass"
    assert asked(url, about={"language": "lt", "may_promise": True}).headers["Amends-Ruling"] == "hold"


def test_only_the_first_answer_must_hold_an_apology(gateway, model) -> None:
    model.replies = [said("Which colour did you order?")]
    url = gateway(again=0)
    assert asked(url, about={"fault": "team"}).headers["Amends-Ruling"] == "rewrite-needed"
    later = [
        {"role": "user", "content": COMPLAINT},
        {"role": "assistant", "content": GOOD},
        {"role": "user", "content": [{"type": "text", "text": "It was a blue lamp, and I still wait."}]},
    ]
    assert asked(url, about={"fault": "team"}, messages=later).headers["Amends-Ruling"] == "pass"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "no JSON"),
        (b"[]", "no list 'messages'"),
        (b'{"messages": {}}', "no list 'messages'"),
        (b'{"messages": [], "amends": 1}', "'amends' is not an object"),
        (b'{"messages": [], "amends": {"fault": "me"}}', "'amends.fault' is one of"),
        (b'{"messages": [], "amends": {"channel": "loud"}}', "'amends.channel' is one of"),
        (b'{"messages": [], "amends": {"name": 1}}', "'amends.name' is not a text"),
        (b'{"messages": [], "amends": {"first": 1}}', "'amends.first' is neither true nor false"),
        (b'{"messages": [], "amends": {"may_promise": ["refund"]}}', "'amends.may_promise' is true, false or a list"),
        (b'{"messages": [], "amends": {"may_promise": [[]]}}', "'amends.may_promise' is true, false or a list"),
        (b'{"messages": [], "amends": {"confirmed": "yes"}}', "'amends.confirmed' is not a list of texts"),
        (b'{"messages": [], "amends": {"policy": {}}}', "'amends.policy' is nothing that the guard knows"),
    ],
)
def test_a_request_that_cannot_be_used_says_why_and_is_not_sent_on(gateway, model, body: bytes, told: str) -> None:
    response = httpx.post(f"{gateway()}/chat/completions", content=body)
    assert response.status_code == 400
    assert told in response.json()["error"]["message"]
    assert model.paths == []


def test_odd_messages_do_not_stop_it(gateway, model) -> None:
    odd = [
        3,
        {},
        {"role": "user"},
        {"role": "user", "content": [1, {"type": "image_url"}]},
        {"role": "user", "content": ""},
    ]
    assert asked(gateway(), messages=odd, about={"language": "en"}).headers["Amends-Ruling"] == "pass"
    assert model.asked[0]["messages"] == odd


def test_only_addresses_that_can_be_ruled_on_are_open(gateway, model) -> None:
    url = gateway(also=frozenset({"/embeddings"}))
    model.replies = [Reply(b'{"data": []}', headers={"X-Request-Id": "r-1"})]
    models = httpx.get(f"{url}/models?limit=2", headers={"Authorization": f"Bearer {KEY}"})
    assert (models.status_code, models.content, models.headers["X-Request-Id"]) == (200, b'{"data": []}', "r-1")
    assert httpx.post(f"{url}/embeddings", json={"input": "x"}).status_code == 200
    assert model.paths == ["/v1/models?limit=2", "/v1/embeddings"]
    for method, path in (
        ("POST", "/completions"),
        ("POST", "/responses"),
        ("GET", "/chat/completions/chatcmpl-1"),
        ("POST", "/chat/completions/"),
        ("POST", "/models"),
        ("DELETE", "/models/made-up"),
    ):
        response = httpx.request(method, url + path)
        assert response.status_code == 403, path
        assert response.json()["error"]["type"] == "not_guarded"
    assert len(model.paths) == 2


def test_its_health_can_be_asked_for(gateway, model) -> None:
    assert httpx.get(gateway().removesuffix("/v1") + "/amends/health").json() == {"status": "ok"}
    assert model.paths == []


def test_neither_keys_nor_words_are_logged(gateway, model, caplog) -> None:
    caplog.set_level(logging.DEBUG, logger="amends")
    model.replies = [said(BAD), said(GOOD), Reply(b"{}", 500), Reply(b"broken")]
    url = gateway()
    for _ in range(4):
        httpx.post(
            f"{url}/chat/completions?api-key={KEY}",
            json={"messages": [{"role": "user", "content": COMPLAINT}]},
            headers={"Authorization": f"Bearer {KEY}"},
        )
    assert [record for record in caplog.records if record.name == "amends.gateway"]
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("amends"))
    for secret in (KEY, "lamp", "inconvenience", "courtesy", "127.0.0.1"):
        assert secret not in logged


def test_what_the_guard_cannot_stand_is_not_let_through(gateway, model, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("oh")

    monkeypatch.setattr("amends.guarding.gateway.asking.guard", broken)
    response = asked(gateway())
    assert response.status_code == 500
    assert response.json()["error"]["type"] == "guard_failed"
    assert GOOD not in response.text
