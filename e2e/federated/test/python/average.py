"""Aggregates: arguments are the file to write and the checkpoints."""
import sys

into, *checkpoints = sys.argv[1:]
values = [float(open(path).read()) for path in checkpoints]
open(into, "w").write(str(sum(values) / len(values)))
