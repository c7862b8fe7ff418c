"""How bytes come from Kafka and go to it: fetches, commits, the changelog, access."""
