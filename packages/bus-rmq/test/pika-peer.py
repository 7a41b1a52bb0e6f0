"""A peer by python3-pika: one JSON line says what to do, one JSON line tells each message that comes."""
import json
import ssl
import sys
import threading

import pika

setup = json.loads(sys.stdin.readline())
context = ssl.create_default_context(cafile=setup["ca"])
context.load_cert_chain(setup["cert"], setup["key"])
parameters = pika.ConnectionParameters(
    host="127.0.0.1",
    port=setup["port"],
    virtual_host="volttron",
    credentials=pika.credentials.ExternalCredentials(),
    ssl_options=pika.SSLOptions(context, "localhost"),
)
connection = pika.BlockingConnection(parameters)
channel = connection.channel()
channel.queue_declare(setup["user"], exclusive=True, auto_delete=True)
for key in setup["keys"]:
    channel.queue_bind(setup["user"], "volttron", key)


def tell(_channel, method, properties, body):
    fields = ("app_id", "type", "message_id", "content_type", "user_id", "delivery_mode", "headers")
    said = {name: getattr(properties, name) for name in fields}
    print(json.dumps({"key": method.routing_key, "body": body.decode(), **said}), flush=True)


def publish(order):
    properties = pika.BasicProperties(**order["properties"])
    channel.basic_publish("volttron", order["key"], order["body"], properties)


def read_orders():
    for line in sys.stdin:
        order = json.loads(line)
        connection.add_callback_threadsafe(lambda order=order: publish(order))
    connection.add_callback_threadsafe(channel.stop_consuming)


channel.basic_consume(setup["user"], tell, auto_ack=True)
print(json.dumps({"ready": True}), flush=True)
threading.Thread(target=read_orders, daemon=True).start()
channel.start_consuming()
