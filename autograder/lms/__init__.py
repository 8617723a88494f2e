"""What goes to and comes from learning management systems: rosters, grades, submissions, dates."""
