"""Documents in and out: a module for each kind, with its strict loaders and canonical dumpers.

``plans``, ``protocols``, ``fees``, ``lists`` (waivers and slots), and ``schemas``, which describes
them all. Nothing is loaded here: each kind loads by itself.
"""
