"""Documents taken in: read into items, looked at, accepted, mended, undone.

previewing.py  reads a document in a process of its own and says of each entry what it is
accepting.py   writes what was looked at, batch by batch
direct.py      does both in one go, for the command line and the bundled catalogue
storing.py     batches of records into papers, lists, history and search index: what both write with
mending.py     problems read again, doubtful pairs decided
undoing.py     takes a whole import back, step by step
leases.py      one worker at a time on an import, in short transactions
"""
