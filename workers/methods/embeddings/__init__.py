"""Sentence embeddings: one vector a sentence, near another's where the two mean the same."""
