// How to use a virtual key, as text to copy. Programs are not translated.
import type { VirtualKey } from "@/api/gateway";

/** A model that the key may ask, for the examples. */
export function exampleModel({ models }: Pick<VirtualKey, "models">, other: string | null): string {
  return models.find((model) => !model.includes("*")) ?? other ?? "PLATFORM/MODEL";
}

export function snippetsFor(key: string, model: string, origin: string) {
  return [
    {
      name: "curl",
      text: `curl ${origin}/v1/chat/completions \\
  -H 'authorization: Bearer ${key}' \\
  -H 'content-type: application/json' \\
  -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello"}]}'`,
    },
    {
      name: "OpenAI · Python",
      text: `from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key="${key}")
answer = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      name: "OpenAI · TypeScript",
      text: `import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${origin}/v1", apiKey: "${key}" });
const answer = await client.chat.completions.create({
  model: "${model}",
  messages: [{ role: "user", content: "Hello" }],
});
console.log(answer.choices[0].message.content);`,
    },
    {
      name: "Anthropic · Python",
      text: `from anthropic import Anthropic

client = Anthropic(base_url="${origin}", api_key="${key}")
answer = client.messages.create(
    model="${model}",
    max_tokens=200,
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.content[0].text)`,
    },
    {
      name: "Anthropic · TypeScript",
      text: `import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ baseURL: "${origin}", apiKey: "${key}" });
const answer = await client.messages.create({
  model: "${model}",
  max_tokens: 200,
  messages: [{ role: "user", content: "Hello" }],
});
console.log(answer.content);`,
    },
  ];
}
