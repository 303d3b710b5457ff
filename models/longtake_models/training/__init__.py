"""Training: stages that resume, one command each (see models/README.md)."""
