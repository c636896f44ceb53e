"""`make guide`: takes the pictures of the user guide anew, from the demo while it runs.

Every picture is a page as somebody of that role sees it: a role of the logins, an address or links to follow one after
the other, the width of a phone or of a desk.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parents[1]
SHOTS = ROOT / "docs" / "guide" / "shots"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
COLOURS = 96


@dataclass(frozen=True)
class Shot:
    """One picture: `path` is opened ({month} is the last whole one), then the first match of each selector in `follow` is clicked."""

    name: str
    role: str
    path: str
    follow: tuple[str, ...] = ()
    on_phone: bool = False


_FIRST_ROW = "tbody a >> nth=0"
SHOT_LIST = (
    Shot("village-home", "村级监测员", "/", on_phone=True),
    Shot("village-household", "村级监测员", "/households/", (_FIRST_ROW,), on_phone=True),
    Shot(
        "village-visit", "村级监测员", "/households/", (_FIRST_ROW, 'main a[href*="/visit/"] >> nth=0'), on_phone=True
    ),
    Shot("village-case", "村级监测员", "/cases/", (_FIRST_ROW,), on_phone=True),
    Shot("village-plans", "村级监测员", "/plans/", on_phone=True),
    Shot("township-home", "乡镇工作人员", "/"),
    Shot("township-clues", "乡镇工作人员", "/clues/"),
    Shot("township-review", "乡镇分管领导", "/reviews/"),
    Shot("township-case", "乡镇工作人员", "/cases/", (_FIRST_ROW,)),
    Shot("township-problems", "乡镇工作人员", "/problems/"),
    Shot("township-closing", "乡镇工作人员", "/closing/?month={month}"),
    Shot("township-plan", "乡镇工作人员", "/plans/", (_FIRST_ROW,)),
    Shot("county-dashboard", "县级主管部门", "/dashboard/"),
    Shot("county-feeds", "县级主管部门", "/feeds/"),
    Shot("county-run", "县级主管部门", "/runs/", (_FIRST_ROW,)),
    Shot("county-ledger", "县级主管部门", "/ledgers/T1/"),
    Shot("county-closing", "县级主管部门", "/closing/?month={month}"),
    Shot("county-difference", "县级主管部门", "/editions/", (_FIRST_ROW, 'tbody a[href*="difference/T1/"] >> nth=0')),
    Shot("county-indicators", "县级主管部门", "/indicators/"),
    Shot("county-quality", "县级主管部门", "/quality/"),
    Shot("county-layout", "县级主管部门", "/ledgers/T1/layout/"),
    Shot("county-books", "县级主管部门", "/records/"),
    Shot("department-feeds", "部门联络员", "/feeds/"),
    Shot("auditor-clue", "审计监督", "/clues/?channel=03", ('tbody a[href*="/clues/"] >> nth=0',)),
    Shot("auditor-household", "审计监督", "/households/", (_FIRST_ROW,)),
    Shot("administrator-staff", "系统管理员", "/staff/"),
    Shot("administrator-policy", "系统管理员", "/policy/"),
    Shot("administrator-log", "系统管理员", "/audit/"),
    Shot("administrator-calendar", "系统管理员", "/calendar/"),
)


# What a browser writes into fields by itself, in its own language whatever the page's. The one that takes the pictures
# may have no Chinese, those of the readers do: as such a one would write it.
_IN_CHINESE = """() => {
  for (const field of document.querySelectorAll("input[type=month], input[type=date]")) {
    const [year, month, day] = field.value.split("-");
    const [empty, filled] = field.type == "month"
      ? ["----年--月", `${year}年${month}月`] : ["年 / 月 / 日", `${year}/${month}/${day}`];
    const words = field.value ? filled : empty;
    field.type = "text";
    field.value = words;
  }
  for (const field of document.querySelectorAll("input[type=file]")) {
    const words = "选择文件　未选择任何文件";
    field.type = "text";
    field.value = words;
  }
}"""


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(
        prog="python -m demo.screens", description="重拍使用说明的截图（先运行 make demo）"
    )
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--data", type=Path, default=ROOT / "data" / "demo", help="演示数据所在的文件夹")
    given = parser.parse_args()
    lines = json.loads((given.data / "demo.json").read_text())["logins"]
    logins = {role: (username, password) for role, _, username, password in lines}
    SHOTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for role in dict.fromkeys(shot.role for shot in SHOT_LIST):
            for on_phone in (False, True):
                wanted = [shot for shot in SHOT_LIST if (shot.role, shot.on_phone) == (role, on_phone)]
                if wanted:
                    _take_all(browser, given.address, logins[role], wanted)
        browser.close()


def _take_all(browser: Any, address: str, login: tuple[str, str], shots: list[Shot]) -> None:
    """All pictures of one person at one width."""
    on_phone = shots[0].on_phone
    context = browser.new_context(base_url=address, viewport=PHONE if on_phone else DESK, locale="zh-CN")
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("用户名").fill(login[0])
    page.get_by_label("密码").fill(login[1])
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{address}/")
    for shot in shots:
        page.goto(shot.path.format(month=f"{date.today().replace(day=1) - timedelta(days=1):%Y-%m}"))
        for selector in shot.follow:
            page.locator(selector).click()
            page.wait_for_load_state()
        page.wait_for_load_state("networkidle")
        page.evaluate(_IN_CHINESE)
        _keep(page.screenshot(), SHOTS / f"{shot.name}.png")
        print(shot.name, flush=True)
    context.close()


def _keep(picture: bytes, path: Path) -> None:
    """With few colours: pages have few, and the guide stays small."""
    with Image.open(BytesIO(picture)) as full:
        full.convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    main()
