"""Builds the demo's database step by step, with progress, or finds the one that an earlier run built."""

from __future__ import annotations

import csv
import json
import shutil
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from accounts.models import Division
from accounts.services.divisions import load_divisions
from demo.county import COUNTY, County, build_county
from demo.deeds import Deeds
from demo.feeds import write_month
from demo.quality_stories import check_county
from demo.records import fill_books
from demo.register import write_register
from demo.staff import Login, hire_staff, open_doors, shown
from demo.stage import CHINA, Stage
from demo.year import YEAR_DAYS, begin_year, last_months, month
from households.services.register import import_register
from reports.ledgers import LEDGERS
from reports.services.ledgers import LedgerOrder, write_ledger

# Raise it when the demo's content changes, so that an older county is built anew.
EDITION = 5
LEDGERS_FOLDER = Path("demo-ledgers")
# The checks run once, today: before that there is nothing to list.
OF_TODAY = ("T12",)


class Progress:
    """Numbered steps with seconds, and one line that is written over where the output is a terminal."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._shown = 0.0

    def step(self, words: str) -> None:
        print(f"[{time.monotonic() - self.began:5.1f} 秒] {words}", flush=True)

    def tick(self, at: datetime, acts: int) -> None:
        if time.monotonic() - self._shown < (0.2 if sys.stdout.isatty() else 10):
            return
        self._shown = time.monotonic()
        end = "\r" if sys.stdout.isatty() else "\n"
        print(f"           {at:%Y-%m-%d}  已办理 {acts} 件", end=end, flush=True)


def build_or_reuse(*, households: int, fresh: bool, port: int) -> int:
    """Make sure that DATA_DIR holds a county of so many households; print the logins. Exit status."""
    if households < 100:
        print("户数至少 100。", file=sys.stderr)
        return 2
    marker = Path(settings.DATA_DIR) / "demo.json"
    wanted = {"households": households, "edition": EDITION}
    known = json.loads(marker.read_text()) if marker.exists() and not fresh else {}
    if {key: known.get(key) for key in wanted} == wanted:
        print("沿用已造好的县（FRESH=1 重新造）。")
        call_command("migrate", verbosity=0, interactive=False)
        logins = [Login(*line) for line in known["logins"]]
    else:
        _empty(Path(settings.DATA_DIR))
        logins = build(households, LEDGERS_FOLDER, Progress())
        marker.touch(mode=0o600)
        marker.write_text(json.dumps(wanted | {"logins": [list(vars(login).values()) for login in logins]}))
    _print_logins(logins, port)
    return 0


def _empty(folder: Path) -> None:
    """Take away what an earlier or broken-off run left; the folder is the demo's own."""
    connections.close_all()
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def build(households: int, ledgers: Path, progress: Progress) -> list[Login]:
    """Everything up to the ledgers, in the database that is configured; the logins."""
    now = datetime.now(tz=CHINA)
    start = now - timedelta(days=YEAR_DAYS)
    files = Path(settings.DATA_DIR) / "demo-files"
    files.mkdir()
    progress.step("建立数据表")
    call_command("migrate", verbosity=0, interactive=False)
    progress.step(f"造县：{households} 户（虚构的地名和人名，证件号码以 99 开头）")
    county = build_county(households, start.date())
    load_divisions(path=_write_divisions(county, files), actor=None, at=start)
    staff = hire_staff(county, start)
    progress.step("写出并导入户籍档案")
    write_register(county, files / "register.xlsx", start.date())
    report = import_register(path=files / "register.xlsx", name="register.xlsx", actor=None, at=start)
    progress.step(f"导入 {report.households} 户 {report.persons} 人，退回 {len(report.rejected)} 行")
    lines = sum(report.rows for report in fill_books(county, files, start, now))
    progress.step(f"导入各本底册 {lines} 行")
    stage = Stage(now, progress.tick)
    deeds = Deeds(stage, staff)
    months = last_months(now)
    for first in months:
        # The last month's hotline file is still to come, as happens.
        without = ("hotline",) if first == months[-1] else ()
        stage.begin(month(deeds, first, write_month(county, first, files, without)))
    progress.step("办理一年的线索、走访、认定、帮扶和消除（部门数据逐月导入、逐月比对）")
    begin_year(deeds, county)
    stage.play()
    for refusal in stage.refusals[:5]:
        print(f"           未办成：{refusal}", file=sys.stderr)
    progress.step(f"共办理 {stage.acts} 件")
    run = check_county(deeds)
    progress.step(f"数据质量检查查出 {run.found} 条")
    _write_ledgers(ledgers, county, progress, now)
    progress.step("完成")
    return open_doors(staff, now)


def _write_divisions(county: County, folder: Path) -> Path:
    path = folder / "divisions.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["区划代码", "名称", "农业人口"])
        writer.writerows(county.divisions())
    return path


def _write_ledgers(folder: Path, county: County, progress: Progress, now: datetime) -> None:
    """The last whole month's ledgers of the county, a township and a village, one file each."""
    closed = now.date().replace(day=1) - timedelta(days=1)
    first = county.villages[0]
    folder.mkdir(exist_ok=True)
    written = 0
    for place in Division.objects.filter(pk__in=(COUNTY[0], first.township_code, first.code)).order_by("level"):
        for code, ledger in LEDGERS.items():
            as_of = now.date() if code in OF_TODAY else closed
            path = folder / f"{code}-{place.name}-{as_of:%Y-%m}.xlsx"
            if place.level in ledger.levels:
                order = LedgerOrder(division=place, as_of=as_of, actor=None, at=now)
                write_ledger(name=code, order=order, path=path)
                written += 1
    progress.step(f"{closed:%Y年%m月}的台账写入 {folder}/（县、一个乡镇、一个村，{written} 份）")


def _print_logins(logins: list[Login], port: int) -> None:
    print(f"\n网址：http://127.0.0.1:{port}/\n登录（演示数据，每个角色一个）：\n  角色\t位置\t用户名\t密码")
    print("\n".join(shown(logins)), flush=True)
