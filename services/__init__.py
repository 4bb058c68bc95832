"""The four services. Each folder can be deployed, scaled and read alone; none imports another."""
