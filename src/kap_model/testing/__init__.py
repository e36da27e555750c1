"""For tests: strategies of Hypothesis, plans with what is expected of them, a pytest plugin.

They are :mod:`.strategies`, :mod:`.cases` and :mod:`.pytest_plugin`. Nothing here is imported by
the library itself. The extra ``test`` brings what they need.
"""
