"""Checking answers: probes, comparison, verdicts and what the student is shown of them."""
