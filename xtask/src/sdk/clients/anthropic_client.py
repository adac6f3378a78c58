"""The anthropic library from PyPI, unchanged but for its base URL, against the doors."""
import os

import anthropic

URL, KEY, NARROW = (os.environ[name] for name in ("DOOR_URL", "DOOR_KEY", "DOOR_NARROW"))
MODEL = "scripted/rehearsal"
ASK = [{"role": "user", "content": "What is the capital of France?"}]
passed = 0


def client(key=KEY):
    return anthropic.Anthropic(base_url=URL, api_key=key, max_retries=0)


def check(name, is_so, found=None):
    global passed
    if not is_so:
        raise SystemExit(f"{name}: {found!r}")
    passed += 1


def raises(name, kind, ask):
    try:
        found = ask()
    except kind:
        check(name, True)
        return
    raise SystemExit(f"{name}: no {kind.__name__} but {found!r}")


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

check("count of tokens", ai.messages.count_tokens(model=MODEL, messages=ASK).input_tokens > 0)
check("models", MODEL in [model.id for model in ai.models.list()])
raises("wrong key", anthropic.AuthenticationError, lambda: client("hk-nothing").messages.create(model=MODEL, max_tokens=9, messages=ASK))
raises("unknown model", anthropic.NotFoundError, lambda: ai.messages.create(model="nobody/nothing", max_tokens=9, messages=ASK))
raises("model of others", anthropic.PermissionDeniedError, lambda: client(NARROW).messages.create(model=MODEL, max_tokens=9, messages=ASK))
raises("bad field", anthropic.BadRequestError, lambda: ai.messages.create(model=MODEL, max_tokens=9, messages=ASK, extra_body={"temperature": 9}))
print(f"{passed} passed, 0 failed")
