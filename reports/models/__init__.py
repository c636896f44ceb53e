from reports.models.closing import Closing, ClosingStep
from reports.models.edition import Edition, EditionSheet
from reports.models.export import ExportRun
from reports.models.layout import LayoutTerm, LedgerLayout

__all__ = ["Closing", "ClosingStep", "Edition", "EditionSheet", "ExportRun", "LayoutTerm", "LedgerLayout"]
