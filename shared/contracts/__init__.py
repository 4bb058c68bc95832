"""Every name, queue, payload and route that crosses a service's border, once."""
