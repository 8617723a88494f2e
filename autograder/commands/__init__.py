"""What each command of the command line does; every function returns the exit status."""
