"""Protocols themselves: whether some course keeps them, and how two differ."""
