"""An agent by the API of VOLTTRON 10 (package `volttron` 10)."""

from error_frames import patch
from volttron.client.vip.agent import Agent

patch()


def build(agent_class, *, identity, address, publickey, secretkey, serverkey):
    return agent_class(
        identity=identity,
        address=address,
        publickey=publickey,
        secretkey=secretkey,
        serverkey=serverkey,
        heartbeat_period=1,
        enable_store=True,
        message_bus="zmq",
    )


__all__ = ["Agent", "build"]
