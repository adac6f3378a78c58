"""The anthropic library from PyPI, unchanged but for its base URL, against the doors."""
import os

import anthropic

from checks import check, end, raises

URL, KEY, NARROW, LIMITED = (os.environ[name] for name in ("DOOR_URL", "DOOR_KEY", "DOOR_NARROW", "DOOR_LIMITED"))
MODEL = "scripted/rehearsal"
ASK = [{"role": "user", "content": "What is the capital of France?"}]


def client(key=KEY):
    return anthropic.Anthropic(base_url=URL, api_key=key, max_retries=0)


ai = client()
answer = ai.messages.create(model=MODEL, max_tokens=100, messages=ASK)
check("whole answer", "Paris" in answer.content[0].text, answer)
check("usage", answer.usage.output_tokens > 0, answer.usage)
check("stop reason", answer.stop_reason == "end_turn", answer)
with ai.messages.stream(model=MODEL, max_tokens=100, messages=ASK) as stream:
    text = "".join(stream.text_stream)
    last = stream.get_final_message()
check("stream", text == answer.content[0].text, text)
check("usage of a stream", last.usage.output_tokens > 0, last.usage)
no = [{"role": "user", "content": "Say what nobody may say"}]
refused = ai.messages.create(model=MODEL, max_tokens=100, messages=no)
check("refusal", (refused.stop_reason, refused.content[0].text) == ("refusal", "I cannot say that."), refused)
with ai.messages.stream(model=MODEL, max_tokens=100, messages=no) as stream:
    check("streamed refusal", stream.get_final_message().stop_reason == "refusal")
events = [event.type for event in ai.messages.create(model=MODEL, max_tokens=100, messages=ASK, stream=True)]
check("order of events", (events[0], events[-1]) == ("message_start", "message_stop"), events)

tool = {"name": "weather", "description": "Look out of the window", "input_schema": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}
talk = [{"role": "user", "content": "How is the weather in Cairo?"}]
asked = ai.messages.create(model=MODEL, max_tokens=100, messages=talk, tools=[tool])
use = next(block for block in asked.content if block.type == "tool_use")
check("tool call", use.input == {"city": "Cairo"}, use)
check("why it stopped", asked.stop_reason == "tool_use", asked)
talk += [{"role": "assistant", "content": asked.content},
         {"role": "user", "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "sunny"}]}]
check("tool answer", "sunny" in ai.messages.create(model=MODEL, max_tokens=100, messages=talk, tools=[tool]).content[0].text)
with ai.messages.stream(model=MODEL, max_tokens=100, messages=talk[:1], tools=[tool]) as stream:
    streamed = next(block for block in stream.get_final_message().content if block.type == "tool_use")
check("streamed tool call", streamed.input == {"city": "Cairo"}, streamed)

few = ai.messages.count_tokens(model=MODEL, messages=ASK).input_tokens
many = ai.messages.count_tokens(model=MODEL, messages=ASK, tools=[tool], system="Be brief.").input_tokens
check("count of tokens", 0 < few < many, (few, many))
check("models", MODEL in [model.id for model in ai.models.list()])
check("pages of models", [model.id for model in ai.models.list(limit=9)] == [model.id for model in ai.models.list()])
check("one model", ai.models.retrieve(MODEL).type == "model")
raises("models: wrong key", anthropic.AuthenticationError, 401, lambda: client("hk-nothing").models.list())

# errors, of every door
doors = {
    "messages": lambda ai, model=MODEL: ai.messages.create(model=model, max_tokens=9, messages=ASK),
    "stream": lambda ai, model=MODEL: list(ai.messages.create(model=model, max_tokens=9, messages=ASK, stream=True)),
    "count": lambda ai, model=MODEL: ai.messages.count_tokens(model=model, messages=ASK),
}
limited = client(LIMITED)
doors["messages"](limited)
for name, ask in doors.items():
    raises(f"{name}: wrong key", anthropic.AuthenticationError, 401, lambda: ask(client("hk-nothing")))
    raises(f"{name}: model of others", anthropic.PermissionDeniedError, 403, lambda: ask(client(NARROW)))
    error = raises(f"{name}: unknown model", anthropic.NotFoundError, 404, lambda: ask(ai, "nobody/nothing"))
    check(f"{name}: its type", error.body["error"]["type"] == "not_found_error", error.body)
    if name != "count":  # counting costs nothing, so no limit holds it
        error = raises(f"{name}: limit", anthropic.RateLimitError, 429, lambda: ask(limited))
        check(f"{name}: when to come back", int(error.response.headers["retry-after"]) > 0, error.response.headers)
raises("bad field", anthropic.BadRequestError, 400, lambda: ai.messages.create(model=MODEL, max_tokens=9, messages=ASK, extra_body={"temperature": 9}))
busy, cut = ([{"role": "user", "content": content}] for content in ("be overloaded", "break off"))
error = raises("busy provider", anthropic.OverloadedError, 529, lambda: ai.messages.create(model=MODEL, max_tokens=9, messages=busy))
check("its type", error.body["error"]["type"] == "overloaded_error", error.body)
check("a provider that answers again", doors["messages"](ai).content[0].text == text)
raises("broken stream", anthropic.APIError, 200, lambda: list(ai.messages.create(model=MODEL, max_tokens=9, messages=cut, stream=True)))
check("one that goes on", doors["messages"](ai).content[0].text == text)
end()
