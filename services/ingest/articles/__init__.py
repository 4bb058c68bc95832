"""Articles, from what is sent to what readers get."""
