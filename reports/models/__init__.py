from reports.models.export import ExportRun

__all__ = ["ExportRun"]
