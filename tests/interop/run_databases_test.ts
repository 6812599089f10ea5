import { assertEquals } from "@std/assert";
import { startMariadb } from "../testing/mariadb_server.ts";
import { startPostgres } from "../testing/postgres_server.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace } from "../testing/trace_process.ts";
import { installNode, runProgram } from "./_foreign_program.ts";

/** Programs that know nothing of tracing, by file name. Each prints what its statements gave. */
const POSTGRES_PROGRAMS: Readonly<Record<string, string>> = {
  "pg.mjs": `
    import pg from "pg";
    import { Client } from "pg";
    const config = JSON.parse(process.argv[2]);
    const client = new Client(config);
    await client.connect();
    console.log((await client.query("SELECT $1::int AS n", [7])).rows[0].n);
    await client.query("SELECT nope").catch((error) => console.log(error.code));
    await client.end();
    const pool = new pg.Pool(config);
    console.log((await pool.query({ text: "SELECT 8 AS n" })).rows[0].n);
    await pool.end();`,
  "pg.cjs": `
    const { Client, Pool } = require("pg");
    const config = JSON.parse(process.argv[2]);
    const client = new Client(config);
    client.connect();
    client.query("SELECT $1::int AS n", [7], (error, result) => {
      console.log(result.rows[0].n);
      client.query("SELECT nope", (error) => {
        console.log(error.code);
        client.end();
        const pool = new Pool(config);
        pool.query({ text: "SELECT 8 AS n" }, (error, result) => {
          console.log(result.rows[0].n);
          pool.end();
        });
      });
    });`,
};
const POSTGRES_RESULT = {
  stdout: "7\n42703\n8\n",
  statements: [
    ["SELECT $1::int AS n", undefined],
    ["SELECT nope", 'column "nope" does not exist'],
    ["SELECT 8 AS n", undefined],
  ],
};

const MYSQL_PROGRAMS: Readonly<Record<string, string>> = {
  "mysql.mjs": `
    import mysql from "mysql2/promise";
    const config = JSON.parse(process.argv[2]);
    const connection = await mysql.createConnection(config);
    console.log((await connection.execute("SELECT ? AS n", [7]))[0][0].n);
    await connection.query("SELECT nope").catch((error) => console.log(error.errno));
    await connection.end();
    const pool = mysql.createPool(config);
    console.log((await pool.query("SELECT 8 AS n"))[0][0].n);
    await pool.end();`,
  "mysql.cjs": `
    const mysql = require("mysql2");
    const config = JSON.parse(process.argv[2]);
    const connection = mysql.createConnection(config);
    connection.execute("SELECT ? AS n", [7], (error, rows) => {
      console.log(rows[0].n);
      connection.query("SELECT nope", (error) => {
        console.log(error.errno);
        connection.end();
        const pool = mysql.createPool(config);
        pool.query({ sql: "SELECT 8 AS n" }, (error, rows) => {
          console.log(rows[0].n);
          pool.end();
        });
      });
    });`,
};
const MYSQL_RESULT = {
  stdout: "7\n1054\n8\n",
  statements: [
    ["SELECT ? AS n", undefined],
    ["SELECT nope", "Unknown column 'nope' in 'SELECT'"],
    ["SELECT 8 AS n", undefined],
  ],
};

const RUNTIMES: readonly (readonly [name: string, ...command: string[]])[] = [
  ["the Node on the PATH", "node"],
  ["Node 26 from npm", "npx", "-y", "node@26"],
];

Deno.test("pg in a Node program is traced under trace run, imported and required", () =>
  inTemporaryFolder(async (folder) => {
    await using server = await startPostgres();
    if (server === undefined) return;
    const config = { host: server.folder, user: "tester", database: "postgres" };
    await runAll(folder, "pg@8.23.1", POSTGRES_PROGRAMS, config, POSTGRES_RESULT);
  }));

Deno.test("mysql2 in a Node program is traced under trace run, imported and required, with promises or callbacks", () =>
  inTemporaryFolder(async (folder) => {
    await using server = await startMariadb(folder);
    if (server === undefined) return;
    const config = { socketPath: server.socketPath, user: "root" };
    await runAll(folder, "mysql2@3.24.6", MYSQL_PROGRAMS, config, MYSQL_RESULT);
  }));

/** Runs programs on all runtimes and compares what they print and which statements are seen. */
async function runAll(
  folder: string,
  driver: string,
  programs: Readonly<Record<string, string>>,
  config: unknown,
  expected: { readonly stdout: string; readonly statements: unknown },
): Promise<void> {
  const problem = await installNode(folder, [driver]);
  if (problem !== undefined) return console.log(`skipped: ${problem}`);
  for (const [runtime, command, ...args] of RUNTIMES) {
    const version = await runProgram(command, [...args, "--version"], folder);
    if (version.code !== 0) {
      console.log(`skipped: ${runtime} cannot be had here`);
      continue;
    }
    for (const [name, code] of Object.entries(programs)) {
      const path = `${folder}/${name}`;
      await Deno.writeTextFile(path, code);
      const out = `${path}-${args.length}.jsonl`;
      const program = [command, ...args, path, JSON.stringify(config)];
      const ran = await runTrace(["run", "--out", out, "--", ...program], { folder });
      assertEquals([name, ran.code, ran.stdout], [name, 0, expected.stdout], ran.stderr);
      const { stdout } = await runTrace(["view", "--json", out], { folder });
      const statements = stdout.trim().split("\n")
        .flatMap((line) => JSON.parse(line).spans as { kind: string; attrs: SqlAttributes }[])
        .filter(({ kind }) => kind === "sql").map(({ attrs }) => [attrs.query, attrs.error]);
      assertEquals(statements, expected.statements, `${runtime}, ${name}`);
    }
  }
}

interface SqlAttributes {
  readonly query: string;
  readonly error?: string;
}
