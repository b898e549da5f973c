/**
 * Deletes what has a name of its own and would be in the way of the next stack of that name: repository, secret, empty vault.
 * Only when a person has typed the environment's name for its data. A vault that got a recovery point meanwhile stays,
 * and nothing fails.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import type {DataStore, DownWorld} from '../down-ports.ts'

const calls: Readonly<Record<DataStore['kind'], readonly string[]>> = {
  vault: ['backup:ListBackupVaults', 'backup:DeleteBackupVault'],
  repository: ['ecr:DescribeRepositories', 'ecr:DeleteRepository'],
  secret: ['secretsmanager:DescribeSecret', 'secretsmanager:RemoveRegionsFromReplication', 'secretsmanager:DeleteSecret'],
}

export function removeStore(store: DataStore, needs: readonly string[]): Step<DownWorld> {
  const {kind, region, id, name} = store
  return {
    id: `no-store-${kind}-${name}@${region}`,
    title: `${kind} ${name} in ${region} deleted`,
    needs,
    calls: calls[kind].map((action) => ({action, region})),
    deadlineMs: minutes(30),
    atDeadline: 'fail',
    pointOfNoReturn: true,
    observe: async (world, {signal}) =>
      (await world.teardown.store(store, signal)) === null ? {kind: 'done'} : {kind: 'not-done'},
    start: async () => undefined,
    poll: async (world, {now, signal}) => {
      const state = await world.teardown.store(store, signal)
      if (state === null) return {kind: 'done'}
      if (state === 'full') return {kind: 'done', note: `${kind} ${id} stays: it holds recovery points`}
      await world.teardown.removeStore(store, signal)
      return {kind: 'pending', waitsFor: `${kind} ${name} to be gone`, lookAgainAt: now + seconds(2)}
    },
  }
}
