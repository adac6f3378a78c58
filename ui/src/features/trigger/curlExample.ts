import type { CreatedWebhook } from "@/api/workflow-engine";

/** Text between single quotes of a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The whole address: the server may send only its path. */
export const fullAddress = (url: string, origin: string) => new URL(url, origin).href;

/** A command that signs a body and sends it: what is signed is "time.body". */
export function curlExample({ url, secret }: CreatedWebhook, origin: string): string {
  const address = fullAddress(url, origin);
  return `SECRET=${quoted(secret)}
BODY='{"message": "hello"}'
TIME=$(date +%s)
SIGNATURE=$(printf '%s.%s' "$TIME" "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
curl -X POST ${quoted(address)} \\
  -H 'content-type: application/json' \\
  -H "x-hishamos-signature: t=$TIME,v1=$SIGNATURE" \\
  -d "$BODY"`;
}
