"""What readers read: asked of the counter, shown as pages, charts and tables."""
