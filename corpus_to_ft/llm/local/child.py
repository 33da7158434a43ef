"""Runs in a process of its own: llama.cpp's server on the loopback interface, for as long as its parent lives.

The native code may end the process, holds the interpreter while it loads, and gives its memory back only
when it ends; so nobody else lives here. The order comes as a line of JSON on standard input, which then
stays open: its end says that the parent is gone. The address goes to standard output behind the key, among
the log.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
from typing import Any

from corpus_to_ft.llm.local.order import Order

STDIN = 0
PR_SET_PDEATHSIG = 1
# What was computed of earlier prompts, so that a second attempt does not read its conversation again.
CACHE_MIB = 512


def main() -> None:
    parent = os.getppid()
    if sys.platform == "linux":
        # While the model loads no thread here can run, so the kernel has to see that the parent is gone.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    order = Order(**json.loads(_line()))
    threading.Thread(target=_end_with_parent, args=[parent], daemon=True).start()
    import xllamacpp

    try:
        server = xllamacpp.Server(_parameters(order))
    except RuntimeError:
        # Why is in the log, which a thread of the native code writes until the process ends in the ordinary way.
        sys.exit(1)
    kinds = xllamacpp.ggml_backend_dev_type
    gpus = [
        device["description"]
        for device in xllamacpp.get_device_info()
        if device["type"] not in (kinds.GGML_BACKEND_DEVICE_TYPE_CPU, kinds.GGML_BACKEND_DEVICE_TYPE_ACCEL)
    ]
    said = json.dumps({"address": server.listening_address, "gpus": gpus})
    print(f"\n{order.key} {said}", flush=True)
    threading.Event().wait()


def _line() -> bytes:
    """From the bare descriptor: a buffer's lock would be waited for when the process ends."""
    said = b""
    while not said.endswith(b"\n") and (more := os.read(STDIN, 65536)):
        said += more
    return said


def _end_with_parent(parent: int) -> None:
    if os.getppid() == parent:
        os.read(STDIN, 1)
    os._exit(0)


def _parameters(order: Order) -> Any:
    import xllamacpp

    wanted = xllamacpp.CommonParams()
    wanted.model.path = order.model
    wanted.model_alias = {order.name}
    wanted.hostnames = ["127.0.0.1"]
    wanted.port = order.port
    wanted.api_keys = [order.key]
    wanted.n_parallel = order.parallel
    wanted.n_ctx = order.context_tokens * order.parallel
    wanted.kv_unified = False
    for threads in (wanted.cpuparams, wanted.cpuparams_batch):
        threads.n_threads = order.threads
    wanted.n_gpu_layers = order.gpu_layers
    wanted.cache_ram_mib = CACHE_MIB
    wanted.use_jinja = True
    # Replies come as they are: the parser of tool calls and thoughts throws away what it cannot read.
    wanted.force_pure_content_parser = True
    if order.chat_template:
        wanted.chat_template = order.chat_template
    # Thinking aloud would use up the room of a reply, and what is wanted is JSON.
    wanted.enable_reasoning = 0
    wanted.verbosity = 1
    wanted.offline = True
    wanted.ui = wanted.endpoint_slots = False
    return wanted


if __name__ == "__main__":
    main()
