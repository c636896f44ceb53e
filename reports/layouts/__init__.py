"""Layouts of ledgers as counties change them: declared, applied, written as a workbook, read back and judged."""
