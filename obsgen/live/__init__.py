"""What asks servers that run: reports."""
