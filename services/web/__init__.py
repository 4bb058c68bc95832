"""The readers' site: pages made from events, served as finished bytes."""
