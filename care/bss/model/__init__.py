"""Frozen value types of the operator's world, one module per business topic.

Shapes and names stay near to the TM Forum Open APIs, so that an implementation over
those is a translation and nothing else. Import them from `care.bss.protocol`.
"""
