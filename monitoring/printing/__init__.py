"""Papers of a case as they are printed: what stands in them, as A4 pages and as Word files that a county may reword."""
