// deno-lint-ignore-file explicit-function-return-type -- JavaScript has no types
// Sends one call between two services, as both of Zipkin's models, and prints the ids and times.
const {
  Annotation,
  BatchRecorder,
  ExplicitContext,
  InetAddress,
  Tracer,
  jsonEncoder,
} = require("zipkin");
const { HttpLogger } = require("zipkin-transport-http");

const url = process.argv[2];

async function send(path, encoder) {
  const logger = new HttpLogger({ endpoint: url + path, jsonEncoder: encoder, httpInterval: 1e6 });
  const ctxImpl = new ExplicitContext();
  // A recorder each, as in two programs: within one, the halves of a call would be mixed up.
  const tracerOf = (localServiceName) =>
    new Tracer({
      ctxImpl,
      recorder: new BatchRecorder({ logger }),
      localServiceName,
      traceId128Bit: true,
    });
  const frontend = tracerOf("frontend");
  const backend = tracerOf("backend");
  const host = new InetAddress("127.0.0.1");

  const call = frontend.createRootId();
  let work;
  const start = Date.now() * 1000 + 7;
  frontend.letId(call, () => {
    frontend.recordServiceName("frontend");
    frontend.recordRpc("get /größe");
    frontend.recordAnnotation(new Annotation.LocalAddr({ host, port: 8080 }));
    frontend.recordAnnotation(
      new Annotation.ServerAddr({ serviceName: "backend", host, port: 9000 }),
    );
    frontend.recordAnnotation(new Annotation.ClientSend(), start);
    frontend.recordBinary("http.path", "/größe");
  });
  backend.letId(backend.join(call), () => {
    backend.recordServiceName("backend");
    backend.recordRpc("get /größe");
    backend.recordAnnotation(new Annotation.LocalAddr({ host, port: 9000 }));
    backend.recordAnnotation(new Annotation.ServerRecv(), start + 100);
    backend.recordMessage("cache miss");
    work = backend.createChildId();
    backend.letId(work, () => {
      backend.recordServiceName("backend");
      backend.recordAnnotation(new Annotation.LocalOperationStart("query"), start + 200);
      backend.recordBinary("error", "no rows");
      backend.recordAnnotation(new Annotation.LocalOperationStop(), start + 300);
    });
    backend.recordAnnotation(new Annotation.ServerSend(), start + 400);
  });
  frontend.letId(call, () => {
    frontend.recordAnnotation(new Annotation.ClientRecv(), start + 500);
  });
  const sent = new Promise((resolve, reject) => {
    logger.on("success", resolve);
    logger.on("error", reject);
  });
  logger.processQueue(fetch);
  await sent;
  return { traceId: call.traceId, call: call.spanId, work: work.spanId, start };
}

async function main() {
  const v2 = await send("/api/v2/spans", jsonEncoder.JSON_V2);
  const v1 = await send("/api/v1/spans", jsonEncoder.JSON_V1);
  console.log(JSON.stringify([v2, v1]));
}

main();
