import {defineConfig} from 'vitest/config'

// Two projects, one runner: `unit` is in-process and quick; `e2e` drives the built CLI against a sandbox of its own.
export default defineConfig({
  test: {
    projects: [
      // Properties take seconds of CPU: on a busy machine that is no failure.
      {test: {name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**', 'test/conformance/**'], testTimeout: 60_000}},
      {test: {name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 60_000, fileParallelism: false}},
    ],
  },
})
