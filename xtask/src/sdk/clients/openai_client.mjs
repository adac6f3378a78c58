// The openai library from npm, unchanged but for its base URL, against the doors.
import OpenAI from "openai";

const { DOOR_URL, DOOR_KEY, DOOR_NARROW } = process.env;
const model = "scripted/rehearsal";
const messages = [{ role: "user", content: "What is the capital of France?" }];
let passed = 0;

const client = (apiKey = DOOR_KEY) => new OpenAI({ baseURL: `${DOOR_URL}/v1`, apiKey, maxRetries: 0 });

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
const answer = await ai.chat.completions.create({ model, messages });
check("whole answer", answer.choices[0].message.content.includes("Paris"), answer);
let text = "";
for await (const piece of await ai.chat.completions.create({ model, messages, stream: true })) {
  text += piece.choices[0]?.delta?.content ?? "";
}
check("stream", text === answer.choices[0].message.content, text);
const tools = [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } } }];
const talk = [{ role: "user", content: "How is the weather in Cairo?" }];
const asked = await ai.chat.completions.create({ model, messages: talk, tools });
check("tool call", JSON.parse(asked.choices[0].message.tool_calls[0].function.arguments).city === "Cairo", asked);
const ran = await ai.chat.completions
  .runTools({ model, messages: talk, tools: [{ type: "function", function: { ...tools[0].function, parse: JSON.parse, function: () => "sunny" } }] })
  .finalContent();
check("tool runner", ran.includes("sunny"), ran);
const schema = { type: "object", properties: { capital: { type: "string" } }, required: ["capital"], additionalProperties: false };
const shaped = await ai.chat.completions.create({
  model,
  messages: [{ role: "user", content: "The capital of France as JSON" }],
  response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
});
check("schema", JSON.parse(shaped.choices[0].message.content).capital === "Paris", shaped);
const names = [];
for await (const one of ai.models.list()) names.push(one.id);
check("models", names.includes(model), names);
const ask = (key, more) => () => client(key).chat.completions.create({ model, messages, ...more });
await raises("wrong key", OpenAI.AuthenticationError, ask("hk-nothing"));
await raises("unknown model", OpenAI.NotFoundError, ask(DOOR_KEY, { model: "nobody/nothing" }));
await raises("model of others", OpenAI.PermissionDeniedError, ask(DOOR_NARROW));
await raises("bad field", OpenAI.BadRequestError, ask(DOOR_KEY, { temperature: 9 }));
console.log(`${passed} passed, 0 failed`);
