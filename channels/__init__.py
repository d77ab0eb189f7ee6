"""Where it goes: one file per kind of channel, the contract they keep, and simulators of the services."""
