"""The body of an answer, whole or not at all, for the simulator where it is a client itself."""

from __future__ import annotations

import aiohttp


async def whole_body(answer: aiohttp.ClientResponse, limit: int) -> bytes | None:
    """Returns all of it, in however many pieces it comes; None where it is longer than `limit` bytes.

    Raises `aiohttp.ClientPayloadError` for one that is cut off.
    """
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > limit:
            return None
    return bytes(body)
