// Calls tools of the server whose command is in the arguments, with version 1 of the protocol's SDK, which many
// agents have. Reads the calls from CALLS as JSON, [[name, arguments], …]; prints what was answered.
const process = require("node:process");
const { Client } = require("@modelcontextprotocol/sdk/client/index.js");
const { StdioClientTransport } = require("@modelcontextprotocol/sdk/client/stdio.js");

// deno-lint-ignore explicit-function-return-type -- JavaScript has no types
async function main() {
  const [command, ...args] = process.argv.slice(2);
  const client = new Client({ name: "old agent", version: "1" });
  await client.connect(new StdioClientTransport({ command, args, env: process.env }));
  const { tools } = await client.listTools();
  const answers = [];
  for (const [name, args] of JSON.parse(process.env.CALLS)) {
    const { content, isError } = await client.callTool({ name, arguments: args });
    answers.push({ name, isError: isError === true, text: content[0].text });
  }
  await client.close();
  console.log(JSON.stringify({ tools: tools.map(({ name }) => name), answers }));
}

main();
