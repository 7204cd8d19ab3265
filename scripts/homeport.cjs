#!/usr/bin/env node
// The one JavaScript file: registers the TypeScript loader, then runs the CLI.
// The AWS SDK announces on Node 20 which of its later versions will not run there; we pin ours.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
require("tsx/cjs");
require("./cli.ts").main(process.argv);
