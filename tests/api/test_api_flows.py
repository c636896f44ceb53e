"""Whole pieces of work through the API, as a phone and a department's program do them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from builders import make_episode, make_household, make_jpeg
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Role, User
from assistance.services.catalogue import install_standard
from assistance.services.plans import open_plan
from households.models import Household
from monitoring.models import Clue, Visit

pytestmark = pytest.mark.usefixtures("clock")
JPEG = make_jpeg()
FEED = "序号,姓名,证件号码,病种,确诊日期\n1,张三,{number},肺癌,2026-09-03\n2,李四,123,肝癌,2026-09-04\n"


@pytest.fixture
def household(village: Any) -> Household:
    return make_household(village)


def photo(caller: Any) -> str:
    return caller.upload("/files/", file=SimpleUploadedFile("入户.jpg", JPEG)).json()["sha256"]


def visit(household: Household, clue: str, caller: Any) -> dict[str, Any]:
    return {
        "household": str(household.uid),
        "kind": "check",
        "visited_on": "2026-11-10",
        "clue": clue,
        "visitors": [{"username": "owner"}, {"name": "王五", "unit": "石桥镇政府"}],
        "photos": [photo(caller)],
        "content": {"finding": "true", "signed": True, "risks": ["因病"], "difficulties": "住院花费大"},
        "income": {"items": {"wage": {"务工收入": "12000.00"}}, "own_payments": "3000.00"},
        "condition": {"schooling_ok": True, "insurance_ok": True, "housing_ok": None},
    }


def test_a_clue_goes_from_registering_to_a_case(api: Any, owner: User, household: Household) -> None:
    caller = api(owner)
    sent = {"household": str(household.uid), "risk": "因病", "channel": "02", "content": "户主住院"}
    clue = caller.post("/clues/", sent).json()
    assert (clue["state"], clue["household"]["head"], clue["content"]) == ("to_verify", "张三", "户主住院")
    assert "verify" in [action["action"] for action in clue["actions"]]

    path, body = f"/visits/{uuid4()}/", visit(household, clue["uid"], caller)
    first, again = caller.put(path, body), caller.put(path, body)
    assert (first.status_code, again.content) == (200, first.content)
    assert Visit.objects.count() == 1
    other = caller.put(path, {**body, "visited_on": "2026-11-10", "content": {"finding": "unfounded"}})
    assert (other.status_code, other.json()["code"]) == (409, "uid_taken")
    assert first.json()["income"]["net_per_capita"] == "4000.00"

    verified = step(caller, "clues", clue, "verify", visit=first.json()["uid"])
    assert verified["state"] == "verified"
    identified = step(caller, "clues", verified, "identify", monitored_type="边缘易致贫户", risks=["因病"])
    case = caller.get(f"/cases/{identified['cases'][0]}/").json()
    assert (case["kind"], case["state"], case["risks"]) == ("enrol", "preparing", ["因病"])
    authorised = step(
        caller, "cases", case, "authorise", signed_on="2026-11-10", signatories=["张三"], files=[photo(caller)]
    )
    assert authorised["authorisation"]["granted"] is True
    draft = api(owner).get(f"/cases/{case['uid']}/comparison-draft/")
    assert draft.status_code == 403


def step(caller: Any, kind: str, row: dict[str, Any], action: str, **inputs: Any) -> dict[str, Any]:
    answer = caller.post(f"/{kind}/{row['uid']}/{action}/", {"version": row["version"], **inputs})
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_a_stale_step_is_told_so_and_a_foreign_file_is_not_there(
    api: Any, owner: User, colleague: User, household: Household
) -> None:
    caller = api(owner)
    sent = {"household": str(household.uid), "risk": "因病", "channel": "02"}
    clue = caller.post("/clues/", sent).json()
    step(caller, "clues", clue, "mark_green", note="急难")
    stale = caller.post(f"/clues/{clue['uid']}/mark_green/", {"version": clue["version"], "note": "再来"})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    body = {**visit(household, clue["uid"], caller), "photos": [photo(api(colleague))]}
    # The same photo was kept first by its own author; one that only a stranger kept is not there.
    assert caller.put(f"/visits/{uuid4()}/", body).status_code == 200
    strange = api(colleague).upload("/files/", file=SimpleUploadedFile("x.jpg", make_jpeg(120))).json()["sha256"]
    refused = caller.put(f"/visits/{uuid4()}/", {**body, "photos": [strange]})
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["photos"])


def test_clues_are_dispatched_in_a_batch_and_each_says_what_became_of_it(
    api: Any, bureau: User, outsider: User, places: Any
) -> None:
    caller = api(bureau)
    mine = [make_household(places["990101100201"]), make_household(places["990101101201"])]
    uids = []
    for one in mine:
        sent = {"household": str(one.uid), "risk": "因病", "channel": "04"}
        uids.append(caller.post("/clues/", sent).json()["uid"])
    foreign = make_household(places["990102100201"])
    strange = api(outsider).post("/clues/", {"household": str(foreign.uid), "risk": "因病", "channel": "04"})
    items = [
        {"uid": uids[0], "version": 1},
        {"uid": uids[1], "version": 7},
        {"uid": strange.json()["uid"], "version": 1},
    ]
    results = caller.post("/clues/batch/", {"action": "dispatch", "items": items}).json()
    assert [(one["ok"], one["code"], one["state"], one["version"]) for one in results] == [
        (True, "", "at_township", 2),
        (False, "stale", None, None),
        (False, "not_found", None, None),
    ]
    assert Clue.objects.get(uid=strange.json()["uid"]).state == "at_county"


def test_a_department_sends_its_own_feed_and_gets_the_bad_rows_back(
    api: Any, hire: Callable[..., User], household: Household, bureau: User
) -> None:
    person = household.memberships.first().person
    content = FEED.format(number=person.id_number).encode()
    health = api(hire("health", Role.LIAISON, "990101000000", department="health"))
    water = api(hire("water", Role.LIAISON, "990101000000", department="water"))

    def upload(caller: Any, **fields: Any) -> Any:
        sent = {"feed": "major_disease", "period": "2026-09", "file": SimpleUploadedFile("九月.csv", content)}
        return caller.upload("/feed-batches/", **{**sent, **fields})

    assert upload(water).status_code in (403, 404)
    batch = upload(health).json()
    assert (batch["rows"], batch["accepted"], batch["rejected"], batch["matched"]) == (2, 1, 1, 1)
    assert [(fault["row"], fault["code"]) for fault in batch["errors"]] == [(3, "id_length")]
    path = f"/feed-batches/{batch['uid']}/"
    assert water.get(path).status_code == 404
    book = health.get(f"{path}errors/")
    assert book.status_code == 200 and b"".join(book.streaming_content).startswith(b"PK")
    assert [feed["name"] for feed in api(bureau).get("/feeds/").json()][:2] == ["medical_costs", "insurance_status"]
    assert health.post(f"{path}undo/", {}).json()["state"] == "undone"
    refused = upload(health, file=SimpleUploadedFile("空.csv", b"a,b\n1,2\n"))
    assert (refused.status_code, refused.json()["code"]) == (400, "file_refused")
    assert upload(health, period="2026-13").status_code == 400


def test_the_bureau_runs_a_match_and_reads_its_results(
    api: Any, bureau: User, household: Household, county: Any, owner: User
) -> None:
    caller = api(bureau)
    person = household.memberships.first().person
    sheet = SimpleUploadedFile("九月.csv", FEED.format(number=person.id_number).encode())
    assert caller.upload("/feed-batches/", feed="major_disease", period="2026-09", file=sheet).status_code == 201
    queued = caller.post("/match-runs/", {"county": county.code, "period": "2026-09"})
    assert (queued.status_code, queued.json()["state"]) == (202, "queued")
    from monitoring.models import MatchRun
    from monitoring.services.matching import execute_run

    execute_run(MatchRun.objects.get().pk)
    path = f"/match-runs/{queued.json()['uid']}/"
    run = caller.get(path).json()
    assert (run["state"], run["opened"]) == ("done", 1)
    assert run["by_rule"] == [{"rule": "major_disease", "risk": "因病", "outcome": "opened", "households": 1}]
    hit = caller.get(f"{path}hits/?rule=major_disease").json()["results"][0]
    assert hit["household"]["head"] == "张三"
    told = api(owner).get(f"/clues/{hit['clue']}/explanation/").json()[0]
    assert (told["evidence"][0]["row"], told["evidence"][0]["received"]["病种"]) == (2, "肺癌")
    assert person.id_number not in str(told)
    assert api(owner).get(path).status_code == 404


def test_a_plan_is_adopted_and_help_delivered_from_a_phone(api: Any, owner: User, household: Household) -> None:
    install_standard(actor=None, at=timezone.now())
    episode = make_episode(household, identified_on=date(2026, 10, 1))
    open_plan(episode=episode, actor=owner, at=timezone.now())
    caller, path = api(owner), f"/episodes/{episode.uid}/plan/"
    plan = caller.get(path).json()
    measure = {
        "uid": str(uuid4()),
        "category": "健康帮扶",
        "item": "医疗救助",
        "risk": "因病",
        "content": "住院救助",
        "unit": "医保局",
        "responsible": "王五",
        "starts_on": "2026-11-01",
    }
    body = {"version": plan["version"], "responsible": "owner", "unit": "东沟村", "measures": [measure]}
    refused = caller.post(f"{path}adopt/", {**body, "measures": []})
    assert (refused.status_code, refused.json()["details"]) == (400, ["因病：可选 健康帮扶、综合保障、社会帮扶"])
    adopted = caller.post(f"{path}adopt/", body).json()
    assert adopted["coverage"] == [{"risk": "因病", "planned": [measure["uid"]], "delivered": []}]
    delivery = f"/measures/{measure['uid']}/deliveries/{uuid4()}/"
    sent = {"on": "2026-11-09", "amount": "500.00", "proof": photo(caller)}
    first, again = caller.put(delivery, sent), caller.put(delivery, sent)
    assert (first.status_code, first.content) == (200, again.content)
    assert caller.put(delivery, {**sent, "amount": "600.00"}).status_code == 409
    done = caller.get(path).json()["coverage"][0]["delivered"]
    assert done == [measure["uid"]]
    checks = {one["key"]: one["ok"] for one in caller.get(f"/episodes/{episode.uid}/exit-checks/").json()}
    assert (checks["measures"], checks["identified"]) == (True, False)
    nobody = caller.patch(path, {"version": adopted["version"], "responsible": "no-such-user"})
    stranger = caller.patch(path, {"version": adopted["version"], "responsible": "colleague"})
    assert (nobody.status_code, nobody.content) == (400, stranger.content)


def test_the_village_records_what_happens_in_a_family(
    api: Any, owner: User, bureau: User, household: Household
) -> None:
    caller, members = api(owner), [row.person for row in household.memberships.order_by("id")]
    path = f"/households/{household.uid}/"
    relations = [{"person": str(p.uid), "relation": r} for p, r in zip(members, ("配偶", "户主", "之子"), strict=True)]
    event = caller.post(f"{path}change-head/", {"version": 1, "happened_on": "2026-11-09", "relations": relations})
    assert (event.status_code, event.json()["kind"]) == (201, "head_changed"), event.json()
    now = caller.get(path).json()
    assert (now["head"], now["version"], now["members"][0]["person"]["id_number"][6:]) == ("李四", 2, "*" * 12)
    stale = caller.post(f"{path}cancel/", {"version": 1, "happened_on": "2026-11-09", "why": "其他"})
    assert stale.status_code in (400, 403, 409)
    death = {"version": 2, "happened_on": "2026-11-10"}
    assert caller.post(f"/persons/{members[0].uid}/death/", death).status_code == 201
    assert [row["kind"] for row in caller.get(f"{path}life-events/").json()["results"]] == ["death", "head_changed"]
    listed = api(bureau).get("/households/?head=李").json()["results"]
    assert [row["head"] for row in listed] == ["李四"]


def test_a_ledger_is_written_and_the_export_kept(
    api: Any, bureau: User, auditor: User, owner: User, household: Household
) -> None:
    make_episode(household)
    caller = api(bureau)
    assert "L1" in [ledger["code"] for ledger in caller.get("/ledgers/").json()]
    book = caller.post("/ledgers/L1/", {"division": "990101100201"})
    assert book.status_code == 200 and b"".join(book.streaming_content).startswith(b"PK")
    assert api(owner).post("/ledgers/L1/", {"division": "990101100202"}).status_code == 404
    assert caller.post("/ledgers/L99/", {"division": "990101100201"}).status_code == 404
    assert caller.post("/ledgers/L1/", {"division": "990101100201", "whole": True}).status_code == 400
    rows = api(auditor).get("/audit-events/?action=ledger.exported").json()["results"]
    assert [row["actor"]["username"] for row in rows] == ["bureau"]


def test_a_policy_value_is_set_for_a_place_from_a_day(api: Any, bureau: User, owner: User) -> None:
    caller = api(bureau)
    sent = {"division": "990101000000", "value": "9200", "valid_from": "2027-01-01", "source": "县文件〔2027〕1号"}
    assert caller.post("/policy-parameters/income_line/", sent).status_code == 201
    assert api(owner).post("/policy-parameters/income_line/", {**sent, "division": "990101100201"}).status_code == 403

    def line(on: str) -> str:
        rows = api(owner).get(f"/policy-parameters/?on={on}").json()
        return next(row["value"] for row in rows if row["key"] == "income_line")

    assert (line("2026-12-31"), line("2027-01-01")) == ("8800", "9200")
    values = api(owner).get("/policy-parameters/income_line/").json()["results"]
    assert [value["source"] for value in values] == ["县文件〔2027〕1号"]
    assert caller.post("/policy-parameters/plan_days/", {**sent, "value": "many"}).status_code == 400
    for key, value in (("plan_days", 10**12), ("income_year_start_month", 13), ("income_line", "1e30")):
        assert caller.post(f"/policy-parameters/{key}/", {**sent, "value": value}).status_code == 400
