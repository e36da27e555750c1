"""For tests: Hypothesis strategies of plans, protocols and waivers (:mod:`.strategies`).

Nothing here is imported by the library itself; it needs the extra ``test``.
"""
