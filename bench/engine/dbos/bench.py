"""DBOS Transact on PostgreSQL or SQLite: bench.py pg|sqlite ready|bench|crash-start|crash-restart"""
import asyncio
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import common
from dbos import DBOS, SetWorkflowID

DATABASE, MODE = sys.argv[1], sys.argv[2]
AT_ONCE = 16
URL = common.PG_URL if DATABASE == "pg" else f"sqlite:///{common.FOLDER}/dbos.sqlite"


@DBOS.step()
async def noop(i: int) -> dict:
    return {"ok": True, "i": i}


@DBOS.workflow()
async def chain(steps: int) -> dict:
    result = {}
    for i in range(steps):
        result = await noop(i)
    return result


@DBOS.workflow()
async def fan(parts: int) -> dict:
    results = await asyncio.gather(*[noop(i) for i in range(parts)])
    return await noop(len(results))


PLACES = asyncio.Semaphore(common.CRASH_AT_ONCE)


@DBOS.step()
async def slow(run: str, step: int) -> dict:
    async with PLACES:
        common.step_line(run, step, "S")
        await asyncio.sleep(0.2)
        common.step_line(run, step, "E")
        return {"ok": True, "i": step}


@DBOS.workflow()
async def five(run: str) -> dict:
    result = {}
    for step in range(1, common.CRASH_STEPS + 1):
        result = await slow(run, step)
    return result


async def many(count):
    tag, places = time.time_ns(), asyncio.Semaphore(AT_ONCE)

    async def one(i):
        async with places:
            with SetWorkflowID(f"{tag}-{i}"):
                await chain(3)

    await asyncio.gather(*[one(i) for i in range(count)])


async def main():
    DBOS.launch()
    if MODE == "bench":
        await common.measure(
            many, lambda: fan(common.FAN), lambda: chain(common.CHAIN), lambda: chain(3)
        )
        return
    if MODE == "crash-start":
        for i in range(common.CRASH_RUNS):
            with SetWorkflowID(f"crash-{i}"):
                await DBOS.start_workflow_async(five, f"r{i}")
    print("READY", flush=True)
    await asyncio.sleep(3600)


DBOS(config={"name": "bench", "system_database_url": URL, "log_level": "ERROR", "application_version": "v1"})
asyncio.run(main())
os._exit(0)  # its background threads would keep the program
