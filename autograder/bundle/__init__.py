"""What students download: notebooks, library, environment and a README, and nothing else."""
