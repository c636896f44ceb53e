"""Monitoring as it stood on any day; every figure of a ledger and the list behind it are these querysets."""
