"""LangGraph with a durable checkpointer: bench.py sqlite|pg ready|bench|crash-start|crash-restart

A library: nothing restarts interrupted threads, so `crash-restart` does what its documentation
says, and invokes each thread again whose state still has a next node.
"""
import asyncio
import operator
import os
import sys
import time
from typing import Annotated, TypedDict

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import common
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

DATABASE, MODE = sys.argv[1], sys.argv[2]
AT_ONCE = 16


class State(TypedDict, total=False):
    out: Annotated[list, operator.add]
    n: int
    run: str


async def noop(state):
    return {"n": state.get("n", 0) + 1}


def three_steps():
    graph = StateGraph(State)
    for i in range(3):
        graph.add_node(f"s{i}", noop)
    graph.add_edge(START, "s0")
    graph.add_edge("s0", "s1")
    graph.add_edge("s1", "s2")
    graph.add_edge("s2", END)
    return graph


def fan_out():
    async def part(state):
        return {"out": [{"ok": True, "i": state["n"]}]}

    async def join(state):
        return {"n": len(state["out"])}

    graph = StateGraph(State)
    graph.add_node("part", part)
    graph.add_node("join", join)
    graph.add_conditional_edges(
        START, lambda _: [Send("part", {"n": i}) for i in range(common.FAN)], ["part"]
    )
    graph.add_edge("part", "join")
    graph.add_edge("join", END)
    return graph


def long_chain():
    graph = StateGraph(State)
    graph.add_node("s", noop)
    graph.add_edge(START, "s")
    graph.add_conditional_edges("s", lambda s: END if s["n"] >= common.CHAIN else "s", ["s", END])
    return graph


def five_slow_steps():
    def slow(step):
        async def work(state):
            common.step_line(state["run"], step, "S")
            await asyncio.sleep(0.2)
            common.step_line(state["run"], step, "E")
            return {"n": step}

        return work

    graph = StateGraph(State)
    for step in range(1, common.CRASH_STEPS + 1):
        graph.add_node(f"s{step}", slow(step))
        graph.add_edge(START if step == 1 else f"s{step - 1}", f"s{step}")
    graph.add_edge(f"s{common.CRASH_STEPS}", END)
    return graph


async def saver():
    if DATABASE == "sqlite":
        import aiosqlite
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

        made = AsyncSqliteSaver(await aiosqlite.connect(os.path.join(common.FOLDER, "langgraph.sqlite")))
    else:
        from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
        from psycopg.rows import dict_row
        from psycopg_pool import AsyncConnectionPool

        settings = dict(autocommit=True, prepare_threshold=0, row_factory=dict_row)
        pool = AsyncConnectionPool(common.PG_URL, min_size=4, max_size=AT_ONCE, open=False, kwargs=settings)
        await pool.open()
        made = AsyncPostgresSaver(pool)
    await made.setup()
    return made


def thread(name):
    return {"configurable": {"thread_id": name}, "recursion_limit": 10 * common.CHAIN}


async def invoke_all(graph, names, state, limit):
    places = asyncio.Semaphore(limit)

    async def one(name):
        async with places:
            await graph.ainvoke(state(name), thread(name), durability="sync")

    await asyncio.gather(*[one(name) for name in names])


async def main():
    checkpoints = await saver()
    graphs = (three_steps(), fan_out(), long_chain(), five_slow_steps())
    three, fan, chain, five = [graph.compile(checkpointer=checkpoints) for graph in graphs]

    def fresh():
        return thread(f"t{time.time_ns()}")

    if MODE == "bench":
        async def many(count):
            tag = time.time_ns()
            await invoke_all(three, [f"{tag}-{i}" for i in range(count)], lambda _: {"n": 0}, AT_ONCE)

        await common.measure(
            many,
            lambda: fan.ainvoke({"out": []}, fresh(), durability="sync"),
            lambda: chain.ainvoke({"n": 0}, fresh(), durability="sync"),
            lambda: three.ainvoke({"n": 0}, fresh(), durability="sync"),
        )
        return
    print("READY", flush=True)
    if MODE == "crash-start":
        names = [f"r{i}" for i in range(common.CRASH_RUNS)]
        await invoke_all(five, names, lambda name: {"run": name, "n": 0}, common.CRASH_AT_ONCE)
    if MODE == "crash-restart":
        known = {c.config["configurable"]["thread_id"] async for c in checkpoints.alist(None)}
        names = [name for name in known if (await five.aget_state(thread(name))).next]
        await invoke_all(five, names, lambda _: None, common.CRASH_AT_ONCE)
    await asyncio.sleep(3600)


asyncio.run(main())
os._exit(0)  # its database's threads would keep the program
