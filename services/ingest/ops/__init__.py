"""What operators see: gauges for Prometheus, and the page /ops/ for those who have none."""
