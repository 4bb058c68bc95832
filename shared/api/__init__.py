"""What both HTTP APIs share: how they describe themselves (OpenAPI 3.1), and the page that shows it."""
