"""Errors that a person caused and can mend: one plain Vietnamese sentence that says what to do."""


class Problem(Exception):
    """Something could not be done. The text is for the person at the screen; the exit code is 1."""

    exit_code = 1


class WrongUse(Problem):
    """The command, the configuration or the form was wrong. The exit code is 2."""

    exit_code = 2


class NotAllowed(Problem):
    """The user has no right to do this, or to know whether the thing exists."""
