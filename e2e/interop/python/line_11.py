"""An agent by the API of VOLTTRON 11 (packages `volttron-core` 2, `volttron-lib-zmq` 2, `volttron-lib-auth` 2)."""

import json
import os
from pathlib import Path

from volttron.client.vip.agent import Agent
from volttron.types.agent_context import AgentOptions
from volttron.types.auth import VolttronCredentials


def build(agent_class, *, identity, address, publickey, secretkey, serverkey):
    # The only place where this line's client looks for the key of the router.
    store = Path(os.environ["VOLTTRON_HOME"]) / "credentials_store"
    store.mkdir(parents=True, exist_ok=True)
    platform = {"identity": "platform", "publickey": serverkey, "secretkey": "", "domain": "", "address": ""}
    (store / "platform.json").write_text(json.dumps(platform))
    return agent_class(
        credentials=VolttronCredentials(identity=identity, publickey=publickey, secretkey=secretkey),
        options=AgentOptions(heartbeat_autostart=True, heartbeat_period=1, enable_store=True),
        address=address,
    )


__all__ = ["Agent", "build"]
