const common = {
  testEnvironment: "node",
  transform: { "^.+\\.ts$": ["ts-jest", { diagnostics: false }] },
  moduleNameMapper: { "^@npmcli/arborist$": "<rootDir>/test/support/not-loaded.cjs" },
  setupFiles: ["<rootDir>/test/support/setup.cjs"],
};

module.exports = {
  maxWorkers: "100%",
  // A bound, not a measure: a busy machine is slow, not wrong.
  testTimeout: 30_000,
  globalSetup: "<rootDir>/test/support/make-scratch.cjs",
  globalTeardown: "<rootDir>/test/support/remove-scratch.cjs",
  reporters: ["default", "<rootDir>/test/support/closing-line.cjs"],
  projects: [
    {
      ...common,
      displayName: "fast",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["/test/e2e/"],
    },
    { ...common, displayName: "e2e", testMatch: ["<rootDir>/test/e2e/**/*.test.ts"] },
  ],
};
