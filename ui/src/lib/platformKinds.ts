// What each kind of platform begins with. The server has the same figures; here they fill the form.
import type { AddedKind, PlatformKind } from "@/api/gateway";

interface KindFacts {
  /** Its own name; names are not translated. Absent where a word is needed. */
  name?: string;
  /** What a platform of this kind is called when nobody says otherwise. */
  slug: string;
  baseUrl: string;
  wantsKey: boolean;
  requests: number | null;
  tokens: number | null;
  /** How its keys begin, as an example. */
  keyLike?: string;
}

export const kindFacts: Record<AddedKind, KindFacts> = {
  openai: {
    name: "OpenAI",
    slug: "openai",
    baseUrl: "https://api.openai.com/v1",
    wantsKey: true,
    requests: 3_500,
    tokens: 90_000,
    keyLike: "sk-…",
  },
  openai_responses: {
    name: "OpenAI Responses",
    slug: "openai-responses",
    baseUrl: "https://api.openai.com/v1",
    wantsKey: true,
    requests: 3_500,
    tokens: 90_000,
    keyLike: "sk-…",
  },
  anthropic: {
    name: "Anthropic",
    slug: "anthropic",
    baseUrl: "https://api.anthropic.com/v1",
    wantsKey: true,
    requests: 1_000,
    tokens: 40_000,
    keyLike: "sk-ant-…",
  },
  gemini: {
    name: "Gemini",
    slug: "gemini",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta",
    wantsKey: true,
    requests: 60,
    tokens: 32_000,
    keyLike: "AIza…",
  },
  openrouter: {
    name: "OpenRouter",
    slug: "openrouter",
    baseUrl: "https://openrouter.ai/api/v1",
    wantsKey: true,
    requests: null,
    tokens: null,
    keyLike: "sk-or-…",
  },
  azure_openai: {
    name: "Azure OpenAI",
    slug: "azure",
    baseUrl: "",
    wantsKey: true,
    requests: null,
    tokens: null,
  },
  ollama: {
    name: "Ollama",
    slug: "ollama",
    baseUrl: "http://127.0.0.1:11434",
    wantsKey: false,
    requests: null,
    tokens: null,
  },
  custom: { slug: "my-server", baseUrl: "", wantsKey: false, requests: null, tokens: null },
};

/** The kind's own name, if it has one. */
export const kindName = (kind: PlatformKind): string | undefined =>
  kind === "local" || kind === "scripted" ? undefined : kindFacts[kind].name;
