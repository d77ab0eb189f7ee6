"""The panel: what editors, approvers, operators and reviewers use every day, in Vietnamese."""
