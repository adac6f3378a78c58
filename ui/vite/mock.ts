// Serves the in-memory test double from src/mocks under /api while developing, previewing and
// testing. It is never part of the built bundle.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import { createMock } from "../src/mocks/backend";

async function toRequest(req: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  return new Request(`http://${req.headers.host ?? "mock"}${req.url ?? "/"}`, {
    method: req.method,
    headers,
    body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
    signal,
  });
}

async function send(response: Response, res: ServerResponse) {
  res.statusCode = response.status;
  response.headers.forEach((value, name) => {
    res.setHeader(name, value);
  });
  if (!response.body) return res.end();
  res.flushHeaders();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    res.write(chunk);
  }
  res.end();
}

export function mock(): Plugin {
  const backend = createMock();
  const middleware: Connect.NextHandleFunction = (req, res, next) => {
    if (!/^\/(api|health|ready|__mock)/.test(req.url ?? "")) return next();
    const gone = new AbortController();
    res.on("close", () => gone.abort());
    toRequest(req, gone.signal)
      .then((request) => backend.handle(request))
      .then((response) => send(response, res))
      .catch((error) => {
        if (!gone.signal.aborted) next(error);
      });
  };
  return {
    name: "hishamos-mock",
    configureServer(server) {
      server.middlewares.use(middleware);
    },
    configurePreviewServer(server) {
      server.middlewares.use(middleware);
    },
  };
}
