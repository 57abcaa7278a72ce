// Reads a graph in ELK's JSON from standard input and writes it laid out to standard output.
// https://eclipse.dev/elk/documentation/tooldevelopers/graphdatastructure/jsonformat.html
import { readFileSync } from "node:fs";
import ELK from "elkjs/lib/elk.bundled.js";

try {
  const graph = JSON.parse(readFileSync(0, "utf8"));
  process.stdout.write(JSON.stringify(await new ELK().layout(graph)));
} catch (error) { // elkjs is one long line of code, which Node would print with the error
  console.error(String(error));
  process.exitCode = 1;
}
