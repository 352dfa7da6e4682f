// write-good, waiting for its turn: see contenders.py, whose other contenders do the same in Python.
//
//     node write_good.cjs FOLDER_OF_PEERS CORPUS.jsonl CLOCK
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");

const [peers, corpus, clock] = process.argv.slice(2);
const writeGood = require(path.join(peers, "node_modules", "write-good"));
const replies = fs.readFileSync(corpus, "utf8").trim().split("\n").map((line) => JSON.parse(line).text);

const used = () => {
  // Of the whole process, its helper threads too: node tells no other.
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
};
const now = clock === "processor" ? used : () => Number(process.hrtime.bigint());

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const [first, last] = line.split(" ").map(Number);
  const times = [];
  for (let at = first; at < last; at += 1) {
    const start = now();
    writeGood(replies[at]);
    times.push(Math.round(now() - start));
  }
  console.log(JSON.stringify(times));
});
