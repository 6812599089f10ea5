import { assertEquals, assertThrows } from "@std/assert";
import { parseTarget } from "../../src/transport/target.ts";

function describe(text: string): string {
  const target = parseTarget(text);
  return "url" in target
    ? `${target.protocol} ${target.url}`
    : `${target.protocol} ${JSON.stringify(target.address)}`;
}

Deno.test("each form of a receiver's URL is told apart, with its defaults", () => {
  assertEquals(
    [
      "unix:///run/x y.sock",
      "ssf+unix:///x.sock",
      "ssf+udp://localhost",
      "ssf+tcp://[::1]:9",
      "http://localhost",
      "HTTP://h:80/other?a=b",
      "https://h",
      "https://h:443/v1/traces",
      "otlp+http://h:1",
      "otlp+https://user:pass@h/",
      "otlp+json+http://h",
      "otlp+grpc://h",
      "otlp+grpcs://h:1/",
      "zipkin+http://h",
      "zipkin+https://h/z",
    ].map(describe),
    [
      'gotrace {"transport":"unix","path":"/run/x y.sock"}',
      'ssf {"transport":"unix","path":"/x.sock"}',
      'ssf {"transport":"udp","host":"localhost","port":8128}',
      'ssf {"transport":"tcp","host":"::1","port":9}',
      "otlp-protobuf http://localhost:4318/v1/traces",
      "otlp-protobuf http://h/other?a=b",
      "otlp-protobuf https://h/v1/traces",
      "otlp-protobuf https://h/v1/traces",
      "otlp-protobuf http://h:1/v1/traces",
      "otlp-protobuf https://user:pass@h/v1/traces",
      "otlp-json http://h:4318/v1/traces",
      "otlp-grpc http://h:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export",
      "otlp-grpc https://h:1/opentelemetry.proto.collector.trace.v1.TraceService/Export",
      "zipkin http://h:9411/api/v2/spans",
      "zipkin https://h/z",
    ],
  );
});

Deno.test("other text is refused with the forms there are", () => {
  const wrong = [
    "",
    "localhost:4318",
    "/tmp/x.sock",
    "unix://relative",
    "ssf://h",
    "ssf+udp://h:0",
    "ssf+udp://h:65536",
    "grpc://h",
    "zipkin+grpc://h",
    "http://",
    "http://h:99999",
    "ftp://h",
  ];
  for (const text of wrong) assertThrows(() => parseTarget(text), TypeError, "ssf+udp://HOST:PORT");
});
