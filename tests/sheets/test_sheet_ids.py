"""Resident numbers: every way of writing one, every fault, and the column version."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets.clean import CellFault, birth_date, checksum, clean_id, clean_ids, mask_id, scrub, sex, tidy_id

LATEST = date(2026, 10, 31)
SOUND = "990101199001010019"
SOUND_X = "99010119630611638X"
WIDE = str.maketrans({str(d): chr(0xFF10 + d) for d in range(10)})


def outcome(value: object) -> str:
    try:
        return clean_id(value, LATEST)  # type: ignore[arg-type]
    except CellFault as fault:
        return fault.code


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (SOUND, SOUND),
        (f" {SOUND}　", SOUND),
        (f"\u200b{SOUND[:6]} {SOUND[6:14]}\xa0{SOUND[14:]}\ufeff", SOUND),
        (f"'{SOUND}", SOUND),
        (f"’{SOUND}", SOUND),
        (f'="{SOUND}"', SOUND),
        (f"＝＂{SOUND}＂", SOUND),
        (SOUND.translate(WIDE), SOUND),
        (SOUND_X.lower(), SOUND_X),
        (SOUND_X[:17] + "×", SOUND_X),
        (SOUND_X[:17] + "Ｘ", SOUND_X),
        (SOUND + "41", SOUND),
        (SOUND + "11B1", SOUND),
        ((SOUND + "11B1").translate(WIDE), SOUND),
        ("990101800506525", "990101198005065258"),
        (990101800506525.0, "990101198005065258"),
        (990101800506525, "990101198005065258"),
        # Twenty characters are a certificate, whatever the last two are.
        (SOUND + ".0", SOUND),
    ],
)
def test_a_number_is_understood_however_it_is_written(written, expected):
    assert clean_id(written, LATEST) == expected


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *((word, "id_missing") for word in ("", None, "  ", "\u200b", "无", "-", "—", "/", "不详", "'", '=""', "－")),
        ("9.90101E+17", "id_precision"),
        ("9.90101199001010e+17", "id_precision"),
        ("９.９０１Ｅ＋１７", "id_precision"),
        (9.9010119900101e17, "id_precision"),
        (990101199001010019, "id_precision"),
        (1234567890123456.0, "id_precision"),
        (99010180.0, "id_length"),
        (12.5, "id_length"),
        (True, "id_length"),
        (date(2020, 1, 1), "id_length"),
        (SOUND[:17], "id_length"),
        (SOUND + "1", "id_length"),
        (SOUND + "123", "id_length"),
        ("99010119900101A01X", "id_length"),
        ("X" + SOUND[1:], "id_length"),
        (SOUND[:6] + "٠" * 12, "id_length"),
        ("९९०१०११९९००१०१००१९", "id_length"),
        ("990101199002300012", "id_birthdate"),
        ("990101199013010012", "id_birthdate"),
        ("990101000001010012", "id_birthdate"),
        ("990101202611010012", "id_birthdate"),
        ("990101802306525", "id_birthdate"),
        ("990101199001010018", "id_checksum"),
        ("99010119900101001X", "id_checksum"),
    ],
)
def test_a_bad_number_has_the_first_fault_of_the_contract(written, code):
    assert outcome(written) == code


def test_a_child_born_on_the_last_day_is_lawful():
    number = "99010120261031001"
    assert clean_id(number + checksum(number), LATEST) == number + checksum(number)


def test_what_the_digits_say():
    assert (birth_date(SOUND), sex(SOUND), sex(SOUND_X)) == (date(1990, 1, 1), "男", "女")


@pytest.mark.parametrize("written", [SOUND[:17] + "1", SOUND + "1", SOUND.translate(WIDE) + "9", "990101199002300012"])
def test_no_message_shows_a_whole_number(written):
    with pytest.raises(CellFault) as caught:
        clean_id(written, LATEST)
    assert "990101*" in caught.value.message
    assert not any(character.isdigit() for character in caught.value.message.split("990101")[1][:9])


def test_a_whole_page_in_a_number_s_cell_is_told_shortly():
    with pytest.raises(CellFault, match="是5000位，应为18位") as told:
        clean_id("9" * 5000, LATEST)
    assert len(told.value.message) < 60


def test_texts_are_scrubbed_of_numbers():
    assert scrub(f"张三{SOUND_X}，旧号990101800506525。") == f"张三{mask_id(SOUND_X)}，旧号990101*********。"
    assert SOUND[6:14] not in scrub(f"{SOUND[:6]} {SOUND[6:14]} {SOUND[14:]}")
    assert scrub("电话13900000001。金额 139000000012") == "电话139****0001。金额 139000000012"


@pytest.mark.parametrize(
    "written",
    [
        "{0}-{1}-{2}",
        "{0}.{1}.{2}",
        "{0}\n{1}{2}",
        "{0}{1}\u200b{2}",
        "身份证号：{0} / {1} / {2}。",
    ],
)
@pytest.mark.parametrize("number", [SOUND, SOUND_X])
def test_a_number_that_somebody_has_divided_is_scrubbed_too(written, number):
    shown = scrub(written.format(number[:6], number[6:14], number[14:]))
    assert not set(number[10:]) & set(shown.partition(number[:6])[2])


def test_a_number_of_single_digits_or_in_thousands_is_scrubbed():
    assert scrub(" ".join(SOUND))[6:] == scrub(".".join(SOUND))[6:] == "*" * 29
    assert scrub("990,101,199,001,010,012")[6:] == "*" * 17


@pytest.mark.parametrize(
    "text",
    [
        "20261005-20361005",
        "2026-10-05—2026-11-05",
        "2026-10-05 08:30:00 至 2026-10-06 18:00:00",
        "金额 12,345,678.90",
        "0999-1234567，0999-7654321",
    ],
)
def test_days_amounts_and_desk_telephones_are_left_as_they_are(text):
    assert scrub(text) == text


def test_a_number_that_is_not_judged_is_still_cleaned():
    assert tidy_id(f"'{SOUND_X.lower()} ") == SOUND_X
    assert tidy_id("无") == tidy_id(9.9e17) == ""


cells = st.one_of(
    st.text(max_size=24),
    st.text(alphabet="0123456789xX× '９A", min_size=14, max_size=23),
    st.from_regex(r"99[0-9]{4}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9]{4}[0-9Xx]", fullmatch=True),
    st.from_regex(r"99[0-9]{15}", fullmatch=True).map(lambda n: n + checksum(n)),
    st.floats(),
    st.integers(min_value=-(10**19), max_value=10**19),
    st.none(),
    st.dates(),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(cells, max_size=12))
def test_a_column_is_judged_as_its_cells_are(values):
    numbers, faults = clean_ids(values, LATEST)
    one_by_one = [outcome(value) for value in values]
    assert [n if f is None else f.code for n, f in zip(numbers, faults, strict=True)] == one_by_one
    assert all((n is None) != (f is None) for n, f in zip(numbers, faults, strict=True))


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)), st.integers(0, 999))
def test_only_days_up_to_the_last_are_born(born, serial):
    number = f"990101{born.year:04d}{born.month:02d}{born.day:02d}{serial:03d}"
    numbers, faults = clean_ids([number + checksum(number)], LATEST)
    assert (numbers[0] is not None) == (born <= LATEST)
