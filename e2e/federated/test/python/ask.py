"""Asks for a token once. Argument: options file. Prints its length, or the name of the status."""
import json
import sys

import grpc

from mila import Stub, channel, read

try:
    print(len(Stub(channel(json.loads(read(sys.argv[1])))).call("Authenticate", b"asker")[1]))
except grpc.RpcError as error:
    print(error.code().name)
