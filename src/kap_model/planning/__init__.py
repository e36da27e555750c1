"""Plans made from protocols: lawful by construction."""
