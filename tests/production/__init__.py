"""Production mode without a container engine: docker-compose.yml read strictly, its processes run by hand."""
