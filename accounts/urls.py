"""Addresses of the door and of the staff."""

from django.urls import path

from accounts.views.audit import AuditLog
from accounts.views.door import Password, SignIn, SignOut
from accounts.views.guide import GuideChapter, GuideDoor
from accounts.views.handover import HandOver, HandOverSheet
from accounts.views.seals import AuditSeals
from accounts.views.second_factor import SecondFactorDoor, SecondFactorSetup
from accounts.views.staff import StaffList, StaffMember, StaffNew

urlpatterns = [
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", SignOut.as_view(), name="logout"),
    path("help/", GuideDoor.as_view(), name="guide"),
    path("help/<slug:slug>/", GuideChapter.as_view(), name="guide-chapter"),
    path("password/", Password.as_view(), name="password"),
    path("second-factor/", SecondFactorDoor.as_view(), name="second-factor"),
    path("second-factor/setup/", SecondFactorSetup.as_view(), name="second-factor-setup"),
    path("staff/", StaffList.as_view(), name="staff-list"),
    path("staff/new/", StaffNew.as_view(), name="staff-new"),
    path("staff/of/<str:username>/", StaffMember.as_view(), name="staff-member"),
    path("staff/of/<str:username>/handover/<int:pk>/", HandOver.as_view(), name="handover"),
    path("staff/handover/<int:pk>/", HandOverSheet.as_view(), name="handover-sheet"),
    path("audit/", AuditLog.as_view(), name="audit-log"),
    path("audit/seals/", AuditSeals.as_view(), name="audit-seals"),
]
