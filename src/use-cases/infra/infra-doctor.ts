/** Doctor's look at the stack of a `sluice.yaml` that has one. Reads only; without the section there is nothing to look at. */
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {openProvision} from '../../compose.ts'
import {loadStack} from '../../config/load-stack.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {preflightOf, wantedOf} from './infra-planning.ts'
import {stack} from '../../runbooks/doctor/checks/stack.ts'
import {fail} from '../../runbooks/doctor/finding.ts'
import type {Finding} from '../../runbooks/doctor/finding.ts'
import {infraSituation, leftAlone, recoveryFindings} from '../../runbooks/provision/preflight-recovery.ts'

interface Wanted {
  /** The configuration, or the directory that it is in. */
  readonly file: string
  readonly sandbox: string | undefined
  readonly env: NodeJS.ProcessEnv
}

/** One finding, or none. */
export async function stackFindings({file, sandbox, env}: Wanted): Promise<readonly Finding[]> {
  const text = await readFile(file, 'utf8')
    .catch(() => readFile(join(file, 'sluice.yaml'), 'utf8'))
    .catch(() => '')
  if (!/^stack:/m.test(text)) return []
  try {
    const config = await loadStack(file)
    const opened = await openProvision({region: config.region, sandbox, env}, 'read-state')
    const {stacks} = await wantedOf(config, opened)
    const situation = await infraSituation(opened.world, {config, account: opened.account, now: opened.clock.now()})
    const recovering = recoveryFindings(situation, config, leftAlone(situation, config, stacks))
    return [stack([...recovering, ...(await preflightOf(opened, config, stacks))])]
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    // Said already, about everything.
    if (error.exitCode === ExitCode.credentials) return []
    return [{name: 'stack', ...fail([error.message, ...error.details].join('; '), ...error.suggestions)}]
  }
}
