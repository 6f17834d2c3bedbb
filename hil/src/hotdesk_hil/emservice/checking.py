"""JSON bodies of the control interface, checked against a schema; an error names the place.

Must never repeat a value that was sent: it may be a PIN.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs

from hotdesk_hil.emservice.openapi import Schema

_VALUE = "what was sent"


def read(data: bytes, schema: Schema) -> Any:
    """Returns the value of a JSON text; raises `ValueError` that says where it breaks the schema."""
    try:
        value = json.loads(data, parse_constant=_no_constant)
        # A lone surrogate is JSON, and no text.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the body is not JSON: {error}") from None
    _check(value, schema, [])
    return value


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


@cache
def _validator(schema: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads(schema), mask=_VALUE)


def _check(value: Any, schema: Schema, path: list[str]) -> None:
    for error in _validator(json.dumps(schema)).iter_errors(value):
        place = [*path, *map(str, error.instance_path)]
        keyword = error.schema_path[-1]
        rule: Any = schema
        for step in error.schema_path:
            rule = rule[step]
        if keyword == "oneOf" and isinstance(error.instance, dict):
            kinds = {choice["properties"]["kind"]["const"]: choice for choice in rule}
            kind = error.instance.get("kind")
            if isinstance(kind, str) and kind in kinds:
                _check(error.instance, kinds[kind], place)
            place.append("kind")
            rule, keyword = list(kinds), "enum"
        what = error.message
        if keyword == "enum":
            what = f"{_VALUE} is none of {', '.join(map(json.dumps, rule))}"
        raise ValueError(f"{'/'.join(place) or 'the body'}: {what}")
