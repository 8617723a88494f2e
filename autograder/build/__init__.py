"""From solutions/NN_name/NN_name.py to the executed solution and the released notebook."""
