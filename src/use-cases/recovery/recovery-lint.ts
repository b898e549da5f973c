/** The plans of an unplanned failover with this configuration, read for what they would need of what may be lost. Asks nobody. */
import {recoverySettings} from '../../config/recovery-config.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {sampleFailovers} from '../../runbooks/iam/sample-recoveries.ts'
import {lintRecovery} from '../../runbooks/recovery/lint-plan.ts'
import type {LintFinding} from '../../runbooks/recovery/lint-plan.ts'
import {recoveryPlace} from '../../runbooks/recovery/place.ts'
import {recoveryRunbook} from '../../runbooks/recovery/recovery-runbook.ts'
import {extensionOf} from './recovery-promoting.ts'

export interface LintedPlan {
  readonly name: string
  readonly steps: number
  readonly calls: number
  readonly findings: readonly LintFinding[]
}

export async function planLint(config: StackConfig): Promise<readonly LintedPlan[]> {
  const place = recoveryPlace(config, '000000000000')
  if (place === null)
    throw new SluiceError({
      code: 'no-recovery-region',
      exitCode: ExitCode.usage,
      message: 'sluice.yaml names no recovery Region: there is no failover to lint.',
      suggestions: ['add `stack.recovery.region` to sluice.yaml'],
    })
  const settings = recoverySettings(config)
  const extension = await extensionOf({settings}, 'dr promote')
  const where = {
    partition: 'aws',
    account: place.account,
    regions: [place.home, place.recovery],
    service: place.service,
    environment: place.environment,
  }
  const samples = sampleFailovers(where).filter(
    ({mode, settings: {flip, distribution}}) =>
      mode === 'unplanned'
      && flip === settings.flip
      && (flip === 'stop' || (distribution === null) === (settings.distribution === null)),
  )
  return samples.map((sample) => {
    const runbook = recoveryRunbook({...sample, config, place, settings, extension})
    const plan = runbook.plan(runbook.first, [])
    return {
      name: `dr promote --unplanned (flip: ${settings.flip})`,
      steps: plan.steps.length,
      calls: plan.steps.reduce((sum, {calls}) => sum + calls.length, 0),
      findings: lintRecovery(plan, place),
    }
  })
}
