#!/usr/bin/env node
// The one JavaScript file: registers the TypeScript loader, then runs the CLI.
require("tsx/cjs");
require("./cli.ts").main(process.argv);
