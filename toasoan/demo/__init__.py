"""The demo paper: articles and pictures about the invented district of Mường Sáng, made for this project."""
