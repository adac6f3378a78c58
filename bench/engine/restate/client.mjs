// Calls Restate's ingress over HTTP: client.mjs bench | crash-submit
import http from "node:http";

const number = (name, otherwise) => Number(process.env[name] ?? otherwise);
const PORT = number("BENCH_INGRESS_PORT", 8080);
const AT_ONCE = 64;
const parts = new Set((process.env.BENCH_PARTS ?? "w1,w2,w3,w4").split(","));
const chain = number("BENCH_CHAIN", 500);
const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

const call = (path, body) =>
  new Promise((yes, no) => {
    const data = JSON.stringify(body);
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(data) };
    const request = http.request({ host: "127.0.0.1", port: PORT, path, method: "POST", agent, headers }, (answer) => {
      let text = "";
      answer.on("data", (piece) => (text += piece));
      answer.on("end", () => (answer.statusCode < 300 ? yes(text) : no(new Error(`${answer.statusCode} ${text}`))));
    });
    request.on("error", no);
    request.end(data);
  });

const now = () => performance.now();
const emit = (metric, value, unit) => console.log(`${metric}\t${value}\t${unit}`);

async function many(count) {
  let begun = 0;
  const work = async () => {
    while (begun++ < count) await call("/bench/chain", 3);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

function percentile(values, percent) {
  const place = ((values.length - 1) * percent) / 100;
  const below = Math.floor(place);
  const above = Math.min(below + 1, values.length - 1);
  return values[below] + (values[above] - values[below]) * (place - below);
}

async function bench() {
  const runs = number("BENCH_RUNS", 100);
  await many(Math.max(runs / 10, 10));
  for (let i = 0; i < number("BENCH_REPEAT", 1); i++) {
    let start = now();
    if (parts.has("w1")) {
      await many(runs);
      emit("W1 runs", runs / ((now() - start) / 1e3), "runs/s");
    }
    if (parts.has("w2")) {
      start = now();
      await call("/bench/fan", number("BENCH_FAN", 500));
      emit("W2 fan-out 500+join", (now() - start) / 1e3, "s");
    }
    if (parts.has("w3")) {
      start = now();
      await call("/bench/chain", chain);
      emit("W3 chain, per step", (now() - start) / chain, "ms");
    }
    if (parts.has("w4")) {
      const times = [];
      for (let j = 0; j < number("BENCH_SINGLES", 100); j++) {
        start = now();
        await call("/bench/chain", 3);
        times.push(now() - start);
      }
      times.sort((one, other) => one - other);
      emit("W4 p50", percentile(times, 50), "ms");
      emit("W4 p99", percentile(times, 99), "ms");
    }
  }
}

if (process.argv[2] === "bench") await bench();
else for (let i = 0; i < number("BENCH_CRASH_RUNS", 200); i++) await call("/bench/five/send", `r${i}`);
process.exit(0);
