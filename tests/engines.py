"""The engines a home can stand on, for tests that must hold on each."""

import pytest

on_both_engines = pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
