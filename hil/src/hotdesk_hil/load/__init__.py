"""Load on an Extension Mobility service: the command `hotdesk-load`, a locustfile over the package `hotdesk`.

Locust spawns the phones, hands them to its workers and counts their requests; what a phone and its person
do, and what is right in the end, is said here. Only `locustfile` and `options` import Locust, which patches
the process that imports it. The simulator must never import this package.
"""
