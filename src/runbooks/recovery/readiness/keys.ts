/** A disabled key makes a database unusable for good, and is found out only when something opens what it closed. */
import {fail, ok} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export const keys: Check = {
  id: 'keys',
  title: 'KMS keys',
  look: async ({world, place, to, signal, replica}) => {
    const stem = `${place.service}-${place.environment}`
    const own = (await replica())?.kmsKey ?? null
    const names = [...(own === null ? [] : [own]), ...['data', 'logs', 'site'].map((use) => `alias/${stem}-${use}`)]
    const states = await Promise.all(names.map((name) => world.readiness.key(to, name, signal)))
    return keyFindings(
      names.map((name, index) => ({name, state: states[index] ?? null})),
      to,
    )
  },
}

export function keyFindings(
  all: readonly {readonly name: string; readonly state: {readonly enabled: boolean; readonly state: string} | null}[],
  to: string,
): readonly Found[] {
  const bad = all.flatMap(({name, state}) => {
    if (state === null)
      return [fail(`The key ${name} isn't in ${to}.`, {suggestions: ['sluice infra up'], evidence: {key: name}})]
    if (state.enabled) return []
    const consequence =
      state.state === 'PendingDeletion'
        ? 'is about to be deleted: everything it encrypts goes with it'
        : `is ${state.state}: a database that it encrypts can't be started, and that is final after a week`
    return [
      fail(`The key ${name} in ${to} ${consequence}.`, {
        evidence: {key: name, state: state.state},
        suggestions: [
          ...(state.state === 'PendingDeletion' ? [`aws kms cancel-key-deletion --region ${to} --key-id ${name}`] : []),
          `aws kms enable-key --region ${to} --key-id ${name}`,
        ],
      }),
    ]
  })
  return bad.length > 0 ? bad : [ok(`${all.length} keys in ${to} are enabled.`, {keys: all.map(({name}) => name)})]
}
