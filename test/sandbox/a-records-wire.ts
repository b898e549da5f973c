/** Builder: an account whose services answer from its records, behind a real wire; clients that are kept end with it. */
import {createRecordServices} from '../../src/sandbox/services/record-services.ts'
import type {WorldOptions} from '../../src/sandbox/world/world.ts'
import {aWire} from './a-wire.ts'
import type {AWire} from './a-wire.ts'

export interface RecordsWire extends AWire {
  kept<C extends {destroy(): void}>(client: C): C
}

export async function aRecordsWire(options: Partial<WorldOptions> = {}): Promise<RecordsWire> {
  const wire = await aWire([], options)
  for (const service of createRecordServices(wire.world)) wire.world.register(service)
  const open: {destroy(): void}[] = []
  return {
    ...wire,
    kept: (client) => {
      open.push(client)
      return client
    },
    close: async () => {
      for (const client of open) client.destroy()
      await wire.close()
    },
  }
}
