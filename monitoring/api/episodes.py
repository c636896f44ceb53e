"""Episodes: the list, one with its turns, what clearing still lacks, cancelling."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, ListQuery, narrow, within
from accounts.api.fields import Day, DivisionCode, Flag, Input, Output, PastDay, Text, Version, choice_of
from accounts.api.schema import doc
from accounts.api.serializers import PersonName
from households.api.brief import HouseholdBrief, with_briefs
from monitoring.exit_checks import check_exit
from monitoring.models import Episode
from monitoring.risks import MonitoredType
from monitoring.services.episodes import cancel_episode

TAG = "监测周期"


class EpisodeOut(Output):
    uid = serializers.UUIDField()
    household = HouseholdBrief()
    serial = serializers.IntegerField()
    monitored_type = serializers.CharField()
    risks = serializers.ListField(child=serializers.CharField())
    state = serializers.CharField()
    state_name = serializers.CharField(source="get_state_display")
    identified_on = serializers.DateField()
    cleared_on = serializers.DateField(allow_null=True)
    clear_method = serializers.CharField()
    secured = serializers.BooleanField(help_text="兜底保障，暂不标注消除")
    reidentified = serializers.BooleanField()
    next_follow_up_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class TurnOut(Output):
    kind = serializers.CharField()
    kind_name = serializers.CharField(source="get_kind_display")
    happened_on = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    household_size = serializers.IntegerField()
    actor = PersonName(allow_null=True)
    note = serializers.CharField()


class EpisodeDetail(EpisodeOut):
    events = serializers.SerializerMethodField(help_text="识别、消除、回退等，已更正的不列")

    @extend_schema_field(TurnOut(many=True))
    def get_events(self, episode: Episode) -> Any:
        rows = episode.events.standing().select_related("actor")
        return TurnOut(rows, many=True).data


class EpisodeQuery(ListQuery):
    division = DivisionCode(required=False)
    household = serializers.UUIDField(required=False)
    state = choice_of(Episode.State.values, required=False)
    monitored_type = choice_of(MonitoredType.values, required=False)
    main_risk = Text(20, required=False)
    follow_up_due = Flag(required=False, help_text="true：只要今天应走访的")


class ExitQuery(Input):
    on = Day(required=False, help_text="不填为今天")
    securing = Flag(required=False, help_text="true：按兜底保障的条件")


class ExitOut(Output):
    key = serializers.CharField()
    title = serializers.CharField()
    ok = serializers.BooleanField()
    evidence = serializers.CharField()


class EpisodeCancelIn(Input):
    version = Version()
    reason = Text(500)
    happened_on = PastDay(required=False, help_text="不填为今天")


def episodes_of(view: Endpoint) -> QuerySet[Episode]:
    return with_briefs(Episode.objects.visible_to(view.user))


class EpisodesView(Endpoint):
    tag = TAG
    query_class = EpisodeQuery

    @doc("监测周期列表", answer=EpisodeOut, many=True)
    def get(self, request: Request) -> Response:
        today = self.context()["today"]
        rows = narrow(
            episodes_of(self),
            self.query,
            division=within,
            household="household__uid",
            state="state",
            monitored_type="monitored_type",
            main_risk="main_risk",
            follow_up_due=lambda rows, wanted: rows.follow_up_due(today) if wanted else rows,
        )
        return self.pages(rows, EpisodeOut)


class EpisodeView(Endpoint):
    tag = TAG

    @doc("一个监测周期", answer=EpisodeDetail)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(EpisodeDetail, self.find(episodes_of(self), uid=uid))


class ExitView(Endpoint):
    tag = TAG
    query_class = ExitQuery

    @doc("风险消除条件逐项核对", answer=ExitOut(many=True))
    def get(self, request: Request, uid: UUID) -> Response:
        episode = self.find(episodes_of(self), uid=uid)
        on = self.query.get("on") or self.context()["today"]
        found = check_exit(episode=episode, on=on, securing=self.query.get("securing", False))
        return Response(ExitOut(found, many=True).data)


class CancelEpisodeView(Endpoint):
    tag = TAG

    @doc("注销监测（整户死亡或迁出）", request=EpisodeCancelIn, answer=EpisodeDetail)
    def post(self, request: Request, uid: UUID) -> Response:
        episode, given = self.find(episodes_of(self), uid=uid), self.read(EpisodeCancelIn)
        cancel_episode(episode=episode, **given, actor=self.user, at=self.at)
        return self.answer(EpisodeDetail, self.find(episodes_of(self), uid=uid))
