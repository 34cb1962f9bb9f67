"""What time, leaving cadres and changed households do to proceedings."""
