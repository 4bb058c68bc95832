"""In and out by file: importers and exporters, one module a format, and what is handed in at the desk."""
