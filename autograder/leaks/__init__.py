"""What students must not get, and the search for it in what is handed out."""
