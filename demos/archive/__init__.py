"""The whole site in one folder, and back: see `tables` for what is in it, `dumping` and `loading` for how."""
