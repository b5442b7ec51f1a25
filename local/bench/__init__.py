"""What the large report costs: `make bench` prints CPU seconds, step by step."""
