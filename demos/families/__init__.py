"""A family's methods side by side on one page: what they share, what was measured, what is still to be measured."""
