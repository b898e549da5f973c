/** Builder: CloudFormation over records alone, in one process and without a wire, on a clock that stands still until it is told to leap. */
import {setImmediate as settle} from 'node:timers/promises'
import {createCloudFormation} from '../../../../src/sandbox/services/cloudformation.ts'
import {otherHandlers} from '../../../../src/sandbox/stacks/resources/other.ts'
import type {Operation} from '../../../../src/sandbox/world/contract.ts'
import {createWorld} from '../../../../src/sandbox/world/world.ts'
import {aLeapingClock} from '../../a-leaping-clock.ts'

export const region = 'eu-west-1'

export function aLeapingAccount() {
  const clock = aLeapingClock(Date.UTC(2026, 10, 22, 12))
  const world = createWorld({speed: 1, seed: 1, clock})
  const {service, engine} = createCloudFormation(world, otherHandlers)
  const status = (name: string): string | undefined => engine.shelf.list(region).find((one) => one.name === name)?.status
  const seconds = async (count: number): Promise<void> => {
    for (let second = 0; second < count; second += 1) {
      await settle()
      await clock.leap(1000)
    }
  }
  return {
    world,
    status,
    seconds,
    call: async (operation: string, input: object): Promise<void> => {
      await (service.operations[operation] as Operation)(input as never, {region, account: world.account, requestId: 'r'})
    },
    /** Its status an hour later. */
    settled: async (name: string): Promise<string | undefined> => {
      await seconds(3600)
      return status(name)
    },
  }
}
