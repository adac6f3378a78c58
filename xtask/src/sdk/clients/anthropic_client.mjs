// The anthropic library from npm, unchanged but for its base URL, against the doors.
import Anthropic from "@anthropic-ai/sdk";

const { DOOR_URL, DOOR_KEY, DOOR_NARROW } = process.env;
const model = "scripted/rehearsal";
const messages = [{ role: "user", content: "What is the capital of France?" }];
let passed = 0;

const client = (apiKey = DOOR_KEY) => new Anthropic({ baseURL: DOOR_URL, apiKey, maxRetries: 0 });

function check(name, isSo, found) {
  if (!isSo) throw new Error(`${name}: ${JSON.stringify(found)}`);
  passed += 1;
}

async function raises(name, kind, ask) {
  try {
    await ask();
  } catch (error) {
    check(name, error instanceof kind, String(error));
    return;
  }
  throw new Error(`${name}: no error`);
}

const ai = client();
const answer = await ai.messages.create({ model, max_tokens: 100, messages });
check("whole answer", answer.content[0].text.includes("Paris"), answer);
const stream = ai.messages.stream({ model, max_tokens: 100, messages });
check("stream", (await stream.finalText()) === answer.content[0].text);
const tools = [{ name: "weather", input_schema: { type: "object", properties: { city: { type: "string" } } } }];
const talk = [{ role: "user", content: "How is the weather in Cairo?" }];
const asked = await ai.messages.create({ model, max_tokens: 100, messages: talk, tools });
const use = asked.content.find((block) => block.type === "tool_use");
check("tool call", use.input.city === "Cairo" && asked.stop_reason === "tool_use", asked);
const results = [{ type: "tool_result", tool_use_id: use.id, content: "sunny" }];
talk.push({ role: "assistant", content: asked.content }, { role: "user", content: results });
const told = await ai.messages.create({ model, max_tokens: 100, messages: talk, tools });
check("tool answer", told.content[0].text.includes("sunny"), told);
const count = await ai.messages.countTokens({ model, messages });
check("count of tokens", count.input_tokens > 0, count);
const ask = (key, more) => () => client(key).messages.create({ model, max_tokens: 9, messages, ...more });
await raises("wrong key", Anthropic.AuthenticationError, ask("hk-nothing"));
await raises("unknown model", Anthropic.NotFoundError, ask(DOOR_KEY, { model: "nobody/nothing" }));
await raises("model of others", Anthropic.PermissionDeniedError, ask(DOOR_NARROW));
await raises("bad field", Anthropic.BadRequestError, ask(DOOR_KEY, { temperature: 9 }));
console.log(`${passed} passed, 0 failed`);
