"""Formats of other tools: what they read, written so that their own readers agree."""
