"""The days off of a calendar: holidays of a country, a team's own, and short days."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from bot.business_time.schedules import DAY, ShortDay
from bot.policy.parsing import notation as words
from bot.policy.parsing.fields import (
    Context,
    Dates,
    MayBeEmpty,
    ProblemsBelow,
    Section,
    Text,
    TimeOfDay,
    context,
)


def _none_is_empty(value: object) -> object:
    return {} if value == "none" else value


def _may_be_a_name(value: object) -> object:
    return value if isinstance(value, dict) else {"name": words.text(value)}


class DayOffEntry(Section):
    name: Text = Field(description="its name, such as Christmas Eve")
    opens: TimeOfDay | None = Field(
        None, description='a time of the day such as "12:00", if it opens later'
    )
    closes: TimeOfDay | None = Field(
        None, description='a time of the day such as "12:00", if it closes earlier'
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, handler(core_schema)]}

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "DayOffEntry":
        opens, closes = self._walls()
        if opens >= closes:
            raise ValueError(
                "it closes before it opens; write its opening as the earlier one"
            )
        return self

    def _walls(self) -> tuple[timedelta, timedelta]:
        return (
            timedelta(0) if self.opens is None else words.wall(self.opens),
            DAY if self.closes is None else words.wall(self.closes),
        )

    def short_day(self) -> ShortDay | None:
        """Return what is open on it; `None` if it is off from midnight to midnight."""
        if self.opens is None and self.closes is None:
            return None
        return ShortDay(self.name, *self._walls())


class HolidaysEntry(Section):
    country: str | None = Field(None, description="a country's code such as US")
    subdivision: str | None = Field(
        None, description="the code of a state or a province, such as CA"
    )
    dates: Annotated[
        dict[Dates, Annotated[DayOffEntry, BeforeValidator(_may_be_a_name)]], MayBeEmpty
    ] = Field(
        {}, description="dates with their names, such as 2026-12-24: Christmas Eve"
    )
    except_: tuple[str, ...] = Field(
        (),
        alias="except",
        description="a list of dates or names of holidays on which the team works",
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"const": "none"}, handler(core_schema)]}

    @field_validator("country")
    @classmethod
    def _known_country(cls, country: str | None, info: ValidationInfo) -> str | None:
        if country is not None:
            context(info).holidays(country, None, context(info).years)
        return country

    @field_validator("subdivision")
    @classmethod
    def _known_subdivision(cls, code: str | None, info: ValidationInfo) -> str | None:
        if code is not None and "country" in info.data:
            country = info.data["country"]
            if country is None:
                raise ValueError("a subdivision needs its country; write country, too")
            context(info).holidays(country, code, context(info).years)
        return code

    @field_validator("except_")
    @classmethod
    def _known_holidays(
        cls, names: tuple[str, ...], info: ValidationInfo
    ) -> tuple[str, ...]:
        if not {"country", "subdivision"} <= info.data.keys():
            return names
        known = public_holidays(
            info.data["country"], info.data["subdivision"], context(info)
        )
        found = [
            ((number,), _no_holiday(name, known))
            for number, name in enumerate(names)
            if not _is_holiday(name, known, context(info).years)
        ]
        if found:
            raise ProblemsBelow(*found)
        return names

    def expanded(self, known: Context) -> tuple[dict[date, str], dict[date, ShortDay]]:
        """Return the holidays' names and the short days by date; own ones count."""
        public = public_holidays(self.country, self.subdivision, known)
        kept = {
            day: name
            for day, name in public.items()
            if name not in self.except_ and day.isoformat() not in self.except_
        }
        own = {
            day: entry
            for dates, entry in self.dates.items()
            for day in dates.within(known.years)
        }
        short = {day: one for day, entry in own.items() if (one := entry.short_day())}
        whole = {day: entry.name for day, entry in own.items() if day not in short}
        closed = {day: name for day, name in kept.items() if day not in short}
        return {**closed, **whole}, short


def public_holidays(
    country: str | None, subdivision: str | None, known: Context
) -> Mapping[date, str]:
    """Return the public holidays of a country; none if `country` is not set."""
    if country is None:
        return {}
    return known.holidays(country, subdivision, known.years)


def _is_holiday(name: str, known: Mapping[date, str], years: range) -> bool:
    """Return whether a date or name is a holiday; a date beyond `years` may be one."""
    if name in known.values():
        return True
    try:
        day = words.calendar_date(name)
    except ValueError:
        return False
    return day in known or day.year not in years


def _no_holiday(name: str, known: Mapping[date, str]) -> str:
    near = words.did_you_mean(name, sorted(set(known.values())))
    allowed = "write the date or the name of one, as in 2026-11-11 or Veterans Day"
    return f"{words.quoted(name)} is no holiday there; {allowed}{near}"


Holidays = Annotated[HolidaysEntry, BeforeValidator(_none_is_empty)]
