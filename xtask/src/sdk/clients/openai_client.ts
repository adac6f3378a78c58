// The openai library from npm, unchanged but for its base URL, against the doors.
import OpenAI, { toFile } from "openai";
import { check, end, raises, setting } from "./checks.js";

const [url, key] = [setting("DOOR_URL"), setting("DOOR_KEY")];
const model = "scripted/rehearsal";
const question = "What is the capital of France?";
const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: question }];
const inCairo = { role: "user" as const, content: "How is the weather in Cairo?" };
const asJson = { role: "user" as const, content: "The capital of France as JSON" };
const shy = { role: "user" as const, content: "Say what nobody may say" };
const no = "I cannot say that.";
const city = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const schema = { type: "object", properties: { capital: { type: "string" } }, required: ["capital"], additionalProperties: false };

const client = (apiKey = key) => new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
const ai = client();

// chat
const answer = await ai.chat.completions.create({ model, messages });
const text = answer.choices[0]?.message.content ?? "";
check("whole answer", text.includes("Paris"), answer);
check("usage", (answer.usage?.total_tokens ?? 0) > 0, answer);
let streamed = "";
for await (const piece of await ai.chat.completions.create({ model, messages, stream: true })) {
  streamed += piece.choices[0]?.delta.content ?? "";
}
check("stream", streamed === text, streamed);
const tool = { type: "function" as const, function: { name: "weather", description: "Look out of the window", parameters: city } };
const asked = await ai.chat.completions.create({ model, messages: [inCairo], tools: [tool] });
const call = asked.choices[0]?.message.tool_calls?.[0];
check("tool call", call?.type === "function" && JSON.parse(call.function.arguments).city === "Cairo", asked);
const runner = ai.chat.completions.runTools({
  model,
  messages: [inCairo],
  tools: [{ type: "function", function: { ...tool.function, parse: JSON.parse, function: () => "sunny" } }],
});
const ran = await runner.finalContent();
check("tool runner", ran?.includes("sunny") === true, ran);
const shaped = await ai.chat.completions.parse({
  model,
  messages: [asJson],
  response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
});
check("schema", JSON.parse(shaped.choices[0]?.message.content ?? "").capital === "Paris", shaped);
const refused = (await ai.chat.completions.create({ model, messages: [shy] })).choices[0];
check("refusal", refused?.message.refusal === no && refused.message.content === null && refused.finish_reason === "stop", refused);
let refusing = "";
for await (const piece of await ai.chat.completions.create({ model, messages: [shy], stream: true })) {
  refusing += piece.choices[0]?.delta.refusal ?? "";
}
check("streamed refusal", refusing === no, refusing);

// responses
const told = await ai.responses.create({ model, instructions: "Be brief.", input: question });
check("response", told.output_text === text && told.status === "completed", told);
check("usage of a response", (told.usage?.total_tokens ?? 0) > 0, told.usage);
const kinds: string[] = [];
let said = "";
for await (const event of await ai.responses.create({ model, input: question, stream: true })) {
  kinds.push(event.type);
  if (event.type === "response.output_text.delta") said += event.delta;
}
check("order of events", kinds[0] === "response.created" && kinds.at(-1) === "response.completed", kinds);
check("streamed response", said === text, said);
const gathered = await ai.responses.stream({ model, input: question }).finalResponse();
check("gathered response", gathered.output_text === text, gathered);
const tools: OpenAI.Responses.FunctionTool[] = [{ type: "function", name: "weather", parameters: city, strict: false }];
const wanted = await ai.responses.create({ model, input: [inCairo], tools });
const use = wanted.output.find((item) => item.type === "function_call");
check("tool call of a response", JSON.parse(use?.arguments ?? "").city === "Cairo", wanted);
if (use === undefined) throw new Error("no tool call");
const done = { type: "function_call_output" as const, call_id: use.call_id, output: "sunny" };
const after = await ai.responses.create({ model, input: [inCairo, use, done], tools });
check("tool answer of a response", after.output_text.includes("sunny"), after);
const formed = await ai.responses.parse({
  model,
  input: [asJson],
  text: { format: { type: "json_schema", name: "answer", strict: true, schema } },
});
check("schema of a response", JSON.parse(formed.output_text).capital === "Paris", formed);
const refusal = await ai.responses.stream({ model, input: [shy] }).finalResponse();
const item = refusal.output[0];
const part = item?.type === "message" ? item.content[0] : undefined;
check("refusal of a response", part?.type === "refusal" && part.refusal === no && refusal.status === "completed", refusal);

// vectors and speech
const vectors = await ai.embeddings.create({ model, input: ["one", "two"] });
const first = vectors.data[0]?.embedding ?? [];
check("vectors", vectors.data.length === 2 && first.length === 8, vectors);
check("usage of vectors", vectors.usage.total_tokens > 0, vectors.usage);
const plain = await ai.embeddings.create({ model, input: "one", encoding_format: "float" });
const isNear = plain.data[0]?.embedding.every((one, index) => Math.abs(one - (first[index] ?? 9)) < 1e-6);
check("vectors in figures", isNear === true, plain);
const short = await ai.embeddings.create({ model, input: "one", dimensions: 3 });
check("short vectors", short.data[0]?.embedding.length === 3, short);
const sound = () => toFile(new Uint8Array(64), "speech.wav", { type: "audio/wav" });
const transcript = "scripted transcript of 64 bytes";
const heard = await ai.audio.transcriptions.create({ model, file: await sound() });
check("transcript", heard.text === transcript, heard);
const parts = await ai.audio.transcriptions.create({ model, file: await sound(), response_format: "verbose_json", timestamp_granularities: ["segment"] });
check("segments", parts.segments?.[0]?.text === transcript, parts);

const names: string[] = [];
for await (const one of ai.models.list()) names.push(one.id);
check("models", names.includes(model), names);

// errors, of every door
const doors: Record<string, (ai: OpenAI, asked?: string) => Promise<unknown>> = {
  chat: (ai, asked = model) => ai.chat.completions.create({ model: asked, messages }),
  responses: (ai, asked = model) => ai.responses.create({ model: asked, input: question }),
  // what nobody was answered yet: an answer of the cache takes nothing of a limit
  embeddings: (ai, asked = model) => ai.embeddings.create({ model: asked, input: "three" }),
  transcriptions: async (ai, asked = model) => ai.audio.transcriptions.create({ model: asked, file: await sound() }),
};
const limited = client(setting("DOOR_LIMITED"));
await limited.chat.completions.create({ model, messages });
for (const [name, ask] of Object.entries(doors)) {
  await raises(`${name}: wrong key`, OpenAI.AuthenticationError, 401, () => ask(client("hk-nothing")));
  await raises(`${name}: model of others`, OpenAI.PermissionDeniedError, 403, () => ask(client(setting("DOOR_NARROW"))));
  const unknown = await raises(`${name}: unknown model`, OpenAI.NotFoundError, 404, () => ask(ai, "nobody/nothing"));
  check(`${name}: its code`, unknown.code === "model_not_found", unknown.code);
  const refused = await raises(`${name}: limit`, OpenAI.RateLimitError, 429, () => ask(limited));
  check(`${name}: when to come back`, Number(refused.headers?.get("retry-after")) > 0, refused.message);
}
const bad = await raises("bad field", OpenAI.BadRequestError, 400, () => ai.chat.completions.create({ model, messages, temperature: 9 }));
check("its name", bad.param === "temperature", bad.param);
const says = (content: string) => [{ role: "user" as const, content }];
const busy = says("be overloaded");
await raises("busy provider", OpenAI.InternalServerError, 503, () => ai.chat.completions.create({ model, messages: busy }));
const again = await ai.chat.completions.create({ model, messages });
check("one that answers again", again.choices[0]?.message.content === text, again);
await raises("broken stream", OpenAI.APIError, undefined, async () => {
  for await (const _ of await ai.chat.completions.create({ model, messages: says("break off"), stream: true }));
});
const last = await ai.chat.completions.create({ model, messages });
check("one that goes on", last.choices[0]?.message.content === text, last);
end();
