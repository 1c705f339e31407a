// Fuzzes the parser. Jazzer.js calls `fuzz`; by itself, the program is a plain loop:
//   node fuzz.js [COUNT [SEED]]    runs the seeds, then mutates them COUNT times

const fs = require("fs");
const path = require("path");
const oracle = require("./oracle");
const { parse } = require("./parser");

const DIALECT = oracle.TEXT;
// true lets departures from requirements of level should count as findings, too.
const STRICT = false;
const SEEDS = path.join(__dirname, "seeds/text");

function read(datagram) {
  try {
    return parse(datagram);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function fuzz(datagram) {
  const reading = read(datagram);
  const answer = oracle.admits(DIALECT, datagram, reading);
  if (answer !== oracle.ADMISSIBLE && (STRICT || answer !== oracle.ADVISED_AGAINST)) {
    const why = oracle.why(DIALECT, datagram, reading);
    throw new Error(`datagram ${JSON.stringify(datagram.toString("latin1"))}: not admissible: ${why}`);
  }
}

function loop(count, seed) {
  // A linear congruential generator.
  let state = seed;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  const seeds = fs.readdirSync(SEEDS).map((name) => fs.readFileSync(path.join(SEEDS, name)));
  // The shortest first: they are the easiest to understand.
  seeds.sort((one, other) => one.length - other.length || Buffer.compare(one, other));
  seeds.forEach(fuzz);
  for (let turn = 0; turn < count; turn++) {
    fuzz(oracle.mutate(DIALECT, seeds[(random() >>> 8) % seeds.length], 4096, random()));
  }
  console.log(`${seeds.length} seeds and ${count} mutations, and every reading is admissible`);
}

module.exports = { fuzz };

if (require.main === module) loop(Number(process.argv[2] || 100000), Number(process.argv[3] || 1));
