// The text to put into hishamos.toml for each provider. Names and addresses are not translated.
export interface Provider {
  name: string;
  /** Absent for "anything else", whose label is a translated word. */
  label?: string;
  baseUrl: string;
  keyEnv?: string;
  model: string;
}

export const providers: Provider[] = [
  {
    name: "openai",
    label: "OpenAI",
    baseUrl: "https://api.openai.com/v1",
    keyEnv: "OPENAI_API_KEY",
    model: "gpt-4.1-mini",
  },
  {
    name: "anthropic",
    label: "Anthropic",
    baseUrl: "https://api.anthropic.com/v1",
    keyEnv: "ANTHROPIC_API_KEY",
    model: "claude-sonnet-4-5",
  },
  {
    name: "gemini",
    label: "Gemini",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
    keyEnv: "GEMINI_API_KEY",
    model: "gemini-2.5-flash",
  },
  {
    name: "ollama",
    label: "Ollama",
    baseUrl: "http://127.0.0.1:11434/v1",
    model: "qwen2.5-coder:7b",
  },
  {
    name: "my-server",
    baseUrl: "https://llm.example.com/v1",
    keyEnv: "MY_SERVER_API_KEY",
    model: "my-model",
  },
];

export function configFor({ name, baseUrl, keyEnv, model }: Provider): string {
  return [
    "[[providers]]",
    `name = "${name}"`,
    `base_url = "${baseUrl}"`,
    ...(keyEnv ? [`api_key_env = "${keyEnv}"`] : []),
    `models = ["${model}"]`,
    "",
    "[model]",
    `default = "${name}/${model}"`,
    "",
  ].join("\n");
}
