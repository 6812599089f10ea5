import { Command, Option } from "@commander-js/extra-typings";
import { InvalidArgumentError } from "commander";
import type { SocketAddress } from "../model/socket_address.ts";
import { parseSsfAddress } from "../receivers/ssf_address.ts";
import { type ForwardTarget, parseForwardTarget } from "./forward_targets.ts";
import { type HostPort, parseHostPort } from "./host_port.ts";
import type { CliIo } from "./io.ts";
import { parseCount, parseSize } from "./parse_options.ts";
import { collectRedactRule, createBatchRedactor, REDACT_OPTION } from "./redact_option.ts";
import type { SessionOptions } from "./session.ts";
import type { PortChoice } from "./session_receivers.ts";
import { NO_OPEN_OPTION, parseWebAddress, WEB_ADDRESS_OPTION, WEB_OPTION } from "./web_options.ts";

/**
 * A command with the options that `collect` and `run` share.
 *
 * @param name The command's name.
 * @param ports For the help.
 */
// deno-lint-ignore explicit-function-return-type explicit-module-boundary-types -- the type of the options is inferred from the calls
export function createSessionCommand(name: string, ports: DefaultPorts) {
  return new Command(name)
    .option(
      "--socket <path>",
      "Unix socket for go-trace events (default: one of its own in the session folder)",
    )
    .option("--out <file>", "record to this file (.gz and .zst compress)")
    .option("--rotate <size>", "go on in a new file at this size, such as 100MB", parseSize)
    .option(
      "--otlp-http <address>",
      `receive OTLP over HTTP at HOST:PORT, or off ${describeDefault(ports.otlpHttp)}`,
      parsePort,
    )
    .option(
      "--otlp-grpc <address>",
      `receive OTLP over gRPC at HOST:PORT, or off ${describeDefault(ports.otlpGrpc)}`,
      parsePort,
    )
    .option(
      "--zipkin <address>",
      `receive Zipkin's JSON and Jaeger's Thrift over HTTP at HOST:PORT, or off ${
        describeDefault(ports.zipkin)
      }`,
      parsePort,
    )
    .option(
      "--ssf <url>",
      "receive SSF at udp://HOST:PORT, unix:///PATH or tcp://HOST:PORT (may be repeated)",
      collectSsfAddress,
    )
    .option(
      "--forward <url>",
      "hand all spans on to this receiver, such as http://HOST:4318 (may be repeated)",
      collectForwardTarget,
    )
    .option(...REDACT_OPTION, collectRedactRule)
    .option(
      "--cors <origin>",
      "let web pages of this origin send over HTTP, * for all (may be repeated)",
      (origin: string, before: readonly string[] = []) => [...before, origin],
    )
    .option(...WEB_OPTION)
    .option(...WEB_ADDRESS_OPTION, parseWebAddress)
    .option(...NO_OPEN_OPTION)
    .optionsGroup("Limits (what is beyond them is counted):")
    .option(
      "--max-open-spans <n>",
      "spans open at once; the oldest beyond it is given up as unfinished",
      parseCount,
      250_000,
    )
    .addOption(
      new Option(
        "--max-open-memory <size>",
        "memory for open spans; the oldest beyond it is given up as unfinished",
      ).argParser(parseSize).default(64 * MIB, "64MiB"),
    )
    .addOption(
      new Option("--max-line <size>", "length of an event line; longer ones are skipped")
        .argParser(parseSize).default(MIB, "1MiB"),
    )
    .addOption(
      new Option("--max-body <size>", "size of one message of OTLP or Zipkin, unpacked")
        .argParser(parseSize).default(64 * MIB, "64MiB"),
    )
    .option("--max-connections <n>", "programs connected at once", parseCount, 1000)
    .option("--max-viewers <n>", "viewers connected at once", parseCount, 100)
    .addOption(
      new Option(
        "--viewer-backlog <size>",
        "memory for viewers that come late or are slow; a slower one misses spans",
      ).argParser(parseSize).default(32 * MIB, "32MiB"),
    )
    .addOption(
      new Option(
        "--forward-queue <size>",
        "memory for spans that wait for a receiver of --forward, and disk after two seconds; more are dropped",
      ).argParser(parseSize).default(64 * MIB, "64MiB"),
    );
}

/** Ports on 127.0.0.1 that are listened on unless the user says otherwise. */
export interface DefaultPorts {
  readonly otlpHttp: number;
  readonly otlpGrpc: number;
  readonly zipkin: number;
}

/** The options of `startSession` that the command line gives. */
export function toSessionOptions(
  io: CliIo,
  options: SessionCommandOptions,
  ports: DefaultPorts,
): Omit<SessionOptions, "title" | "onNotice"> {
  return {
    socket: options.socket,
    out: options.out,
    rotateBytes: options.rotate,
    otlpHttp: choosePort(options.otlpHttp, ports.otlpHttp),
    otlpGrpc: choosePort(options.otlpGrpc, ports.otlpGrpc),
    zipkin: choosePort(options.zipkin, ports.zipkin),
    corsOrigins: options.cors,
    maxBodyBytes: options.maxBody,
    ssf: options.ssf,
    forward: options.forward,
    maxForwardBytes: options.forwardQueue,
    redactor: createBatchRedactor(io, options.redact),
    maxOpenSpans: options.maxOpenSpans,
    maxOpenBytes: options.maxOpenMemory,
    maxLineBytes: options.maxLine,
    maxConnections: options.maxConnections,
    maxViewers: options.maxViewers,
    maxBacklogBytes: options.viewerBacklog,
  };
}

type SessionCommandOptions = ReturnType<ReturnType<typeof createSessionCommand>["opts"]>;

const MIB = 1024 * 1024;

function describeDefault(port: number): string {
  return `(default: ${port === 0 ? "a free port" : `127.0.0.1:${port}`})`;
}

/** A port that was asked for must be had; a default one need not. */
function choosePort(asked: HostPort | "off" | undefined, port: number): PortChoice | undefined {
  if (asked === "off") return undefined;
  return asked === undefined
    ? { host: "127.0.0.1", port, isOptional: true }
    : { ...asked, isOptional: false };
}

function parsePort(text: string): HostPort | "off" {
  if (text === "off") return text;
  try {
    return parseHostPort(text);
  } catch {
    throw new InvalidArgumentError("Expected HOST:PORT (port 0: any free one) or off.");
  }
}

/** Adds the receiver of one `--forward` to those of the ones before it. */
function collectForwardTarget(url: string, before: readonly ForwardTarget[] = []): ForwardTarget[] {
  try {
    return [...before, parseForwardTarget(url)];
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}

/** Adds the address of one `--ssf` to those of the ones before it. */
function collectSsfAddress(text: string, before: readonly SocketAddress[] = []): SocketAddress[] {
  try {
    return [...before, parseSsfAddress(text)];
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
}

/** Prints a notice of a session to standard error. */
export function printNotice(io: CliIo): (message: string) => void {
  return (message) => void io.stderr.write(`trace: ${message}\n`).catch(() => {});
}
