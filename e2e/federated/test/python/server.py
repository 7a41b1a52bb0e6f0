"""A server of the service, as that system's own. Argument: options file. Prints its port, ends with its input."""
import json
import sys
from concurrent import futures

import grpc

from mila import decode, encode, read

options = json.loads(read(sys.argv[1]))


def method(answer):
    return grpc.unary_unary_rpc_method_handler(lambda request, context: answer(decode(request), context))


rounds = {"left": 2}


def request_model(_request, context):
    if rounds["left"] == 0:
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "over")
    return encode(b'{"step": 1}', b"0")


def send_checkpoint(request, _context):
    rounds["left"] -= 1
    print(request[2].decode(), flush=True)
    return b""


server = grpc.server(futures.ThreadPoolExecutor(), options=[tuple(pair) for pair in options["options"]])
handlers = {
    "Authenticate": method(lambda _request, _context: encode(b"0" * 36)),
    "Heartbeat": method(lambda _request, _context: b""),
    "Close": method(lambda _request, _context: b""),
    "RequestModel": method(request_model),
    "SendCheckpoint": method(send_checkpoint),
}
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("mila.Mila", handlers),))
credentials = grpc.ssl_server_credentials(
    [(read(options["ssl_private_key"]), read(options["ssl_cert"]))], read(options["ssl_root_cert"]), True
)
print(server.add_secure_port("localhost:0", credentials), flush=True)
server.start()
sys.stdin.read()
server.stop(0)
