from assistance.models.catalogue import MeasureType
from assistance.models.plan import Delivery, Measure, Plan

__all__ = ["Delivery", "Measure", "MeasureType", "Plan"]
