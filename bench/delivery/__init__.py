"""How fast and how surely posts are delivered, beside task queues that others use. Run `python -m bench.delivery`."""
