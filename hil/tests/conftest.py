"""Fixtures that several folders of tests use."""

from chromium import browser

__all__ = ["browser"]
