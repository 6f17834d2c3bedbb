"""The description of the control interface (OpenAPI 3.1): what is sent, what comes back, what is refused.

The same schemas check what is sent. Must never describe a way in that control.py does not have.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args

from hotdesk_hil.emservice.app_request import OPERATIONS
from hotdesk_hil.emservice.changes import LOGIN, LOGOUT, SECRET
from hotdesk_hil.emservice.cluster import CERTIFICATE_LIMIT
from hotdesk_hil.emservice.disguise import Form
from hotdesk_hil.emservice.document import QUERIES
from hotdesk_hil.emservice.emcc import OPERATIONS as EMCC_OPERATIONS
from hotdesk_hil.emservice.faults import Framing, Version
from hotdesk_hil.emservice.login_app import Outage
from hotdesk_hil.emservice.rules import RULE_KINDS
from hotdesk_hil.emservice.service import CHANGES
from hotdesk_hil.emservice.tls_settings import CertificateFlaw
from hotdesk_hil.provisioning.faults import LENGTH_LIMIT

Schema = dict[str, Any]

PAGE_LIMIT = 1000
"""Rows that one answer holds at most."""
ADVANCE_LIMIT = 400 * 24 * 3600
"""Seconds by which the clock moves at once."""
SECONDS_LIMIT = 3600

_NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 128}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_INTEGER_OR_NULL: Schema = {"type": ["integer", "null"]}
_NAMES: Schema = {"type": "array", "items": {"type": "string"}}
_SECONDS: Schema = {"type": "number", "minimum": 0, "maximum": SECONDS_LIMIT}
_COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}

_FIELDS: dict[str, Schema] = {
    "executed": {"type": "boolean"},
    "after": _COUNT,
    "body": _TEXT_OR_NULL,
    "status": {"type": "integer", "minimum": 100, "maximum": 999},
    "headers": {
        "type": "object",
        "propertyNames": {"pattern": "^[A-Za-z0-9-]+$"},
        "additionalProperties": {"type": "string", "pattern": "^[ -~]*$"},
    },
    "framing": {"enum": list(get_args(Framing))},
    "version": {"enum": list(get_args(Version))},
    "size": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    "pause": _SECONDS,
    "length": {"type": "integer", "minimum": 0, "maximum": LENGTH_LIMIT},
    "code": {"type": ["integer", "string", "null"]},
    "text": _TEXT_OR_NULL,
    "form": {"enum": [form.value for form in Form]},
    "by": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "seconds": _SECONDS,
    "flaw": {"enum": [flaw.value for flaw in CertificateFlaw]},
}
_OPTIONAL = ("executed", "body", "status", "headers", "framing", "version", "text", "size", "pause", "length")


def _fault(name: str) -> Schema:
    names = [item.name for item in fields(RULE_KINDS[name])]
    properties = {key: _FIELDS[key] for key in names}
    if name == "Disguise":
        del properties["executed"]  # it needs the service's own answer
    required = [key for key in properties if key not in _OPTIONAL]
    return _object({"kind": {"const": name}, **properties}, ["kind", *required])


def _object(properties: Schema, required: list[str] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


_SESSION = _object(
    {
        "device": {"type": "string"},
        "user": {"type": "string"},
        "profile": _TEXT_OR_NULL,
        "ends_at": {"type": ["number", "null"]},
    }
)
_EVENT = _object(
    {
        "id": {"type": "integer"},
        "at": {"type": "number"},
        "kind": {"enum": [LOGIN, LOGOUT, SECRET]},
        "device": _TEXT_OR_NULL,
        "user": {"type": "string"},
        "cause": {"type": "string"},
    }
)
_REQUEST = _object(
    {
        "operation": _TEXT_OR_NULL,
        "devices": _NAMES,
        "users": _NAMES,
        "app_id": _TEXT_OR_NULL,
        "code": _INTEGER_OR_NULL,
        "at": {"type": "number"},
        "executed": {"type": "boolean"},
        "fault": _TEXT_OR_NULL,
        "detail": _TEXT_OR_NULL,
        "status": _INTEGER_OR_NULL,
        "request_line": _TEXT_OR_NULL,
        "page": _TEXT_OR_NULL,
    }
)
_CONDITIONS: dict[str, Schema] = {
    "times": {"type": ["integer", "null"], "minimum": 1, "maximum": 2**31 - 1},
    "operation": {"enum": [None, *CHANGES, *QUERIES, *OPERATIONS, *EMCC_OPERATIONS]},
    "device": {"type": ["string", "null"], "minLength": 1, "maxLength": 128},
    "user": {"type": ["string", "null"], "minLength": 1, "maxLength": 128},
    "probability": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    "seed": {"type": ["integer", "null"]},
}
_RULE = _object(
    {
        "id": {"type": "integer"},
        "kind": {"enum": list(RULE_KINDS)},
        "left": _INTEGER_OR_NULL,
        "struck": _INTEGER_OR_NULL,
        "operation": _TEXT_OR_NULL,
        "device": _TEXT_OR_NULL,
        "user": _TEXT_OR_NULL,
        "probability": {"type": "number"},
        "seed": _INTEGER_OR_NULL,
    }
)
_COUNTERS = _object({"requests_in_progress": {"type": "integer"}, "requests_throttled": {"type": "integer"}})
_TRAFFIC = _object(
    {name: {"type": "integer"} for name in ("requests", "half_open", "cut", "handshakes_failed")}
)
_TOTAL = _object(
    {
        "operation": {"type": "string"},
        "requests": {"type": "integer"},
        "per_second": {"type": "number"},
        "outcomes": {
            "type": "array",
            "items": _object(
                {"outcome": {"type": ["integer", "string", "null"]}, "requests": {"type": "integer"}}
            ),
        },
    }
)
_PIN_COUNTERS = _object({name: {"type": "integer"} for name in ("right", "wrong", "while_locked")})
_LOCKS: Schema = {
    "type": "array",
    "items": _object({"user": {"type": "string"}, "until": {"type": "number"}}),
}
_ASKING = _object({"user": {"type": "string"}, "device": {"type": "string"}, "until": {"type": "number"}})
_CLOCK = _object({"now": {"type": "number"}})
_STATE = _object(
    {
        "url": {"type": "string"},
        "tls_url": _TEXT_OR_NULL,
        "app_url": {"type": "string"},
        "app_tls_url": _TEXT_OR_NULL,
        "provisioning_url": _TEXT_OR_NULL,
        "tftp_url": _TEXT_OR_NULL,
        "lenient": {"type": "boolean"},
        "clock": _CLOCK,
        "counters": _COUNTERS,
        "traffic": _TRAFFIC,
        "pins": _PIN_COUNTERS,
        "locks": _LOCKS,
        "outages": {"type": "array", "items": {"enum": [outage.value for outage in Outage]}},
        "second_factor": {"type": "array", "items": _ASKING},
        "totals": {"type": "array", "items": _TOTAL},
        "last_minute": {"type": "array", "items": {"type": "integer"}},
        "logged_in": {"type": "integer"},
        "sessions": {"type": "array", "items": _SESSION},
        "faults": {"type": "array", "items": _RULE},
        "requests": {"type": "array", "items": _REQUEST},
        "events": {"type": "array", "items": _EVENT},
    }
)

NEW_SESSION = _object({"user": _NAME, "profile": {**_NAME, "type": ["string", "null"]}}, ["user"])
NEW_RULE = _object({"fault": {"oneOf": [_fault(name) for name in RULE_KINDS]}, **_CONDITIONS}, ["fault"])
NEW_SECRET = _object({"secret": {"type": "string", "minLength": 1, "maxLength": CERTIFICATE_LIMIT}})
OUTAGES = _object(
    {
        "outages": {
            "type": "array",
            "items": {"enum": [outage.value for outage in Outage]},
            "maxItems": len(Outage),
        }
    }
)
LENIENT = _object({"lenient": {"type": "boolean"}})
ADVANCE = _object({"advance": {"type": "number", "minimum": 0, "maximum": ADVANCE_LIMIT}})
PARAMETERS: dict[str, Schema] = {
    "after": {"type": "integer", "minimum": 0, "maximum": 2**62},
    "limit": {"type": "integer", "minimum": 1, "maximum": PAGE_LIMIT},
    "id": {"type": "integer", "minimum": 1, "maximum": 2**62},
}


def document() -> Schema:
    """Returns the OpenAPI document."""
    device = {"name": "device", "in": "path", "required": True, "schema": _NAME}
    user = {"name": "user", "in": "path", "required": True, "schema": _NAME}
    account = {"name": "account", "in": "path", "required": True, "schema": _NAME}
    rule = {"name": "id", "in": "path", "required": True, "schema": PARAMETERS["id"]}
    paging = [{"name": name, "in": "query", "schema": PARAMETERS[name]} for name in ("after", "limit")]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "hotdesk-emservice control interface",
            "version": "1",
            "description": "State, sessions, events, faults, secrets and clock of a simulated service.",
        },
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            "/state": {
                "get": _operation(
                    "Everything at a glance: newest requests and events first, the first sessions", _STATE
                )
            },
            "/sessions": {"get": _operation("Who is logged in where", _list(_SESSION))},
            "/sessions/{device}": {
                "put": _operation(
                    "Log a user in, past every rule", _SESSION, [device], NEW_SESSION, missing=True
                ),
                "delete": _operation("Log out whoever is there", None, [device], missing=True),
            },
            "/events": {"get": _operation("Logins and logouts, oldest first", _list(_EVENT), paging)},
            "/requests": {
                "get": _operation(
                    "What arrived, newest first, 404 and 403 among it", _list(_REQUEST), paging[1:]
                )
            },
            "/counters": {"get": _operation("Requests In Progress, Requests Throttled", _COUNTERS)},
            "/faults": {
                "get": _operation("The faults that may still strike", _list(_RULE)),
                "post": _operation("Add a fault", _RULE, None, NEW_RULE, status=201, conflict=True),
                "delete": _operation("Take every fault back", None),
            },
            "/faults/{id}": {"delete": _operation("Take one fault back", None, [rule], missing=True)},
            "/clock": {
                "get": _operation("The service's time, seconds since the epoch", _CLOCK),
                "post": _operation("Move the clock forward by seconds", _CLOCK, None, ADVANCE),
            },
            "/accounts/{account}/secret": {
                "put": _operation(
                    "Give a user a new PIN or password, an application user a new certificate",
                    None,
                    [account],
                    NEW_SECRET,
                    missing=True,
                )
            },
            "/locks": {"get": _operation("Whom wrong PINs at the login application have locked", _LOCKS)},
            "/locks/{user}": {
                "delete": _operation("Let a locked user try again", None, [user], missing=True)
            },
            "/outages": {
                "get": _operation("What of the cluster is down", OUTAGES),
                "put": _operation("Take parts down, or bring them back", OUTAGES, None, OUTAGES),
            },
            "/lenient": {
                "get": _operation("Whether a looser wire than the DTD's is taken", LENIENT),
                "put": _operation("Take a looser wire, or the DTD's alone", LENIENT, None, LENIENT),
            },
            "/reset": {
                "post": _operation("Forget sessions, events, requests, faults, outages, locks, secrets", None)
            },
        },
    }


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _operation(
    summary: str,
    answer: Schema | None,
    parameters: list[Schema] | None = None,
    body: Schema | None = None,
    *,
    status: int = 200,
    missing: bool = False,
    conflict: bool = False,
) -> Schema:
    error = {"application/json": {"schema": _object({"error": {"type": "string"}})}}
    responses: Schema = {
        "401": {"description": "The token is missing or wrong", "content": error},
        "503": {"description": "The state file cannot be used", "content": error},
    }
    if answer is None:
        responses["204"] = {"description": "Done"}
    else:
        responses[str(status)] = {
            "description": summary,
            "content": {"application/json": {"schema": answer}},
        }
    if parameters or body:
        responses["400"] = {"description": "What was sent is wrong; the text says where", "content": error}
    if missing:
        responses["404"] = {"description": "No such device, account, profile or fault", "content": error}
    if conflict:
        responses["409"] = {"description": "A rule that cannot be kept", "content": error}
    operation: Schema = {"summary": summary, "responses": responses}
    if parameters:
        operation["parameters"] = parameters
    if body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation
