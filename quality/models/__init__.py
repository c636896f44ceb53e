from quality.models.exemption import Exemption, ExemptionStep
from quality.models.fault import Fault
from quality.models.run import QualityRun

__all__ = ["Exemption", "ExemptionStep", "Fault", "QualityRun"]
