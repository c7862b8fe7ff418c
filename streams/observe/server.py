"""`/livez`, `/readyz` and `/metrics` of one worker, on loopback unless a host is given."""

from typing import Final, Protocol

from aiohttp import web

from streams.observe.metrics import Metrics

TEXT_FORMAT: Final = "text/plain; version=0.0.4; charset=utf-8"


class Watched(Protocol):
    """What the pages tell of."""

    metrics: Metrics

    @property
    def ready(self) -> bool:
        """Assigned and restored."""

    @property
    def parked(self) -> dict[int, str]:
        """The partitions that stand still, with the reasons."""

    def show(self) -> None:
        """Brings the gauges up to date."""


class WebServer:
    """The worker's pages."""

    def __init__(self, watched: Watched, host: str, port: int) -> None:
        self._watched, self._host, self._port = watched, host, port
        self._runner: web.AppRunner | None = None
        self.address = ""

    async def start(self) -> None:
        """Begins to serve; `address` tells where (OSError where the port is taken)."""
        app = web.Application()
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, shutdown_timeout=1.0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Ends serving."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _livez(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _readyz(self, _: web.Request) -> web.Response:
        if self._watched.ready:
            return web.json_response({"status": "ready"})
        if parked := self._watched.parked:
            listed = [{"partition": one, "reason": why} for one, why in parked.items()]
            return web.json_response({"status": "parked", "parked": listed}, status=503)
        return web.json_response({"status": "restoring or unassigned"}, status=503)

    async def _metrics(self, _: web.Request) -> web.Response:
        self._watched.show()
        return web.Response(
            body=self._watched.metrics.text(), headers={"Content-Type": TEXT_FORMAT}
        )
