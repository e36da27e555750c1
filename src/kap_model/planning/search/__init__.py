"""What the search for a course's missing sessions is made of."""
