"""The search for sessions that a course needs: exact, the earliest finish first."""
