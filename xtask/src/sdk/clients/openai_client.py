"""The openai library from PyPI, unchanged but for its base URL, against the doors."""
import json
import os

import openai
from pydantic import BaseModel

from checks import check, end, raises

URL, KEY, NARROW, LIMITED = (os.environ[name] for name in ("DOOR_URL", "DOOR_KEY", "DOOR_NARROW", "DOOR_LIMITED"))
MODEL = "scripted/rehearsal"
QUESTION = "What is the capital of France?"
ASK = [{"role": "user", "content": QUESTION}]
SHAPED = [{"role": "user", "content": "The capital of France as JSON"}]
SHY = [{"role": "user", "content": "Say what nobody may say"}]
NO = "I cannot say that."
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
SOUND = ("speech.wav", b"RIFF" + bytes(60), "audio/wav")


class Answer(BaseModel):
    capital: str


def client(key=KEY):
    return openai.OpenAI(base_url=URL + "/v1", api_key=key, max_retries=0)


ai = client()

# chat
answer = ai.chat.completions.create(model=MODEL, messages=ASK)
check("whole answer", "Paris" in answer.choices[0].message.content, answer)
check("usage", answer.usage.total_tokens > 0, answer.usage)
pieces = list(ai.chat.completions.create(model=MODEL, messages=ASK, stream=True, stream_options={"include_usage": True}))
text = "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)
check("stream", text == answer.choices[0].message.content, text)
check("usage of a stream", pieces[-1].usage.total_tokens > 0, pieces[-1])

tool = {"type": "function", "function": {"name": "weather", "description": "Look out of the window", "parameters": CITY}}
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
shaped = ai.chat.completions.create(model=MODEL, messages=SHAPED, response_format=schema)
check("schema", json.loads(shaped.choices[0].message.content) == {"capital": "Paris"}, shaped)
parsed = ai.chat.completions.parse(model=MODEL, messages=SHAPED, response_format=Answer)
check("class", parsed.choices[0].message.parsed == Answer(capital="Paris"), parsed)
refused = ai.chat.completions.create(model=MODEL, messages=SHY).choices[0]
check("refusal", (refused.message.refusal, refused.message.content, refused.finish_reason) == (NO, None, "stop"), refused)
parsed = ai.chat.completions.parse(model=MODEL, messages=SHY, response_format=Answer).choices[0].message
check("refusal of a class", (parsed.refusal, parsed.parsed) == (NO, None), parsed)
parts = [part.choices[0] for part in ai.chat.completions.create(model=MODEL, messages=SHY, stream=True)]
check("streamed refusal", "".join(part.delta.refusal or "" for part in parts) == NO, parts)
check("end of a refusal", parts[-1].finish_reason == "stop", parts[-1])

# responses
told = ai.responses.create(model=MODEL, instructions="Be brief.", input=QUESTION)
check("response", told.output_text == text and told.status == "completed", told)
check("usage of a response", told.usage.total_tokens > 0, told.usage)
events = list(ai.responses.create(model=MODEL, input=QUESTION, stream=True))
kinds = [event.type for event in events]
check("order of events", (kinds[0], kinds[-1]) == ("response.created", "response.completed"), kinds)
said = "".join(event.delta for event in events if event.type == "response.output_text.delta")
check("streamed response", said == text == events[-1].response.output_text, said)
with ai.responses.stream(model=MODEL, input=QUESTION) as stream:
    stream.until_done()
    check("gathered response", stream.get_final_response().output_text == text)
function = {"type": "function", "name": "weather", "description": "Look out of the window", "parameters": CITY, "strict": False}
talk = [{"role": "user", "content": "How is the weather in Cairo?"}]
asked = ai.responses.create(model=MODEL, input=talk, tools=[function])
use = next(item for item in asked.output if item.type == "function_call")
check("tool call of a response", json.loads(use.arguments) == {"city": "Cairo"}, use)
talk += [use.model_dump(exclude_none=True), {"type": "function_call_output", "call_id": use.call_id, "output": "sunny"}]
check("tool answer of a response", "sunny" in ai.responses.create(model=MODEL, input=talk, tools=[function]).output_text)
parsed = ai.responses.parse(model=MODEL, input=SHAPED, text_format=Answer)
check("class of a response", parsed.output_parsed == Answer(capital="Paris"), parsed)
refused = ai.responses.create(model=MODEL, input=SHY)
part = refused.output[0].content[0]
check("refusal of a response", (part.type, part.refusal, refused.status) == ("refusal", NO, "completed"), refused)
with ai.responses.stream(model=MODEL, input=SHY) as stream:
    events = list(stream)
    part = stream.get_final_response().output[0].content[0]
said = "".join(event.delta for event in events if event.type == "response.refusal.delta")
check("streamed refusal of a response", said == part.refusal == NO, events)
check("its end", [event.refusal for event in events if event.type == "response.refusal.done"] == [NO], events)

# vectors and speech
vectors = ai.embeddings.create(model=MODEL, input=["one", "two"])
check("vectors", [one.index for one in vectors.data] == [0, 1] and len(vectors.data[0].embedding) == 8, vectors)
check("usage of vectors", vectors.usage.total_tokens > 0, vectors.usage)
plain = ai.embeddings.create(model=MODEL, input="one", encoding_format="float")
near = zip(plain.data[0].embedding, vectors.data[0].embedding, strict=True)
check("vectors in figures", all(abs(one - other) < 1e-6 for one, other in near), plain)
check("short vectors", len(ai.embeddings.create(model=MODEL, input="one", dimensions=3).data[0].embedding) == 3)
heard = ai.audio.transcriptions.create(model=MODEL, file=SOUND)
check("transcript", heard.text == "scripted transcript of 64 bytes", heard)
heard = ai.audio.transcriptions.create(model=MODEL, file=SOUND, response_format="verbose_json", timestamp_granularities=["segment"])
check("segments", heard.segments[0].text == "scripted transcript of 64 bytes", heard)
heard = ai.audio.transcriptions.create(model=MODEL, file=SOUND, response_format="text")
check("plain transcript", heard.strip() == "scripted transcript of 64 bytes", heard)

check("models", MODEL in [model.id for model in ai.models.list()])
check("model", ai.models.retrieve(MODEL).id == MODEL)

# errors, of every door
doors = {
    "chat": lambda ai, model=MODEL: ai.chat.completions.create(model=model, messages=ASK),
    "responses": lambda ai, model=MODEL: ai.responses.create(model=model, input=QUESTION),
    # what nobody was answered yet: an answer of the cache takes nothing of a limit
    "embeddings": lambda ai, model=MODEL: ai.embeddings.create(model=model, input="three"),
    "transcriptions": lambda ai, model=MODEL: ai.audio.transcriptions.create(model=model, file=SOUND),
}
limited = client(LIMITED)
doors["chat"](limited)
for name, ask in doors.items():
    raises(f"{name}: wrong key", openai.AuthenticationError, 401, lambda: ask(client("hk-nothing")))
    raises(f"{name}: model of others", openai.PermissionDeniedError, 403, lambda: ask(client(NARROW)))
    error = raises(f"{name}: unknown model", openai.NotFoundError, 404, lambda: ask(ai, "nobody/nothing"))
    check(f"{name}: its code", error.code == "model_not_found", error.code)
    error = raises(f"{name}: limit", openai.RateLimitError, 429, lambda: ask(limited))
    check(f"{name}: when to come back", int(error.response.headers["retry-after"]) > 0, error.response.headers)
raises("unknown address", openai.NotFoundError, 404, lambda: ai.models.retrieve("nobody/nothing"))
error = raises("bad field", openai.BadRequestError, 400, lambda: ai.chat.completions.create(model=MODEL, messages=ASK, temperature=9))
check("its name", error.param == "temperature", error.param)
busy, cut = ([{"role": "user", "content": content}] for content in ("be overloaded", "break off"))
raises("busy provider", openai.InternalServerError, 503, lambda: ai.chat.completions.create(model=MODEL, messages=busy))
check("a provider that rests no longer", doors["chat"](ai).choices[0].message.content == text)
raises("busy provider of a response", openai.InternalServerError, 503, lambda: ai.responses.create(model=MODEL, input=busy))
check("one that answers again", doors["chat"](ai).choices[0].message.content == text)
raises("broken stream", openai.APIError, None, lambda: list(ai.chat.completions.create(model=MODEL, messages=cut, stream=True)))
raises("broken stream of a response", openai.APIError, None, lambda: list(ai.responses.create(model=MODEL, input=cut, stream=True)))
check("one that goes on", doors["chat"](ai).choices[0].message.content == text)
end()
