"""Temporal's development server and its Python worker: bench.py worker|bench|crash-submit"""
import asyncio
import os
import sys
import time
from datetime import timedelta

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

with workflow.unsafe.imports_passed_through():
    import common

ADDRESS = os.environ.get("BENCH_TEMPORAL", "127.0.0.1:7233")
AT_ONCE = 50
LIMIT = timedelta(seconds=30)
# Without heartbeats this is how long a cut-off activity is waited for.
SLOW_LIMIT = timedelta(seconds=10)


@activity.defn
async def noop(i: int) -> dict:
    return {"ok": True, "i": i}


@activity.defn
async def slow(run: str, step: int) -> dict:
    common.step_line(run, step, "S")
    await asyncio.sleep(0.2)
    common.step_line(run, step, "E")
    return {"ok": True, "i": step}


@workflow.defn
class Chain:
    @workflow.run
    async def run(self, steps: int) -> dict:
        result = {}
        for i in range(steps):
            result = await workflow.execute_activity(noop, i, start_to_close_timeout=LIMIT)
        return result


@workflow.defn
class Fan:
    @workflow.run
    async def run(self, parts: int) -> dict:
        calls = [workflow.execute_activity(noop, i, start_to_close_timeout=LIMIT) for i in range(parts)]
        results = await asyncio.gather(*calls)
        return await workflow.execute_activity(noop, len(results), start_to_close_timeout=LIMIT)


@workflow.defn
class Five:
    @workflow.run
    async def run(self, run: str) -> dict:
        result = {}
        for step in range(1, common.CRASH_STEPS + 1):
            result = await workflow.execute_activity(slow, args=[run, step], start_to_close_timeout=SLOW_LIMIT)
        return result


async def connect():
    for _ in range(200):
        try:
            return await Client.connect(ADDRESS)
        except Exception:
            await asyncio.sleep(0.1)
    raise SystemExit(f"no Temporal server answers at {ADDRESS}")


async def main():
    client = await connect()
    if sys.argv[1] == "worker":
        worker = Worker(
            client,
            task_queue="bench",
            workflows=[Chain, Fan, Five],
            activities=[noop, slow],
            max_concurrent_activities=int(os.environ.get("BENCH_ACTIVITIES", "100")),
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        print("READY", flush=True)
        await worker.run()
        return
    if sys.argv[1] == "crash-submit":
        for i in range(common.CRASH_RUNS):
            await client.start_workflow(Five.run, f"r{i}", id=f"crash-{i}", task_queue="bench")
        return

    def execute(run, argument):
        return client.execute_workflow(run, argument, id=f"w{time.time_ns()}", task_queue="bench")

    async def many(count):
        places = asyncio.Semaphore(AT_ONCE)

        async def one():
            async with places:
                await execute(Chain.run, 3)

        await asyncio.gather(*[one() for _ in range(count)])

    await common.measure(
        many,
        lambda: execute(Fan.run, common.FAN),
        lambda: execute(Chain.run, common.CHAIN),
        lambda: execute(Chain.run, 3),
    )


asyncio.run(main())
# Its native part may break down while the interpreter takes it apart; everything is printed by now.
sys.stdout.flush()
os._exit(0)
