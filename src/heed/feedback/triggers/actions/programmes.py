"""Waves of relationship programmes: when one is due, its people become a list that the one ledger decides about."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from heed.core.journal.actions import record
from heed.feedback.triggers.actions.lists import LONGEST_LIST
from heed.feedback.triggers.events import ListConfirmed, WaveBegan
from heed.feedback.triggers.models import AskList, ProgrammeWave
from heed.feedback.triggers.queries.programmes import InForceProgramme, panel_of, programmes_in_force, silent_members
from heed.feedback.triggers.queries.state import organisation_zone
from heed.feedback.triggers.rules.programmes import LATE_DAYS, WaveDay, begins_at, waves


def begin_due_waves() -> int:
    """Begin each part of a wave whose time has come. Returns how many were begun, or given up because they came too late."""
    now, zone = timezone.now(), organisation_zone()
    return sum(_begin_due(found, now, zone) for found in programmes_in_force())


def _begin_due(found: InForceProgramme, now: datetime, zone: ZoneInfo) -> int:
    today = now.astimezone(zone).date()
    programme, begun = found.body, 0
    oldest = today - timedelta(days=LATE_DAYS + programme.spread_days)
    for wave in waves(programme, today):
        if wave.on < oldest:
            continue
        for part in range(programme.spread_days):
            at = begins_at(programme, wave.on + timedelta(days=part), zone)
            if found.since - timedelta(days=1) <= at <= now:
                begun += _begin(found, wave, part, at, now)
    return begun


def _begin(found: InForceProgramme, wave: WaveDay, part: int, at: datetime, now: datetime) -> int:
    """One part of a wave becomes a list, once; of two workers one makes it."""
    if ProgrammeWave.objects.filter(programme_key=found.key, wave_on=wave.on, part=part).exists():
        return 0
    with transaction.atomic():
        made = _row(found, wave, part, at)
        ProgrammeWave.objects.bulk_create([made], ignore_conflicts=True)
        row = ProgrammeWave.objects.select_for_update().get(programme_key=found.key, wave_on=wave.on, part=part)
        if row.key != made.key:
            return 0
        people, silent = ([], 0) if now > at + timedelta(days=LATE_DAYS) else _people(found, wave, part)
        row.members, row.silent, row.came_late = len(people), silent, now > at + timedelta(days=LATE_DAYS)
        row.save(update_fields=["members", "silent", "came_late"])
        for start in range(0, len(people), LONGEST_LIST):
            _list(row, found.body.survey, people[start : start + LONGEST_LIST], now)
        told = WaveBegan(
            row.key, found.key, found.body.survey, wave.on.isoformat(), part, len(people), silent, row.came_late
        )
        record(told, actor="system", subject=("programme_wave", row.key))
    return 1


def _row(found: InForceProgramme, wave: WaveDay, part: int, at: datetime) -> ProgrammeWave:
    programme = found.body
    return ProgrammeWave(
        programme_key=found.key,
        version=found.version,
        wave_on=wave.on,
        part=part,
        number=wave.number,
        group=wave.group,
        due_at=at,
        reminder_days=list(programme.reminder_days),
        expires_days=programme.expires_days,
        channel=programme.channel,
    )


def _people(found: InForceProgramme, wave: WaveDay, part: int) -> tuple[list[str], int]:
    """Whom a part of a wave asks, and how many are left out because they never answered."""
    people = panel_of(found, wave.group, part)
    silent = silent_members(found) if found.body.leave_after else set[str]()
    left = [key for key in people if key not in silent]
    return left, len(people) - len(left)


def _list(wave: ProgrammeWave, survey: str, people: list[str], now: datetime) -> None:
    """People of a wave as a list that needs no more word of anybody: the worker decides about it portion by portion."""
    row = AskList.objects.create(survey_key=survey, customers=people, actor="system", confirmed_at=now, wave=wave)
    record(ListConfirmed(row.key, survey, len(people), 0), actor="system", subject=("ask_list", row.key))
