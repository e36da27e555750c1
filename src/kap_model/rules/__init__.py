"""The rules: one sentence, its sources, the limits it reads, one pure function each."""
