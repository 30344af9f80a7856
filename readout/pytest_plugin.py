"""The plugin for pytest (see `eval.plugin`), under a name that is there however Readout was installed."""

from eval.plugin import pytest_addoption, pytest_collect_file, pytest_configure, pytest_terminal_summary

__all__ = ["pytest_addoption", "pytest_collect_file", "pytest_configure", "pytest_terminal_summary"]
