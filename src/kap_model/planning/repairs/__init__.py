"""Repairs: the smallest change that leaves no violated error."""
