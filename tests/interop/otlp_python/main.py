"""Sends spans with the OpenTelemetry SDK and prints, a line each, what they say themselves.

Arguments: http/protobuf or grpc; the endpoint; none or gzip; how many traces.
"""

import datetime
import json
import sys

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

protocol, endpoint, compression, count = sys.argv[1:]
if protocol == "grpc":
    from grpc import Compression
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(
        endpoint=endpoint,
        insecure=True,
        compression=Compression.Gzip if compression == "gzip" else Compression.NoCompression,
    )
else:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(
        endpoint=f"{endpoint}/v1/traces",
        compression=Compression.Gzip if compression == "gzip" else Compression.NoCompression,
    )

KINDS = ["internal", "server", "client", "producer", "consumer"]


def time(unix_nano):
    seconds, nanos = divmod(unix_nano, 1_000_000_000)
    whole = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    fraction = f"{nanos:09}".rstrip("0")
    return f"{whole:%Y-%m-%dT%H:%M:%S}{'.' if fraction else ''}{fraction}Z"


def plain(attributes):
    return {key: list(v) if isinstance(v, tuple) else v for key, v in (attributes or {}).items()}


def describe(span):
    """A span as `trace view --json` shows it."""
    context = span.get_span_context()
    described = {
        "id": f"{context.span_id:016x}",
        "trace_id": f"{context.trace_id:032x}",
        "name": span.name,
        "kind": KINDS[span.kind.value],
        "start_time": time(span.start_time),
        "end_time": time(span.end_time),
        "attrs": plain(span.attributes),
        "resource": plain(span.resource.attributes),
        "scope": {
            "name": span.instrumentation_scope.name,
            "version": span.instrumentation_scope.version,
        },
    }
    if span.parent is not None:
        described["parent_id"] = f"{span.parent.span_id:016x}"
    if span.status.status_code != StatusCode.UNSET:
        described["status"] = {"code": span.status.status_code.name.lower()}
        if span.status.description:
            described["status"]["message"] = span.status.description
    if span.events:
        described["events"] = [
            {"time": time(event.timestamp), "name": event.name, "attrs": plain(event.attributes)}
            for event in span.events
        ]
    if span.links:
        described["links"] = [
            {
                "trace_id": f"{link.context.trace_id:032x}",
                "span_id": f"{link.context.span_id:016x}",
                "attrs": plain(link.attributes),
            }
            for link in span.links
        ]
    return described


class Printer(SpanProcessor):
    def on_end(self, span):
        print(json.dumps(describe(span)))


provider = TracerProvider(
    resource=Resource({"service.name": "größe", "service.version": "1.2.3"})
)
provider.add_span_processor(
    BatchSpanProcessor(exporter, max_queue_size=100_000, max_export_batch_size=500)
)
provider.add_span_processor(Printer())
tracer = provider.get_tracer("shop", "0.9")

for number in range(int(count)):
    attributes = {
        "http.request.method": "GET",
        "number": number,
        "largest": 2**63 - 1,
        "smallest": -(2**63),
        "ratio": 0.1 + number,
        "cached": number % 2 == 0,
        "tags": ["a", 'b "quoted" \\ \u0001 日本 🚀'],
        "empty": "",
    }
    with tracer.start_as_current_span(
        f"GET /orders/{number}", kind=SpanKind.SERVER, attributes=attributes
    ) as root:
        with tracer.start_as_current_span(
            "SELECT",
            kind=SpanKind.CLIENT,
            attributes={"db.system.name": "sqlite"},
            links=[Link(root.get_span_context(), {"why": "test"})],
        ) as child:
            child.add_event("row", {"index": 1})
            child.set_status(Status(StatusCode.ERROR, "failed"))
        if number % 3 == 0:
            root.set_status(Status(StatusCode.OK))

provider.force_flush()
provider.shutdown()
