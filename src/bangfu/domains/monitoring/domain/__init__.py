"""The pure rules of proceedings, cases and the breaker."""
