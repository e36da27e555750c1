"""Planning: drafts, next steps, completions, repairs, and protocols themselves."""
