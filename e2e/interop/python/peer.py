"""A Python agent that does what it is told: one JSON object a line on standard input, and one a line on standard output.

    {"id": 1, "do": "call", "peer": "p", "method": "m", "args": [1], "kwargs": {}}   ->  {"id": 1, "result": ...}
                                                                           or  {"id": 1, "error": {"type", "message"}}

Without being asked it says {"event": "connected"}, and {"event": "publication" | "config" | "call" | "peer added" | "peer
dropped", ...}.
"""

import gevent.monkey

gevent.monkey.patch_all()

import importlib
import json
import logging
import sys

import gevent
from gevent.event import AsyncResult, Event
from gevent.fileobject import FileObject
from volttron.client.vip.agent.subsystems.query import Query

settings = json.loads(sys.argv[1])
line = importlib.import_module(settings.pop("line"))
answers = sys.stdout
sys.stdout = sys.stderr


def say(**what):
    answers.write(json.dumps(what) + "\n")
    answers.flush()


def settled(result):
    """What a call came to: some methods hand out results of results."""
    while isinstance(result, (AsyncResult, gevent.Greenlet)):
        result = result.get(timeout=30)
    return result


class Peer(line.Agent):
    def exported(self):
        self.vip.rpc.export(self.double, "double")
        self.vip.rpc.export(self.echo, "echo")
        self.vip.rpc.export(self.fail, "fail")
        self.vip.peerlist.onadd.connect(self.peer_added)
        self.vip.peerlist.ondrop.connect(self.peer_dropped)
        self.vip.config.subscribe(self.configured, actions=("NEW", "UPDATE", "DELETE"), pattern="*")

    def double(self, n):
        return 2 * n

    def echo(self, *args, **kwargs):
        say(event="call", args=args, kwargs=kwargs)
        return {"args": args, "kwargs": kwargs}

    def fail(self):
        raise ValueError("this method always fails")

    def configured(self, name, action, contents):
        say(event="config", name=name, action=action, contents=contents)

    def peer_added(self, sender, peer, **kwargs):
        say(event="peer added", peer=peer)

    def peer_dropped(self, sender, peer, **kwargs):
        say(event="peer dropped", peer=peer)

    def published(self, peer, sender, bus, topic, headers, message):
        say(event="publication", sender=sender, bus=bus, topic=topic, headers=headers, message=message)

    def call(self, peer, method, args=(), kwargs=None):
        return self.vip.rpc.call(peer, method, *args, **(kwargs or {}))

    def publish(self, topic, message, headers=None):
        return self.vip.pubsub.publish("pubsub", topic, headers=headers, message=message)

    def subscribe(self, prefix):
        return self.vip.pubsub.subscribe("pubsub", prefix, self.published)

    def unsubscribe(self, prefix):
        return self.vip.pubsub.unsubscribe("pubsub", prefix, self.published)

    def subscriptions(self):
        return self.vip.pubsub.list("pubsub")

    def hello(self, peer=""):
        return self.vip.hello.hello(peer)

    def ping(self, peer=""):
        return self.vip.ping.ping(peer, "some data")

    def peers(self):
        return self.vip.peerlist()

    def query(self, name):
        return Query(self.core).query(name)

    def set_status(self, status, context):
        return self.vip.health.set_status(status, context)

    def health(self):
        return self.vip.health.get_status_value()

    def config_list(self):
        return self.vip.config.list()

    def config_get(self, name):
        return self.vip.config.get(name)

    def config_set(self, name, contents, trigger_callback=False):
        return self.vip.config.set(name, contents, trigger_callback=trigger_callback, send_update=True)

    def config_delete(self, name):
        return self.vip.config.delete(name, trigger_callback=True, send_update=True)

    def config_default(self, name, contents):
        return self.vip.config.set_default(name, contents)

    def stop(self):
        self.core.stop(timeout=5)

    def obey(self, id, do, **kwargs):
        try:
            say(id=id, result=settled(getattr(self, do)(**kwargs)))
        except (Exception, gevent.Timeout) as error:
            say(id=id, error={"type": type(error).__name__, "message": str(error)})


def main():
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    peer = line.build(Peer, **settings)
    peer.exported()
    running = Event()
    core = gevent.spawn(peer.core.run, running)
    gevent.spawn(lambda: (running.wait(), say(event="connected")))

    def read():
        for command in FileObject(sys.stdin.buffer, "rb"):
            gevent.spawn(peer.obey, **json.loads(command))
        peer.core.stop(timeout=5)

    gevent.spawn(read)
    core.join()
    say(event="ended")


main()
