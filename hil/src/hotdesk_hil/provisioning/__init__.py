"""Provisioning: the file that each phone of a cluster loads at its start, over HTTP and TFTP.

An oracle of its own: it shares no code with hotdesk_core, which reads such a file.
"""
