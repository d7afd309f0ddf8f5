"""What asks servers that run: reports, and whether they do what specs say."""
