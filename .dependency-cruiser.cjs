/** The arrows of the house: core <- config <- values <- components <- index; scripts -> core, config, values. */
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: from },
  to: { path: "^(infra|scripts|test)/", pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    only("core-stands-alone", "^infra/core/", "^infra/core/"),
    only("config-uses-core", "^infra/config/", "^infra/(config|core)/"),
    only("values-use-config-and-core", "^infra/values/", "^infra/(values|config|core)/"),
    only("components-use-values", "^infra/components/", "^infra/(components|values|config|core)/"),
    only("agent-uses-core", "^infra/agent/", "^infra/(agent|core)/"),
    only("scripts-use-core-config-values-agent", "^scripts/", "^(scripts/|infra/(core|config|values|agent)/)"),
    {
      name: "pulumi-stays-in-the-program",
      severity: "error",
      from: { path: "^(infra/(core|values|agent)|scripts)/", pathNot: "^scripts/lib/render/" },
      to: { path: "node_modules/@pulumi/" },
    },
    {
      name: "nothing-imports-scripts-or-test",
      severity: "error",
      from: { path: "^infra/" },
      to: { path: "^(scripts|test)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
  },
};
