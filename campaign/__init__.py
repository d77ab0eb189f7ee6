"""When, who and how: plan, workflow, delivery, reach, panel and command line. The only house with a database."""

__version__ = "0.3.0"
