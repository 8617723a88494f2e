"""The class report: what is known of a class, what it says, and the page that shows it."""
