from monitoring.models.application import Application, ApplicationPoint
from monitoring.models.calendar import CalendarDay
from monitoring.models.case import Appraisal, Authorisation, Case, Comparison, DutyTaken, Notice, Objection
from monitoring.models.clue import Clue, Hit
from monitoring.models.desk import PaperTemplate, ReturnReason
from monitoring.models.episode import Episode, EpisodeEvent
from monitoring.models.feed import FeedBatch, FeedReply, FeedRow
from monitoring.models.heading import FeedUpload, HeadingMapping
from monitoring.models.policy import PolicyValue
from monitoring.models.run import MatchRun
from monitoring.models.serial import Serial
from monitoring.models.transition import Transition
from monitoring.models.visit import Visit, Visitor, VisitSignature
from monitoring.models.visit_draft import DraftFile, VisitDraft

__all__ = [
    "Application",
    "ApplicationPoint",
    "Appraisal",
    "Authorisation",
    "CalendarDay",
    "Case",
    "Clue",
    "Comparison",
    "DraftFile",
    "DutyTaken",
    "Episode",
    "EpisodeEvent",
    "FeedBatch",
    "FeedReply",
    "FeedRow",
    "FeedUpload",
    "HeadingMapping",
    "Hit",
    "MatchRun",
    "Notice",
    "Objection",
    "PaperTemplate",
    "PolicyValue",
    "ReturnReason",
    "Serial",
    "Transition",
    "Visit",
    "VisitDraft",
    "VisitSignature",
    "Visitor",
]
