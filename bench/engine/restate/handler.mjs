// Restate's service: no-op steps and the slow steps of W5. It registers itself at the server.
import fs from "node:fs";
import http2 from "node:http2";
// The SDK needs Promise.withResolvers; Node 20 does not have it.
Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new this((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
};
const restate = await import("@restatedev/restate-sdk");

const PORT = Number(process.env.BENCH_HANDLER_PORT);
const ADMIN = process.env.BENCH_ADMIN_PORT;
const STEPS = 5;

let free = 20;
const waiting = [];
const acquire = () => (free > 0 ? (free--, Promise.resolve()) : new Promise((go) => waiting.push(go)));
const release = () => {
  const next = waiting.shift();
  if (next) next();
  else free++;
};

function line(run, step, phase) {
  const file = fs.openSync(process.env.BENCH_STEP_LOG ?? "steps.log", "a");
  fs.writeSync(file, `${run} ${step} ${phase} ${(Date.now() / 1000).toFixed(6)}\n`);
  fs.fsyncSync(file);
  fs.closeSync(file);
}

const noop = (i) => () => ({ ok: true, i });

const bench = restate.service({
  name: "bench",
  handlers: {
    chain: async (ctx, steps) => {
      let result;
      for (let i = 0; i < steps; i++) result = await ctx.run(`s${i}`, noop(i));
      return result;
    },
    fan: async (ctx, parts) => {
      const calls = Array.from({ length: parts }, (_, i) => ctx.run(`s${i}`, noop(i)));
      const results = await restate.RestatePromise.all(calls);
      return await ctx.run("join", noop(results.length));
    },
    five: async (ctx, run) => {
      let result;
      for (let step = 1; step <= STEPS; step++)
        result = await ctx.run(`s${step}`, async () => {
          await acquire();
          try {
            line(run, step, "S");
            await new Promise((go) => setTimeout(go, 200));
            line(run, step, "E");
          } finally {
            release();
          }
          return { ok: true, i: step };
        });
      return result;
    },
  },
});

async function register() {
  const body = JSON.stringify({ uri: `http://127.0.0.1:${PORT}`, force: true });
  const headers = { "content-type": "application/json" };
  for (let attempt = 0; attempt < 300; attempt++) {
    try {
      const answer = await fetch(`http://127.0.0.1:${ADMIN}/deployments`, { method: "POST", headers, body });
      if (answer.ok) return;
    } catch {
      // The server does not listen yet.
    }
    await new Promise((go) => setTimeout(go, 100));
  }
  throw new Error("the server did not take the registration");
}

http2
  .createServer(restate.createEndpointHandler({ services: [bench] }))
  .listen(PORT, "127.0.0.1", async () => {
    await register();
    console.log("READY");
  });
