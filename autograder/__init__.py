"""What instructors run: build, grade, report and export, with the sandbox in between."""
