"""The openai library from PyPI, unchanged but for its base URL, against the doors."""
import json
import os

import openai

URL, KEY, NARROW, LIMITED = (os.environ[name] for name in ("DOOR_URL", "DOOR_KEY", "DOOR_NARROW", "DOOR_LIMITED"))
MODEL = "scripted/rehearsal"
ASK = [{"role": "user", "content": "What is the capital of France?"}]
passed = 0


def client(key=KEY):
    return openai.OpenAI(base_url=URL + "/v1", api_key=key, max_retries=0)


def check(name, is_so, found=None):
    global passed
    if not is_so:
        raise SystemExit(f"{name}: {found!r}")
    passed += 1


def raises(name, kind, ask):
    try:
        found = ask()
    except kind as error:
        check(name, True)
        return error
    raise SystemExit(f"{name}: no {kind.__name__} but {found!r}")


ai = client()
answer = ai.chat.completions.create(model=MODEL, messages=ASK)
check("whole answer", "Paris" in answer.choices[0].message.content, answer)
check("usage", answer.usage.total_tokens > 0, answer.usage)
pieces = list(ai.chat.completions.create(model=MODEL, messages=ASK, stream=True, stream_options={"include_usage": True}))
text = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
check("stream", text == answer.choices[0].message.content, text)
check("usage of a stream", pieces[-1].usage.total_tokens > 0, pieces[-1])

tool = {"type": "function", "function": {"name": "weather", "description": "Look out of the window", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}
talk = [{"role": "user", "content": "How is the weather in Cairo?"}]
asked = ai.chat.completions.create(model=MODEL, messages=talk, tools=[tool])
call = asked.choices[0].message.tool_calls[0]
check("tool call", json.loads(call.function.arguments) == {"city": "Cairo"}, call)
check("finish reason", asked.choices[0].finish_reason == "tool_calls", asked)
talk += [asked.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
check("tool answer", "sunny" in ai.chat.completions.create(model=MODEL, messages=talk, tools=[tool]).choices[0].message.content)
parts = list(ai.chat.completions.create(model=MODEL, messages=talk[:1], tools=[tool], stream=True))
named = [part.choices[0].delta.tool_calls[0] for part in parts if part.choices and part.choices[0].delta.tool_calls]
check("streamed tool call", named[0].function.name == "weather", named)

schema = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": {
    "type": "object", "properties": {"capital": {"type": "string"}}, "required": ["capital"], "additionalProperties": False}}}
shaped = ai.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "The capital of France as JSON"}], response_format=schema)
check("schema", json.loads(shaped.choices[0].message.content) == {"capital": "Paris"}, shaped)

check("models", MODEL in [model.id for model in ai.models.list()])
raises("wrong key", openai.AuthenticationError, lambda: client("hk-nothing").chat.completions.create(model=MODEL, messages=ASK))
raises("unknown model", openai.NotFoundError, lambda: ai.chat.completions.create(model="nobody/nothing", messages=ASK))
raises("model of others", openai.PermissionDeniedError, lambda: client(NARROW).chat.completions.create(model=MODEL, messages=ASK))
error = raises("bad field", openai.BadRequestError, lambda: ai.chat.completions.create(model=MODEL, messages=ASK, temperature=9))
check("its name", error.param == "temperature", error.param)
limited = client(LIMITED)
limited.chat.completions.create(model=MODEL, messages=ASK)
error = raises("limit", openai.RateLimitError, lambda: limited.chat.completions.create(model=MODEL, messages=ASK))
check("when to come back", int(error.response.headers["retry-after"]) > 0, error.response.headers)
busy = [{"role": "user", "content": "be overloaded"}]
raises("failing provider", openai.InternalServerError, lambda: ai.chat.completions.create(model=MODEL, messages=busy))
print(f"{passed} passed, 0 failed")
