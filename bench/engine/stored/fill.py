"""fill.py FILE COUNT: copies the newest completed execution of three steps in a SQLite database,
with all rows that belong to it, until there are COUNT more. Columns are copied as they are, so that the schema
may change; only ids are made new."""
import sqlite3
import sys

PART = 20_000
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

db = sqlite3.connect(sys.argv[1], isolation_level=None)
count = int(sys.argv[2])
db.execute("pragma journal_mode=wal")
db.execute("pragma synchronous=normal")
db.execute("pragma cache_size=-400000")
db.execute("pragma foreign_keys=off")


def digits(number, places):
    text = ""
    for _ in range(places):
        number, digit = divmod(number, 32)
        text = ALPHABET[digit] + text
    return text


db.create_function("digits", 2, digits, deterministic=True)
newest = db.execute(
    "select id from executions where status = 'completed' and total_steps = 3 order by created_at desc, id desc limit 1"
).fetchone()[0]


def columns(table):
    return [row[1] for row in db.execute(f"pragma table_info({table})")]


# An id is a prefix and 26 characters that begin with its time: copies are older than the original.
def copy_id(expression, salt):
    return f"substr({expression}, 1, 6) || digits(n.value, 6) || digits(n.value * 7919 + {salt}, 8) || substr({expression}, 21)"


tables = [
    ("executions", "id", {}),
    ("execution_events", "execution_id", {}),
    ("execution_steps", "execution_id", {}),
    ("attempts", "execution_id", {"result_id": 2}),
    ("results", "execution_id", {"id": 2}),
]
# The rows to copy, looked for once and not for every copy.
for table, key, _ in tables:
    db.execute(f"create temp table one_{table} as select * from {table} where {key} = ?", (newest,))
db.execute("create temp table n (value integer primary key)")
made = 0
while made < count:
    part = min(PART, count - made)
    db.execute("begin")
    db.execute("delete from n")
    db.execute(
        "insert into n with recursive s(v) as (select ? union all select v + 1 from s where v < ?) select v from s",
        (made, made + part - 1),
    )
    for table, key, others in tables:
        names = columns(table)
        values = []
        for name in names:
            if name == key:
                values.append(copy_id("t." + name, 1))
            elif name in others:
                values.append(copy_id("t." + name, others[name]))
            elif name == "created_at":
                values.append("t.created_at - 100000000 + n.value")
            else:
                values.append("t." + name)
        order = ", ".join(values)
        db.execute(
            f"insert into main.{table} ({', '.join(names)}) select {order} from n cross join one_{table} t"
        )
    db.execute("commit")
    made += part
db.execute("pragma wal_checkpoint(truncate)")
print(f"{count} executions were added: {db.execute('select count(*) from executions').fetchone()[0]} are stored")
