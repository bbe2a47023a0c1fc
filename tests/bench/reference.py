"""What the intake is measured against: aiosmtpd as it comes, on asyncio, with a handler that does nothing.

    python -m tests.bench.reference

Prints the port, and serves until it is ended. Its name is given, as it would ask the resolver at each connection.
"""

from __future__ import annotations

import asyncio

from aiosmtpd.smtp import SMTP


class Nothing:
    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802, ARG002 - aiosmtpd's names
        return "250 OK"


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Nothing(), hostname="reference.example.org"), "127.0.0.1", 0, backlog=2048
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
