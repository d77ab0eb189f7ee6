"""The command line of a peer, run with the Python of the peers' environment.

`python -m bench.delivery.peer MODULE put N` puts the tasks 1 to N into its queue; `... MODULE work` is a worker.
"""

import sys
from importlib import import_module


def main() -> None:
    """Do what the command line says."""
    module, action, *tasks = sys.argv[1:]
    getattr(import_module(f"bench.delivery.{module}"), action)(*map(int, tasks))


if __name__ == "__main__":
    main()
