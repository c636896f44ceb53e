"""What a clerk's script does today: pandas and openpyxl, trim and upper-case the numbers, merge, group, save.

It keeps no evidence, tells no fault and no duplicate, and misses the people whose numbers are written with blanks
inside, in full width, with an apostrophe or with 15 digits; the number of clues says how many.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.child import Task
from benchmarks.county import END
from benchmarks.files import FILES, File


def clerk(folder: str, register: str) -> Task:
    """One stage: from the files and a register in CSV to clues in a workbook."""
    yield "ready"
    people = pd.read_csv(register, dtype=str)
    people["人均纯收入"] = people["人均纯收入"].astype(float)
    clues = [_poor(people)]
    for file in FILES:
        frame = _read(Path(folder) / file.name, file)
        frame["号"] = frame[file.id_heading].str.strip().str.upper()
        met = frame.merge(people, left_on="号", right_on="公民身份号码", how="inner")
        clues.append(_judge(file.feed, met))
    found = pd.concat(clues, ignore_index=True)
    found.to_excel(Path(folder) / "clerk.xlsx", index=False)
    yield len(found)


def _read(path: Path, file: File) -> pd.DataFrame:
    if file.form == "xlsx":
        return pd.read_excel(path, dtype=str, engine="openpyxl")
    return pd.read_csv(path, dtype=str, encoding=file.form, skiprows=1)


def _poor(people: pd.DataFrame) -> pd.DataFrame:
    poor = people[people["人均纯收入"] < 8800].drop_duplicates("户编号")
    return pd.DataFrame({"户编号": poor["户编号"], "规则": "低收入", "数值": poor["人均纯收入"]})


def _judge(feed: str, met: pd.DataFrame) -> pd.DataFrame:
    if feed == "medical_costs":
        return _summed(met, "个人自付", met["户类型"].eq("脱贫户").map({True: 5_000, False: 20_000}), feed)
    if feed == "education_costs":
        return _summed(met, "自付金额", pd.Series(10_000, index=met.index), feed)
    households = met.loc[_fires(feed, met), "户编号"].drop_duplicates()
    return pd.DataFrame({"户编号": households, "规则": feed})


def _summed(met: pd.DataFrame, column: str, line: pd.Series, feed: str) -> pd.DataFrame:
    met = met.assign(数=met[column].astype(float), 线=line)
    sums = met.groupby("户编号").agg(数值=("数", "sum"), 线=("线", "first")).reset_index()
    reached = sums[sums["数值"].round(2) >= sums["线"]]
    return pd.DataFrame({"户编号": reached["户编号"], "规则": feed, "数值": reached["数值"]})


def _fires(feed: str, met: pd.DataFrame) -> pd.Series:
    number = {name: met[name].astype(float) for name in _NUMBERS.get(feed, ())}
    if feed == "insurance_status":
        return met["参保状态"].isin(["未参保", "中断"])
    if feed == "water":
        thirsty = (number["水量"] < 20) | (number["取水时间"] > 20) | (number["缺水天数"] > 36)
        return thirsty | met["水质结论"].eq("不合格")
    if feed == "employment":
        jobless = met["就业状态"].eq("失业") & met["求职意愿"].eq("是")
        return jobless & (met["失业日期"] <= "2026-07-31")
    if feed == "industry_losses":
        return number["损失金额"] >= 10_000
    if feed == "major_disease":
        return met["治疗状态"].ne("治愈")
    if feed == "school_dropout":
        born = pd.to_datetime(met["出生日期"])
        of_age = (born > pd.Timestamp(END) - pd.DateOffset(years=16)) & (
            born <= pd.Timestamp(END) - pd.DateOffset(years=6)
        )
        return of_age & met["劝返情况"].ne("已复学")
    if feed == "welfare_changes":
        return met["变动类型"].eq("退出")
    if feed == "disability":
        return met["变动类型"].eq("新办") & met["残疾等级"].isin(["一级", "二级"])
    if feed == "housing":
        return met["鉴定等级"].isin(["C", "D", "C级"]) & met["竣工日期"].isna()
    hurt = met["伤亡"].notna() & ~met["伤亡"].isin(["无", "0"])
    return (number["直接经济损失"] >= 5_000) | (number["倒损房屋间数"] >= 1) | hurt


_NUMBERS = {
    "water": ("水量", "取水时间", "缺水天数"),
    "industry_losses": ("损失金额",),
    "disasters": ("直接经济损失", "倒损房屋间数"),
}
