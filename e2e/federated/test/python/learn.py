"""Trains: arguments are the configuration, the checkpoint to begin with and the file to write."""
import json
import sys

configuration, latest, learned = sys.argv[1:]
value = float(open(latest).read() or "0")
open(learned, "w").write(str(value + json.load(open(configuration))["step"]))
