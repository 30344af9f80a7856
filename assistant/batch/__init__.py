"""A table of questions in, a file of cited answers out."""
