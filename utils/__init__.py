"""Plumbing of the course: the run profile, plots, claims, exercise checks and the data that the notebooks use."""
