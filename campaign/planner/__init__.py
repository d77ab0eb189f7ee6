"""The planner: when each channel speaks, what it says there, and why. Pure: one input has one plan, byte for byte.

- `values`     what a plan is made from and what it is
- `openings`   when a channel is open at all
- `track`      the places at which a channel may speak, and how much of the campaign lies before each
- `field`, `spread`  the most even times on a track
- `ground`     a channel as the planner finds it: messages, track, room
- `aims`       how many posts the aims ask of each channel
- `moves`      what becomes of posts that stand already
- `times`      the times of one channel: what stays, what moves, which seats wait for a message
- `mix`        how many posts each pillar has on each channel
- `uses`       who has met which message how often
- `spacing`, `board`, `search`, `choose`  which message each seat carries, and which rules had to give way
- `draft`      all channels together, before the words are made
- `shortfall`, `unmet`  what is not met, what stands in the way, and the smallest change that would meet it
- `conduct`    `plan`: the steps in order
- `lane`, `voice`, `many`  the same for thousands of channels that share their hours
"""
