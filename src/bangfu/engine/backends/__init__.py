"""Connections to the engines and what differs between them, nothing else."""
