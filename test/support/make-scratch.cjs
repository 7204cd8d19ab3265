const { mkdtempSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

/** All temporary folders of a run lie in one, so that none is left behind; the workers inherit the variable. */
module.exports = () => {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), "homeport-test-"));
};
