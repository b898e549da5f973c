/** Who may import whom. The table is the architecture; a new arrow is a decision, not a fix for this test. */
import {readFile} from 'node:fs/promises'
import {globSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {importsOf} from './support/imports.ts'

interface Room {
  /** Paths that begin with this belong to the room; the longest match counts. */
  readonly path: string
  /** Other rooms it may import. */
  readonly rooms: readonly string[]
  /** npm packages it may import, `@aws-sdk/*` for a scope. */
  readonly packages: readonly string[]
}

const rooms: Readonly<Record<string, Room>> = {
  // Leaves: they import nothing of ours, anyone may import them.
  errors: {path: 'src/errors.ts', rooms: [], packages: []},
  nearest: {path: 'src/nearest.ts', rooms: [], packages: []},
  printedCommand: {path: 'src/printed-command.ts', rooms: [], packages: []},

  // Pure thinking.
  judge: {path: 'src/judge/', rooms: [], packages: []},
  engine: {path: 'src/runbooks/engine/', rooms: ['errors'], packages: []},
  config: {path: 'src/config/', rooms: ['errors', 'nearest', 'judge'], packages: ['yaml', 'zod']},
  runbooks: {path: 'src/runbooks/', rooms: ['errors', 'nearest', 'engine', 'judge', 'config'], packages: []},
  ui: {path: 'src/ui/', rooms: ['errors', 'engine', 'runbooks', 'judge', 'config'], packages: ['escape-goat']},

  // The outside world, and the pretended one.
  aws: {path: 'src/infra/aws/', rooms: ['errors', 'engine', 'runbooks', 'config'], packages: ['@aws-sdk/*']},
  sandbox: {path: 'src/sandbox/', rooms: ['errors'], packages: ['@aws-sdk/*', '@smithy/core', 'dns-packet', 'yaml']},
  // Templates and the parameters they are deployed with: data, and never a call.
  stack: {path: 'src/infra/stack/', rooms: ['errors', 'config', 'runbooks'], packages: ['yaml']},
  local: {path: 'src/infra/local/', rooms: ['errors', 'engine'], packages: []},
  clocks: {path: 'src/clocks.ts', rooms: ['errors', 'engine'], packages: []},

  // Where they meet.
  compose: {
    path: 'src/compose',
    rooms: ['errors', 'engine', 'runbooks', 'config', 'judge', 'aws', 'stack', 'local', 'clocks'],
    packages: [],
  },
  watching: {path: 'src/watching.ts', rooms: ['errors', 'engine', 'runbooks', 'ui'], packages: []},
  command: {path: 'src/cli/command.ts', rooms: ['errors', 'report', 'printedCommand', 'usageError'], packages: ['@oclif/core']},
  report: {path: 'src/cli/report-error.ts', rooms: ['errors'], packages: []},
  usageError: {path: 'src/cli/usage-error.ts', rooms: ['errors', 'nearest'], packages: []},
  help: {path: 'src/cli/help.ts', rooms: [], packages: ['@oclif/core']},
  unknownCommand: {path: 'src/cli/unknown-command.ts', rooms: ['errors', 'nearest'], packages: []},
  main: {path: 'src/main.ts', rooms: ['errors', 'report', 'unknownCommand'], packages: ['@oclif/core']},
  commands: {
    path: 'src/commands/',
    rooms: [
      'errors',
      'nearest',
      'command',
      'compose',
      'watching',
      'releaseCommands',
      'initShared',
      'config',
      'engine',
      'runbooks',
      'ui',
      'judge',
    ],
    packages: ['@oclif/core'],
  },
  // What the release commands share.
  releaseCommands: {
    path: 'src/use-cases/release/',
    rooms: ['errors', 'nearest', 'command', 'compose', 'watching', 'config', 'engine', 'runbooks', 'ui', 'judge'],
    packages: ['@oclif/core'],
  },
  sandboxCommands: {
    path: 'src/commands/sandbox/',
    rooms: ['errors', 'nearest', 'command', 'compose', 'config', 'ui', 'sandbox'],
    packages: ['@oclif/core'],
  },
  // What the infra commands share: plans and screens of provisioning, beside the templates they are made of.
  initShared: {path: 'src/use-cases/init/', rooms: ['errors', 'compose', 'config'], packages: []},
  infraShared: {
    path: 'src/use-cases/infra/',
    rooms: ['errors', 'command', 'compose', 'watching', 'config', 'engine', 'runbooks', 'ui', 'stack'],
    packages: ['@oclif/core'],
  },
  infraCommands: {
    path: 'src/commands/infra/',
    rooms: ['errors', 'command', 'compose', 'infraShared', 'config', 'engine', 'runbooks', 'ui', 'stack'],
    packages: ['@oclif/core'],
  },
  // What the dr commands share.
  recoveryShared: {
    path: 'src/use-cases/recovery/',
    rooms: ['errors', 'command', 'compose', 'watching', 'infraShared', 'config', 'engine', 'runbooks', 'ui', 'stack'],
    packages: ['@oclif/core'],
  },
  // What the runbook commands share: they work where recoveries do.
  runbookShared: {
    path: 'src/use-cases/runbook/',
    rooms: ['errors', 'command', 'watching', 'recoveryShared', 'config', 'engine', 'runbooks', 'ui'],
    packages: ['@oclif/core'],
  },
  runbookCommands: {
    path: 'src/commands/runbook/',
    rooms: ['errors', 'command', 'initShared', 'runbookShared', 'config', 'engine', 'runbooks', 'ui'],
    packages: ['@oclif/core'],
  },
  drCommands: {
    path: 'src/commands/dr/',
    rooms: ['errors', 'command', 'compose', 'infraShared', 'recoveryShared', 'config', 'engine', 'runbooks', 'ui'],
    packages: ['@oclif/core'],
  },
  iamCommands: {
    path: 'src/commands/iam/',
    rooms: ['errors', 'command', 'compose', 'infraShared', 'iamShared', 'config', 'runbooks', 'ui', 'stack'],
    packages: ['@oclif/core'],
  },
  // What `iam policy` is asked, finds out and writes.
  iamShared: {path: 'src/use-cases/iam/', rooms: ['errors', 'nearest', 'config', 'runbooks'], packages: []},
  doctor: {
    path: 'src/commands/doctor',
    rooms: ['errors', 'command', 'compose', 'infraShared', 'config', 'runbooks', 'ui'],
    packages: ['@oclif/core'],
  },
  demo: {
    path: 'src/commands/demo',
    rooms: ['errors', 'command', 'demoStory', 'compose', 'watching', 'config', 'engine', 'runbooks', 'ui', 'sandbox'],
    packages: ['@oclif/core'],
  },
  demoStory: {
    path: 'src/demo/',
    rooms: ['errors', 'compose', 'infraShared', 'recoveryShared', 'watching', 'config', 'engine', 'runbooks', 'ui', 'sandbox'],
    packages: [],
  },
}

const longestCommand = 80

function roomOf(path: string): string | null {
  const matching = Object.entries(rooms).filter(([, room]) => path.startsWith(room.path))
  matching.sort(([, one], [, other]) => other.path.length - one.path.length)
  return matching[0]?.[0] ?? null
}

/** What is wrong with an import, or null. */
function forbidden(from: string, to: string): string | null {
  if (to.startsWith('node:')) return null
  const name = roomOf(from)
  const room = name === null ? undefined : rooms[name]
  if (name === null || room === undefined) return `${from} is in no room`
  if (!to.startsWith('src/')) {
    const allowed = room.packages.some((entry) =>
      entry.endsWith('/*') ? to.startsWith(entry.slice(0, -1)) : to === entry || to.startsWith(`${entry}/`),
    )
    return allowed ? null : `${from} (${name}) imports the package ${to}`
  }
  const target = roomOf(to)
  if (target === null) return `${from} imports ${to}, which is in no room`
  return target === name || room.rooms.includes(target) ? null : `${from} (${name}) imports ${to} (${target})`
}

const root = fileURLToPath(new URL('..', import.meta.url))
const paths = globSync('src/**/*.ts', {cwd: root}).map((path) => path.replaceAll('\\', '/'))
const files = await Promise.all(paths.map(async (path) => ({path, text: await readFile(`${root}${path}`, 'utf8')})))

/** A way round through rooms, or null. */
function cycle(arrows: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | null {
  const walk = (room: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(room)) return [...trail.slice(trail.indexOf(room)), room]
    for (const next of arrows.get(room) ?? []) {
      const found = walk(next, [...trail, room])
      if (found !== null) return found
    }
    return null
  }
  for (const room of arrows.keys()) {
    const found = walk(room, [])
    if (found !== null) return found
  }
  return null
}

describe('who imports whom', () => {
  it('every import in src is one that the table allows', () => {
    expect(files.length).toBeGreaterThan(20)
    expect(
      files.flatMap(({path, text}) =>
        importsOf(path, text)
          .map((to) => forbidden(path, to))
          .filter((problem) => problem !== null),
      ),
    ).toEqual([])
  })

  it('the table has no way round', () => {
    const arrows = new Map(Object.entries(rooms).map(([name, room]) => [name, new Set(room.rooms)]))
    expect(cycle(arrows)).toBeNull()
  })

  it('the AWS SDK is only imported where it is spoken', () => {
    const speakers = new Set(
      files
        .filter(({path, text}) => importsOf(path, text).some((to) => to.startsWith('@aws-sdk/')))
        .map(({path}) => roomOf(path)),
    )
    expect([...speakers].filter((room) => room !== 'aws' && room !== 'sandbox')).toEqual([])
  })

  it(`a command file has at most ${longestCommand} lines`, () => {
    const long = files.filter(
      ({path, text}) => path.startsWith('src/commands/') && text.trimEnd().split('\n').length > longestCommand,
    )
    expect(long.map(({path}) => path)).toEqual([])
  })
})

describe('the test itself sees', () => {
  it.each([
    ['a static import', "import {x} from '../errors.ts'"],
    ['a type', "import type {X} from '../errors.ts'"],
    ['a dynamic import', "const later = async () => await import('../errors.ts')"],
    ['a re-export', "export {x} from '../errors.ts'"],
    ['an import for its effect', "import '../errors.ts'"],
    ['a type in place', "let x: import('../errors.ts').X"],
  ])('%s', (_, text) => {
    expect(importsOf('src/judge/x.ts', text)).toEqual(['src/errors.ts'])
  })

  it.each([
    ['the judge importing errors', 'src/judge/verdict.ts', 'src/errors.ts'],
    ['the judge importing a package', 'src/judge/verdict.ts', 'zod'],
    ['the engine importing a planner', 'src/runbooks/engine/run.ts', 'src/runbooks/release/plan.ts'],
    ['ui importing infra', 'src/ui/view.ts', 'src/infra/aws/session.ts'],
    ['an adapter importing ui', 'src/infra/aws/session.ts', 'src/ui/view.ts'],
    ['a command importing an adapter past compose', 'src/commands/doctor.ts', 'src/infra/aws/session.ts'],
    ['a command importing the sandbox', 'src/commands/release/index.ts', 'src/sandbox/world/world.ts'],
    ['a planner importing the SDK', 'src/runbooks/release/plan.ts', '@aws-sdk/client-ecs'],
    ['the sandbox importing the judge', 'src/sandbox/services/ecs.ts', 'src/judge/verdict.ts'],
    ['a file outside every room', 'src/misc.ts', 'src/errors.ts'],
  ])('%s', (_, from, to) => {
    expect(forbidden(from, to)).not.toBeNull()
  })

  it.each([
    ['a command importing compose', 'src/commands/doctor.ts', 'src/compose.ts'],
    ['the demo importing the sandbox', 'src/commands/demo.ts', 'src/sandbox/world/world.ts'],
    ['an adapter importing its port', 'src/infra/aws/live-rule.ts', 'src/runbooks/release/ports.ts'],
    ['an adapter importing the SDK', 'src/infra/aws/clients.ts', '@aws-sdk/client-ecs'],
  ])('and allows %s', (_, from, to) => {
    expect(forbidden(from, to)).toBeNull()
  })

  it('a way round', () => {
    expect(
      cycle(
        new Map([
          ['a', new Set(['b'])],
          ['b', new Set(['c'])],
          ['c', new Set(['b'])],
        ]),
      ),
    ).toEqual(['b', 'c', 'b'])
  })
})
