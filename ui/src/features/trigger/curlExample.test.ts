import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import type { CreatedWebhook } from "@/api/workflow-engine";
import { curlExample } from "./curlExample";

test("the command signs what it sends with the secret", () => {
  const secret = "whsec_it's $ecret";
  const text = curlExample({ url: "/hooks/abc", secret } as CreatedWebhook, "https://h.example");
  // Instead of sending, say what would be sent.
  const said = execFileSync("sh", ["-c", `curl() { printf '%s\\n' "$@"; }\n${text}`], {
    encoding: "utf8",
  }).split("\n");
  expect(said).toContain("https://h.example/hooks/abc");
  const [, time, signature] =
    /^x-hishamos-signature: t=(\d+),v1=([0-9a-f]{64})$/m.exec(said.join("\n")) ?? [];
  const body = said.at(-2);
  expect(signature).toBe(createHmac("sha256", secret).update(`${time}.${body}`).digest("hex"));
});
