"""volttron.Vip from Python, by hand. Arguments: options file, operation, its arguments. Prints JSON lines."""
import json
import sys

import grpc


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def encode(fields):
    out = b""
    for number, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, int):
                out += varint(number << 3) + varint(one)
            else:
                one = one if isinstance(one, bytes) else one.encode()
                out += varint(number << 3 | 2) + varint(len(one)) + one
    return out


def decode(message):
    fields, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        key = number()
        value = number()
        if key & 7 == 2:
            fields[key >> 3] = message[at : at + value].decode()
            at += value
        else:
            fields[key >> 3] = value
    return fields


def read(path):
    with open(path, "rb") as file:
        return file.read()


options, operation, *rest = json.loads(read(sys.argv[1])), *sys.argv[2:]
credentials = grpc.ssl_channel_credentials(read(options["root"]), read(options["key"]), read(options["cert"]))
channel = grpc.secure_channel(options["target"], credentials)


def say(value):
    print(json.dumps(value), flush=True)


try:
    if operation == "publish":
        topic, count = rest[0], int(rest[1])
        publications = [encode({1: topic, 3: json.dumps([{"n": n + 0.5}, {}])}) for n in range(count)]
        messages = (encode({1: publications[at : at + 7]}) for at in range(0, count, 7))
        taken = [decode(answer)[1] for answer in channel.stream_stream("/volttron.Vip/Publish")(messages)]
        say({"taken": taken[-1], "rising": taken == sorted(taken)})
    elif operation == "subscribe":
        for answer in channel.unary_stream("/volttron.Vip/Subscribe")(encode({1: rest[0], 2: 1})):
            fields = decode(answer)
            say({"topic": fields[1], "message": json.loads(fields[3]), "sender": fields[4]})
    elif operation == "call":
        peer, method, args = rest
        say(json.loads(decode(channel.unary_unary("/volttron.Vip/Call")(encode({1: peer, 2: method, 3: args})))[1]))
    elif operation == "query":
        request = encode({1: rest[0], 5: int(rest[1]), 6: "LAST_TO_FIRST"})
        say(json.loads(decode(channel.unary_unary("/volttron.Vip/Query")(request))[1]))
except grpc.RpcError as error:
    say({"status": error.code().name, "details": error.details()})
