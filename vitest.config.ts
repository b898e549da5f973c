import {defineConfig} from 'vitest/config'

/** Tests that start a sandbox in their own process: real sockets, real child processes, real (if fast) time. */
const sandboxed = ['test/sandbox/{ecs,outside,image-database,live-services,plane,server,traffic}.test.ts', 'test/sandbox/stacks/*.test.ts', 'test/infra/aws/*sandbox*.test.ts']

// Three projects, one runner. `unit` needs nothing but this process; `sandbox` starts sandboxes in it; `e2e` drives the built CLI.
export default defineConfig({
  test: {
    // Vitest leaves a core idle, which on two cores is half of the machine.
    maxWorkers: 2,
    projects: [
      {test: {name: 'unit', testTimeout: 60_000, include: ['test/**/*.test.ts'], exclude: ['test/e2e/**', ...sandboxed]}},
      {test: {name: 'sandbox', testTimeout: 60_000, include: sandboxed, fileParallelism: false}},
      {test: {name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 60_000, fileParallelism: false}},
    ],
  },
})
