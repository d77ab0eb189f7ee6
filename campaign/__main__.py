"""`python -m campaign` is the `lantoa` command."""

from campaign.cli import main

main()
