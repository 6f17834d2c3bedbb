"""Tools around hotdesk: the Extension Mobility service simulator (`emservice`) and the test rig (`rig`).

Never imports `hotdesk_core` or its bindings: what is here is the other side of the wire.
"""
