"""Messages and methods of mila.Mila, by hand: no compiler for .proto files is needed."""
import grpc


def _varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def encode(*fields):
    """Fields 1, 2, … of type bytes; empty ones are left out, as proto3 does."""
    return b"".join(
        _varint(number << 3 | 2) + _varint(len(value)) + value
        for number, value in enumerate(fields, 1)
        if value
    )


def decode(message):
    fields, at = {}, 0
    while at < len(message):
        numbers = []
        for _ in range(2):
            value = shift = 0
            while True:
                byte = message[at]
                at += 1
                value |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    break
            numbers.append(value)
        key, length = numbers
        fields[key >> 3] = message[at : at + length]
        at += length
    return fields


def read(path):
    with open(path, "rb") as file:
        return file.read()


def channel(options):
    """A channel by the option names of the system."""
    pairs = [tuple(pair) for pair in options["options"]]
    if not options["use_secure_connection"]:
        return grpc.insecure_channel(options["target"], options=pairs)
    credentials = grpc.ssl_channel_credentials(
        read(options["ssl_root_cert"]), read(options["ssl_private_key"]), read(options["ssl_cert"])
    )
    return grpc.secure_channel(options["target"], credentials, options=pairs)


class Stub:
    def __init__(self, channel):
        self._channel = channel

    def call(self, method, *fields):
        call = self._channel.unary_unary(f"/mila.Mila/{method}", request_serializer=None, response_deserializer=None)
        return decode(call(encode(*fields), timeout=20))
