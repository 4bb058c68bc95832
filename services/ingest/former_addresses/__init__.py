"""Where addresses of the paper's former site lead."""
