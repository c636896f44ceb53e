"""A made-up county to try the program with: fictional places and people, everything with codes starting with 99.

Not part of the product: it stands above all apps and uses their services as a county would. `python -m demo`.
"""
