"""What each assignment asks, and how it goes wrong."""
