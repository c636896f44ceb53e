"""Posts (任职): who works where, as what, since when."""

from __future__ import annotations

from django.db import models

from accounts.querysets import PostQuerySet


class Role(models.TextChoices):
    VILLAGE_CADRE = "village_cadre", "村级监测员"
    TOWNSHIP_STAFF = "township_staff", "乡镇工作人员"
    TOWNSHIP_LEADER = "township_leader", "乡镇分管领导"
    COUNTY_BUREAU = "county_bureau", "县级主管部门"
    LIAISON = "liaison", "部门联络员"
    HELPER = "helper", "帮扶责任人"
    AUDITOR = "auditor", "审计监督"
    ADMINISTRATOR = "administrator", "系统管理员"


class Department(models.TextChoices):
    """Owners of feeds (contract section 3)."""

    MEDICAL_INSURANCE = "medical_insurance", "医保局"
    HEALTH = "health", "卫健局"
    EDUCATION = "education", "教体局"
    CIVIL_AFFAIRS = "civil_affairs", "民政局"
    DISABLED_FEDERATION = "disabled_federation", "残联"
    HOUSING = "housing", "住建局"
    WATER = "water", "水务局"
    EMERGENCY = "emergency", "应急局"
    HUMAN_RESOURCES = "human_resources", "人社局"
    PUBLIC_SECURITY = "public_security", "公安局"
    TRAFFIC_POLICE = "traffic_police", "公安交警"
    AGRICULTURE = "agriculture", "农业农村局"
    VEHICLE_OFFICE = "vehicle_office", "公安交管"
    NATURAL_RESOURCES = "natural_resources", "自然资源局"
    MARKET_REGULATION = "market_regulation", "市场监管局"
    FINANCE = "finance", "财政局"
    PETITIONS = "petitions", "信访局"


class Post(models.Model):
    """One duty of one user in one place for a time. No current post, no rows."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="posts", verbose_name="用户")
    division = models.ForeignKey("accounts.Division", models.PROTECT, related_name="posts", verbose_name="区划")
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    department = models.CharField("部门", max_length=30, choices=Department.choices, blank=True)
    starts_on = models.DateField("任职起")
    ends_on = models.DateField("任职止", null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="post_ends_after_start",
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
            ),
            models.CheckConstraint(
                name="post_department_for_liaison",
                condition=models.Q(role=Role.LIAISON) ^ models.Q(department=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.get_role_display()}"
