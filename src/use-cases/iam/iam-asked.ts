/** What `--command` asks a policy for: commands, and the runbooks that `runbook run NAME` names. Pure; what nobody knows is exit 2. */
import {ExitCode, SluiceError} from '../../errors.ts'
import {nearest} from '../../nearest.ts'
import {policyCommands} from '../../runbooks/iam/outside-steps.ts'
import type {PolicyCommand} from '../../runbooks/iam/outside-steps.ts'

export interface Asked {
  readonly commands: readonly PolicyCommand[]
  /** Of the team's own; every one that there is where `runbook run` names none. */
  readonly runbooks: 'all' | readonly string[]
}

export function askedFor(given: readonly string[]): Asked {
  const all = given.map(commandOf)
  const ofRunbooks = all.filter(({command}) => command === 'runbook run' || command === 'runbook resume')
  const names = ofRunbooks.flatMap(({runbook}) => runbook ?? [])
  return {
    commands: [...new Set(all.map(({command}) => command))],
    runbooks: names.length < ofRunbooks.length ? 'all' : [...new Set(names)],
  }
}

function commandOf(given: string): {readonly command: PolicyCommand; readonly runbook: string | null} {
  const text = given
    .trim()
    .replace(/^sluice +/, '')
    .replace(/ +/g, ' ')
  const known = policyCommands.find((one) => one === text)
  if (known !== undefined) return {command: known, runbook: null}
  const named = /^(runbook (?:run|resume)) (\S+)$/.exec(text)
  const command = policyCommands.find((one) => one === named?.[1])
  if (command !== undefined) return {command, runbook: named?.[2] ?? null}
  const meant = nearest(text, policyCommands)
  throw new SluiceError({
    code: 'usage',
    exitCode: ExitCode.usage,
    message: `--command ${JSON.stringify(given)} isn't a command that asks anything of AWS.`,
    details: [`There are ${policyCommands.join(', ')}; after runbook run and runbook resume, the name of a runbook.`],
    suggestions:
      meant.length > 0 ? meant.map((one) => `sluice iam policy --command ${JSON.stringify(one)}`) : ['sluice iam policy --help'],
  })
}
