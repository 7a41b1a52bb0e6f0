"""A python3-zmq DEALER at the end of a pipe.

The first line of input is its configuration. Each further line is a message to send: a JSON array of frames, each
frame's bytes as Latin-1 text. It prints ["event", name, value] and ["message", frames], and ends with its input.
"""
import json
import sys

import zmq
from zmq.utils.monitor import recv_monitor_message

EVENTS = {
    zmq.EVENT_HANDSHAKE_SUCCEEDED: "handshake",
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: "refused",
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: "protocol",
    zmq.EVENT_DISCONNECTED: "disconnect",
}


def say(*values):
    print(json.dumps(values), flush=True)


def main():
    config = json.loads(sys.stdin.buffer.raw.readline())
    dealer = zmq.Context().socket(zmq.DEALER)
    dealer.linger = 1
    dealer.routing_id = config["identity"].encode()
    dealer.reconnect_ivl = 50
    dealer.handshake_ivl = config["handshakeMs"]
    dealer.heartbeat_ivl = config["heartbeatMs"]
    dealer.heartbeat_timeout = 5 * config["heartbeatMs"]
    if config.get("curve"):
        dealer.curve_serverkey = config["curve"]["serverkey"].encode()
        dealer.curve_publickey = config["curve"]["publickey"].encode()
        dealer.curve_secretkey = config["curve"]["secretkey"].encode()
    monitor = dealer.get_monitor_socket()
    dealer.connect(config["endpoint"])
    poller = zmq.Poller()
    for source in (dealer, monitor, sys.stdin.fileno()):
        poller.register(source, zmq.POLLIN)
    while True:
        ready = dict(poller.poll())
        if monitor in ready:
            event = recv_monitor_message(monitor)
            if event["event"] in EVENTS:
                say("event", EVENTS[event["event"]], event["value"])
        if dealer in ready:
            say("message", [frame.decode("latin-1") for frame in dealer.recv_multipart()])
        if sys.stdin.fileno() in ready:
            line = sys.stdin.buffer.raw.readline()
            if not line:
                return
            dealer.send_multipart([frame.encode("latin-1") for frame in json.loads(line)])


main()
