"""Serve a model file with llama.cpp's server from the package xllamacpp, on a loopback port.

Arguments: the folder of the packages, the file, the model's name, the port, the threads.
"""
import sys
import time

packages, weights, name, port, threads = sys.argv[1:]
sys.path.insert(0, packages)

import xllamacpp  # noqa: E402  (found only after the path is set)

params = xllamacpp.CommonParams()
params.model.path = weights
params.model_alias = {name}
params.hostnames = ["127.0.0.1"]
params.port = int(port)
params.n_ctx = 4096
params.n_parallel = 1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(threads)
server = xllamacpp.Server(params)
print("listening", flush=True)
while True:
    time.sleep(3600)
