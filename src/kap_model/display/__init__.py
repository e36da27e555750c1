"""Values as people read them: pure functions to text."""
