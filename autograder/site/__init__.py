"""The documentation site: README, docs/ and the notebooks with their outputs, as HTML."""
