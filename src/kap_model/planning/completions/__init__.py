"""Completions: what a running course still needs, at times that keep its protocol."""
