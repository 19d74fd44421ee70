import path from 'node:path';

const SHOWN_MAX = 10;

/** Says at the end of a run where its time went, and on which Node it ran. */
export default class SlowestSuites {
  #config;

  constructor(config) {
    this.#config = config;
  }

  onRunComplete(_contexts, { testResults }) {
    if (testResults.length === 0) return;
    const suites = testResults
      .map(({ testFilePath, perfStats }) => ({
        name: path.relative(this.#config.rootDir, testFilePath),
        seconds: perfStats.runtime / 1_000,
      }))
      .toSorted((one, other) => other.seconds - one.seconds)
      .slice(0, SHOWN_MAX);
    console.log(
      `\nNode ${process.versions.node}, workers: ${this.#config.maxWorkers}. The slowest suites, in seconds:`,
    );
    for (const { name, seconds } of suites) console.log(`${seconds.toFixed(1).padStart(7)} ${name}`);
  }
}
