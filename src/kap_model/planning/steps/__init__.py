"""Next steps and lawful moves of a running course."""
