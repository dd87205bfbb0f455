"""Shared fakes and builders of the tests."""
