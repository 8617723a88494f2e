"""What runs on the student's side of the wall. It sees visionlab and nothing else of ours."""
