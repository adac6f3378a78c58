"""What the Python programs share: sizes from the environment, lines for the harness, the step log."""
import os
import time

PARTS = set(os.environ.get("BENCH_PARTS", "w1,w2,w3,w4").split(","))
REPEAT = int(os.environ.get("BENCH_REPEAT", "1"))
RUNS = int(os.environ.get("BENCH_RUNS", "100"))
FAN = int(os.environ.get("BENCH_FAN", "500"))
CHAIN = int(os.environ.get("BENCH_CHAIN", "500"))
SINGLES = int(os.environ.get("BENCH_SINGLES", "100"))
CRASH_RUNS = int(os.environ.get("BENCH_CRASH_RUNS", "200"))
CRASH_STEPS = 5
CRASH_AT_ONCE = 20
FOLDER = os.environ.get("BENCH_FOLDER", ".")
PG_URL = os.environ.get("BENCH_PG_URL", "")
LOG = os.environ.get("BENCH_STEP_LOG", "steps.log")


def emit(metric, value, unit):
    print(f"{metric}\t{value}\t{unit}", flush=True)


def percentile(values, percent):
    values = sorted(values)
    place = (len(values) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


def step_line(run, step, phase):
    file = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        os.write(file, f"{run} {step} {phase} {time.time():.6f}\n".encode())
        os.fsync(file)
    finally:
        os.close(file)


async def measure(many, fan, chain, three):
    """Runs the wanted parts. `many(n)` runs n executions at once, `three()` a single one."""
    await many(max(RUNS // 10, 10))
    for _ in range(REPEAT):
        if "w1" in PARTS:
            start = time.perf_counter()
            await many(RUNS)
            emit("W1 runs", RUNS / (time.perf_counter() - start), "runs/s")
        if "w2" in PARTS:
            start = time.perf_counter()
            await fan()
            emit("W2 fan-out 500+join", time.perf_counter() - start, "s")
        if "w3" in PARTS:
            start = time.perf_counter()
            await chain()
            emit("W3 chain, per step", (time.perf_counter() - start) * 1e3 / CHAIN, "ms")
        if "w4" in PARTS:
            times = []
            for _ in range(SINGLES):
                start = time.perf_counter()
                await three()
                times.append((time.perf_counter() - start) * 1e3)
            emit("W4 p50", percentile(times, 50), "ms")
            emit("W4 p99", percentile(times, 99), "ms")
