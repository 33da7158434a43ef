"""An OpenAI-shaped model server of our own, a process beside the tests: truthful by default, faulty by order.

    python -m tests.model_server --port 0 --latency-ms 200 --faults '{"500": 0.1, "hang": 0.02}'

It prints {"port", "admin_port"} on stdout and listens on the loopback address only. `POST /__settings` changes
what it does, `GET /__stats` tells what it saw, `POST /__reset` forgets that; the admin port answers the same
three while the other one is down. Its answers come from the source inside the prompt, so what is made of them
holds as examples; every fault is decided by seed, prompt and attempt, so a run can be repeated.
"""
