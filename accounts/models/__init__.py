from accounts.models.audit import AuditEvent
from accounts.models.division import Division
from accounts.models.handover import HandOverCopy
from accounts.models.post import Department, Post, Role
from accounts.models.seal import AuditSeal
from accounts.models.second_factor import RecoveryCode, SecondFactor
from accounts.models.stored_file import StoredFile
from accounts.models.token import ApiToken
from accounts.models.user import PastPassword, User

__all__ = [
    "ApiToken",
    "AuditEvent",
    "AuditSeal",
    "Department",
    "Division",
    "HandOverCopy",
    "PastPassword",
    "Post",
    "RecoveryCode",
    "Role",
    "SecondFactor",
    "StoredFile",
    "User",
]
