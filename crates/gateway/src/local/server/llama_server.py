"""Serve one model on a loopback port with llama.cpp's server from the package xllamacpp.

The first line of standard input is a JSON object with the options; it carries the key,
which must not stand in the command line for everyone to see. The server ends when
standard input closes, that is, when the program that started it has ended.
"""
import json
import os
import sys
import threading

options = json.loads(sys.stdin.readline())
sys.path.insert(0, options["packages"])


def end_with_parent():
    while os.read(0, 4096):
        pass
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

import xllamacpp  # noqa: E402  (found only after the path is set)

params = xllamacpp.CommonParams()
params.model.path = options["weights"]
params.model_alias = {options["model"]}
params.hostnames = ["127.0.0.1"]
params.port = options["port"]
params.api_keys = [options["key"]]
params.n_ctx = options["context_tokens"]
params.n_parallel = 1
params.cpuparams.n_threads = options["threads"]
params.cpuparams_batch.n_threads = options["threads"]
params.ui = False


def prefer(holder, name, value):
    """Set an option that not every version has; without it the server merely does worse."""
    if hasattr(holder, name):
        setattr(holder, name, value)
    else:
        print(f"this xllamacpp has no option {name}; going on without {name} = {value}", flush=True)


# finished conversations are kept here, up to 8 GiB by default; ours do not come back
prefer(params, "cache_ram_mib", 0)
# penalties look this far back; the default of 64 forgets the first entries of a list
prefer(params.sampling, "penalty_last_n", 256)
# what is being asked is nobody else's business
prefer(params, "endpoint_slots", False)

server = xllamacpp.Server(params)
print("listening on", server.listening_address, flush=True)
threading.Event().wait()
