"""Drafts: whole courses from wishes and limits."""
