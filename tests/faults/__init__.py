"""`make faults`: a whole site under kills, floods, locks and misbehaving jobs; no run may be lost or doubled."""
