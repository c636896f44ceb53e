from households.models.change import ChangeProposal, LifeEvent
from households.models.household import BEGINNING, Category, Household, SupportClass
from households.models.income import Income
from households.models.living import LivingCondition
from households.models.person import FormerNumber, LabourSkill, Membership, Person, Relation
from households.models.register import RegisterBatch

__all__ = [
    "BEGINNING",
    "Category",
    "ChangeProposal",
    "FormerNumber",
    "Household",
    "Income",
    "LabourSkill",
    "LifeEvent",
    "LivingCondition",
    "Membership",
    "Person",
    "RegisterBatch",
    "Relation",
    "SupportClass",
]
