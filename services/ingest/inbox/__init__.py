"""What people are told: what is given to them, asked of them, due, or has become of their stories."""
