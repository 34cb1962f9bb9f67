"""Django's PostgreSQL backend, with the address of our own cluster read when it first connects."""
