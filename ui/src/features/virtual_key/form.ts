// The form of a virtual key. Pure.
import {
  type KeyScope,
  keyScopes,
  type NewVirtualKey,
  type VirtualKey,
  type VirtualKeyChange,
} from "@/api/gateway";
import { toCount } from "@/lib/amount";

export interface KeyForm {
  name: string;
  project: string;
  /** One a line; none means every model. */
  models: string;
  scopes: KeyScope[];
  requests: string;
  tokens: string;
  /** Days to live, for a new key; empty for ever. */
  days: string;
  /** The last day, for a key there is; empty for ever. */
  lastDay: string;
}

export type Fault = "required" | "integer";
export type Faults = Partial<Record<string, Fault>>;

const written = (count: number | null) => (count === null ? "" : String(count));

export const newKey = (): KeyForm => ({
  name: "",
  project: "",
  models: "",
  scopes: [...keyScopes],
  requests: "",
  tokens: "",
  days: "90",
  lastDay: "",
});

export const formOf = (key: VirtualKey): KeyForm => ({
  name: key.name,
  project: key.project ?? "",
  models: key.models.join("\n"),
  scopes: [...key.scopes],
  requests: written(key.requests_per_minute),
  tokens: written(key.tokens_per_minute),
  days: "",
  lastDay: key.expires_at?.slice(0, 10) ?? "",
});

const namesOf = (text: string) => [
  ...new Set(
    text
      .split(/[\n,]/)
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  ),
];

function faultsOf(form: KeyForm): Faults {
  const faults: Faults = {};
  if (form.name.trim() === "") faults.name = "required";
  if (form.scopes.length === 0) faults.scopes = "required";
  if (form.requests.trim() !== "" && !toCount(form.requests))
    faults.requests_per_minute = "integer";
  if (form.tokens.trim() !== "" && !toCount(form.tokens)) faults.tokens_per_minute = "integer";
  return faults;
}

/** What is sent to make one. */
export function readNew(form: KeyForm): { wish: NewVirtualKey; faults: Faults } {
  const requests = toCount(form.requests);
  const tokens = toCount(form.tokens);
  return {
    wish: {
      name: form.name.trim(),
      models: namesOf(form.models),
      scopes: form.scopes,
      ...(form.project === "" ? {} : { project: form.project }),
      ...(requests === null ? {} : { requests_per_minute: requests }),
      ...(tokens === null ? {} : { tokens_per_minute: tokens }),
      ...(form.days === "" ? {} : { expires_in_days: Number(form.days) }),
    },
    faults: faultsOf(form),
  };
}

/** What is sent to change one. The moment of its end stays unless its day was changed. */
export function readChange(
  form: KeyForm,
  key: VirtualKey,
): { wish: VirtualKeyChange; faults: Faults } {
  const isSameDay = form.lastDay === (key.expires_at?.slice(0, 10) ?? "");
  return {
    wish: {
      name: form.name.trim(),
      project: form.project || null,
      models: namesOf(form.models),
      scopes: form.scopes,
      requests_per_minute: toCount(form.requests),
      tokens_per_minute: toCount(form.tokens),
      ...(isSameDay
        ? {}
        : { expires_at: form.lastDay === "" ? null : `${form.lastDay}T23:59:59Z` }),
    },
    faults: faultsOf(form),
  };
}

export type KeyStatus = "active" | "expired" | "revoked";

export function statusOf(key: VirtualKey, now: number): KeyStatus {
  if (key.revoked_at) return "revoked";
  return key.expires_at && Date.parse(key.expires_at) <= now ? "expired" : "active";
}
