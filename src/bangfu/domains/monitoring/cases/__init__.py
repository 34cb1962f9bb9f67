"""Cases: their checks, notices, batches of decisions and what follows a decision."""
