#!/usr/bin/env python3
"""A test double for llama.cpp's server: the same options, paths and key, no model.

The model's name says how it behaves: `dies-at-start`, `never-ready`, `dies-once` (in the
middle of its first answer) and anything else, which works. Every start is written down
beside the weights, and so is every key that was refused.
"""
import http.server
import json
import os
import sys

options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
weights, model = options["--model"], options["--alias"]


def note(suffix, text):
    with open(weights + suffix, "a", encoding="utf-8") as file:
        file.write(text + "\n")


note(".starts", str(os.getpid()))
with open(weights + ".starts", encoding="utf-8") as file:
    starts = len(file.readlines())
if model == "dies-at-start":
    sys.exit("the weights are broken")


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, media_type, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/health":
            status = 503 if model == "never-ready" else 200
            self.answer(status, "application/json", "{}")
        else:
            self.answer(200, "application/json", json.dumps({"data": [{"id": model}]}))

    def do_POST(self):
        length = int(self.headers["content-length"])
        asked = json.loads(self.rfile.read(length))
        if self.headers["authorization"] != "Bearer " + os.environ["LLAMA_API_KEY"]:
            note(".refused", "a wrong key")
            self.answer(401, "application/json", "{}")
            return
        event = lambda value: "data: " + json.dumps(value) + "\n\n"
        text = event({"model": asked["model"], "choices": [{"delta": {"content": "Hi"}}]})
        if model == "dies-once" and starts == 1:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            self.wfile.write(text.encode())
            self.wfile.flush()
            os._exit(9)
        text += event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        text += event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}})
        self.answer(200, "text/event-stream", text + "data: [DONE]\n\n")


address = (options["--host"], int(options["--port"]))
server = http.server.ThreadingHTTPServer(address, Handler)
print("listening", flush=True)
server.serve_forever()
