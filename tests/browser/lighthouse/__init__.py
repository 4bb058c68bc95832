"""`make lighthouse`: Google's scores of the readers' pages."""
