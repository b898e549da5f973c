/** Builder: a world with some services behind a real loopback wire, and options that point an unmodified SDK client at it. */
import type {Service} from '../../src/sandbox/world/contract.ts'
import {createWorld} from '../../src/sandbox/world/world.ts'
import type {SandboxWorld, WorldOptions} from '../../src/sandbox/world/world.ts'
import {listenOnLoopback} from '../../src/sandbox/wire/loopback.ts'
import {createWire} from '../../src/sandbox/wire/wire.ts'

export interface AWire {
  readonly world: SandboxWorld
  readonly endpoint: string
  client(region?: string): ClientOptions
  close(): Promise<void>
}

export interface ClientOptions {
  readonly endpoint: string
  readonly region: string
  readonly credentials: {readonly accessKeyId: string; readonly secretAccessKey: string}
  readonly maxAttempts: number
  readonly forcePathStyle: boolean
}

export async function aWire(
  services: readonly ((world: SandboxWorld) => Service)[],
  options: Partial<WorldOptions> = {},
): Promise<AWire> {
  const world = createWorld({speed: 60, seed: 1, ...options})
  for (const create of services) world.register(create(world))
  const {endpoint, close} = await listenOnLoopback(createWire(world))
  return {
    world,
    endpoint,
    client: (region = 'eu-west-1') => ({
      endpoint,
      region,
      credentials: {accessKeyId: 'sandbox', secretAccessKey: 'sandbox'},
      maxAttempts: 1,
      forcePathStyle: true,
    }),
    close: async () => {
      await close()
      await world.close()
    },
  }
}
