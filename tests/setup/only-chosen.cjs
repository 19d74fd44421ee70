/** Lets Jest run the suites that `desk.mjs` chose, and names none other. */
const chosen = new Set(JSON.parse(process.env.DESK_TEST_SUITES));

module.exports = (suites) => ({ filtered: suites.filter((suite) => chosen.has(suite)) });
