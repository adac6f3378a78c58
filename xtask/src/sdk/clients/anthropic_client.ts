// The anthropic library from npm, unchanged but for its base URL, against the doors.
import Anthropic from "@anthropic-ai/sdk";
import { check, end, raises, setting } from "./checks.js";

const [url, key] = [setting("DOOR_URL"), setting("DOOR_KEY")];
const [model, max_tokens] = ["scripted/rehearsal", 100];
const says = (content: string): Anthropic.MessageParam[] => [{ role: "user", content }];
const messages = says("What is the capital of France?");

const client = (apiKey = key) => new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
const ai = client();

/** The text of an answer. */
function words(answer: Anthropic.Message): string {
  return answer.content.map((block) => (block.type === "text" ? block.text : "")).join("");
}

const answer = await ai.messages.create({ model, max_tokens, messages });
const text = words(answer);
check("whole answer", text.includes("Paris"), answer);
check("usage", answer.usage.output_tokens > 0, answer.usage);
check("stop reason", answer.stop_reason === "end_turn", answer);
const stream = ai.messages.stream({ model, max_tokens, messages });
check("stream", (await stream.finalText()) === text);
check("usage of a stream", (await stream.finalMessage()).usage.output_tokens > 0);
const refused = await ai.messages.create({ model, max_tokens, messages: says("Say what nobody may say") });
check("refusal", refused.stop_reason === "refusal" && words(refused) === "I cannot say that.", refused);
const kinds: string[] = [];
for await (const event of await ai.messages.create({ model, max_tokens, messages, stream: true })) kinds.push(event.type);
check("order of events", kinds[0] === "message_start" && kinds.at(-1) === "message_stop", kinds);

const city = { type: "object" as const, properties: { city: { type: "string" } } };
const tools: Anthropic.Tool[] = [{ name: "weather", input_schema: city }];
const talk = says("How is the weather in Cairo?");
const isCairo = (block: Anthropic.ToolUseBlock | undefined) => JSON.stringify(block?.input) === '{"city":"Cairo"}';
const asked = await ai.messages.create({ model, max_tokens, messages: talk, tools });
const use = asked.content.find((block) => block.type === "tool_use");
check("tool call", isCairo(use) && asked.stop_reason === "tool_use", asked);
if (use === undefined) throw new Error("no tool call");
const streamed = await ai.messages.stream({ model, max_tokens, messages: talk, tools }).finalMessage();
check("streamed tool call", isCairo(streamed.content.find((block) => block.type === "tool_use")), streamed);
const result = { type: "tool_result" as const, tool_use_id: use.id, content: "sunny" };
talk.push({ role: "assistant", content: asked.content }, { role: "user", content: [result] });
const told = await ai.messages.create({ model, max_tokens, messages: talk, tools });
check("tool answer", words(told).includes("sunny"), told);
const few = await ai.messages.countTokens({ model, messages });
const many = await ai.messages.countTokens({ model, messages, tools, system: "Be brief." });
check("count of tokens", 0 < few.input_tokens && few.input_tokens < many.input_tokens, [few, many]);

// errors, of every door
const doors: Record<string, (ai: Anthropic, asked?: string) => Promise<unknown>> = {
  messages: (ai, asked = model) => ai.messages.create({ model: asked, max_tokens, messages }),
  stream: (ai, asked = model) => ai.messages.stream({ model: asked, max_tokens, messages }).finalMessage(),
  count: (ai, asked = model) => ai.messages.countTokens({ model: asked, messages }),
};
const limited = client(setting("DOOR_LIMITED"));
await limited.messages.create({ model, max_tokens, messages });
for (const [name, ask] of Object.entries(doors)) {
  await raises(`${name}: wrong key`, Anthropic.AuthenticationError, 401, () => ask(client("hk-nothing")));
  await raises(`${name}: model of others`, Anthropic.PermissionDeniedError, 403, () => ask(client(setting("DOOR_NARROW"))));
  const unknown = await raises(`${name}: unknown model`, Anthropic.NotFoundError, 404, () => ask(ai, "nobody/nothing"));
  check(`${name}: its type`, unknown.type === "not_found_error", unknown.message);
  if (name === "count") continue; // counting costs nothing, so no limit holds it
  const refused = await raises(`${name}: limit`, Anthropic.RateLimitError, 429, () => ask(limited));
  check(`${name}: when to come back`, Number(refused.headers?.get("retry-after")) > 0, refused.message);
}
await raises("bad field", Anthropic.BadRequestError, 400, () => ai.messages.create({ model, max_tokens: -1, messages }));
const busy = await raises("busy provider", Anthropic.OverloadedError, 529, () => ai.messages.create({ model, max_tokens, messages: says("be overloaded") }));
check("its type", busy.type === "overloaded_error", busy.message);
check("one that answers again", words(await ai.messages.create({ model, max_tokens, messages })) === text);
await raises("broken stream", Anthropic.APIError, undefined, () => ai.messages.stream({ model, max_tokens, messages: says("break off") }).finalMessage());
check("one that goes on", words(await ai.messages.create({ model, max_tokens, messages })) === text);
end();
