/**
 * The team's own steps that these commands may run, from the files beside the configuration: those of the runbooks that are named, and
 * those that stand around a recovery's. Reads files, asks AWS nothing.
 */
import {loadConfig} from '../../config/load.ts'
import {loadStack} from '../../config/load-stack.ts'
import {recoverySettings} from '../../config/recovery-config.ts'
import {findRunbook, loadExtension, loadRunbooks, runbooksBeside} from '../../config/runbook-load.ts'
import type {LoadedRunbook} from '../../config/runbook-load.ts'
import {recoveries} from '../../config/runbook.ts'
import type {Extension, OwnRunbook} from '../../config/runbook.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Asked} from './iam-asked.ts'
import type {Ground} from '../../runbooks/custom/own-step.ts'
import type {OwnSteps} from '../../runbooks/iam/own-rights.ts'
import type {Where} from '../../runbooks/iam/where.ts'
import {recoveryPlace} from '../../runbooks/recovery/place.ts'

interface From {
  readonly config: string
  readonly directory?: string | undefined
}

export async function ownStepsOf(asked: Asked, from: From, where: Where): Promise<readonly OwnSteps[]> {
  const runs = asked.commands.some((command) => command === 'runbook run' || command === 'runbook resume')
  const extended = recoveries.filter((one) => asked.commands.some((command) => command === one || command === 'dr resume'))
  if (!runs && (extended.length === 0 || (await loadConfig(from.config)).kind !== 'of-stack')) return []
  const config = await loadStack(from.config)
  const ground = groundOf(config, where)
  if (ground === null) {
    if (runs) throw noRecovery()
    return []
  }
  const {extend} = ground.settings
  const extensions = extend === null ? [] : await Promise.all(extended.map((one) => loadExtension(extend, one)))
  return [
    ...(runs ? (await runbooksOf(asked, from)).map((one) => ({steps: one.steps, ground: inRegion(ground, one.region)})) : []),
    ...extensions.filter((one) => one !== null).map((one) => ({steps: stepsAround(one), ground: inRegion(ground, one.region)})),
  ]
}

async function runbooksOf({runbooks}: Asked, {config, directory}: From): Promise<readonly OwnRunbook[]> {
  const loaded = await loadRunbooks(directory ?? runbooksBeside(config))
  const found: readonly LoadedRunbook[] = runbooks === 'all' ? loaded : runbooks.map((name) => findRunbook(loaded, name))
  return found.flatMap(({runbook}) => {
    if (runbook.kind === 'runbook') return [runbook]
    if (runbooks === 'all') return []
    throw new SluiceError({
      code: 'runbook-not-run',
      exitCode: ExitCode.usage,
      message: `${runbook.name} extends ${runbook.extends} and is run by it; where stack.recovery.extend names it, it is in that policy.`,
      suggestions: [`sluice iam policy --command '${runbook.extends}'`],
    })
  })
}

const stepsAround = ({before, after}: Extension) => [before, after].flatMap((side) => Object.values(side).flat())

/** The environment and the Region that the policy is for, whatever the configuration says. */
function groundOf(config: StackConfig, {account, environment, regions}: Where): Ground | null {
  const chosen: StackConfig = {...config, environment, region: regions[0] ?? config.region}
  const place = recoveryPlace(chosen, account)
  return place === null ? null : {place, settings: recoverySettings(chosen), region: place.recovery}
}

const inRegion = (ground: Ground, region: string | null): Ground => (region === null ? ground : {...ground, region})

const noRecovery = (): SluiceError =>
  new SluiceError({
    code: 'no-recovery-region',
    exitCode: ExitCode.usage,
    message: 'sluice.yaml names no recovery Region: runbooks work there.',
    suggestions: ['add `stack.recovery.region` to sluice.yaml'],
  })
