from records.models.base import HouseholdRecord, PersonRecord, PlaceRecord, Record, RecordBatch
from records.models.homes import House, IncomeFile, Relocation
from records.models.people import Job, LabourLoss, LowIncome, Schooling, WelfarePost
from records.models.places import Asset, Consultation, HotlineCase, KeyVillage, WaterWork
from records.models.problem import Problem, ProblemStep

__all__ = [
    "Asset",
    "Consultation",
    "HotlineCase",
    "House",
    "HouseholdRecord",
    "IncomeFile",
    "Job",
    "KeyVillage",
    "LabourLoss",
    "LowIncome",
    "PersonRecord",
    "PlaceRecord",
    "Problem",
    "ProblemStep",
    "Record",
    "RecordBatch",
    "Relocation",
    "Schooling",
    "WaterWork",
    "WelfarePost",
]
