"""A bare pyzmq ROUTER that forwards: to the identity in the first frame, or to every sink when that frame is empty."""
import json
import os
import sys
import threading

import zmq


def end_with_input():
    sys.stdin.read()
    os._exit(0)


config = json.loads(sys.stdin.readline())
router = zmq.Context().socket(zmq.ROUTER)
router.set(zmq.SNDHWM, 6000)
router.set(zmq.RCVHWM, 6000)
if config.get("curve"):
    router.curve_secretkey = config["curve"]["serverSecret"].encode()
    router.curve_publickey = config["curve"]["serverKey"].encode()
    router.curve_server = True
router.bind(config["bind"])
print(json.dumps({"endpoint": router.get(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()}), flush=True)
threading.Thread(target=end_with_input, daemon=True).start()

receive, send = router.recv_multipart, router.send_multipart
count = config["subscribers"]
sinks = [b"sink"] if count == 1 else [b"sink%d" % number for number in range(count)]
while True:
    frames = receive()
    recipient, frames[1] = frames[1], frames[0]
    for sink in (recipient,) if recipient else sinks:
        frames[0] = sink
        send(frames)
