"""Telephone numbers: how they are written, when two are the same, which call for help.

``spelling`` reads them, ``meaning`` compares them, ``help`` knows those nobody here may place, give or be given.
"""
