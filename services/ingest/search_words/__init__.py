"""What the newsroom says of readers' words: other names of the same, articles that answer a query."""
