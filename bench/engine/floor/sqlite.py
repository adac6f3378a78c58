"""sqlite.py FOLDER: commits of one row, then of a hundred, for three seconds each; rows a second."""
import os, sqlite3, sys, time
for rows in (1, 100):
    path = os.path.join(sys.argv[1], "floor.db")
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("pragma journal_mode=wal"); db.execute("pragma synchronous=full")
    db.execute("create table t(id integer primary key, run text, step int, body text)")
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < 3:
        db.execute("begin immediate")
        for _ in range(rows):
            db.execute("insert into t(run, step, body) values(?, ?, ?)", ("run-0001", count, '{"ok":true}')); count += 1
        db.execute("commit")
    print(count / (time.perf_counter() - start))
    db.close()
    for end in ("", "-wal", "-shm"):
        if os.path.exists(path + end): os.unlink(path + end)
