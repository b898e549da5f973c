/**
 * What the release commands share: flags, the desk they work at, and how a run's end becomes an outcome. A command adds only what
 * it does.
 */
import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {SluiceCommand} from '../../cli/command.ts'
import {completeConfig, openDesk, sandboxName} from '../../compose.ts'
import type {OpenDesk} from '../../compose.ts'
import {inRegion} from '../../config/in-region.ts'
import {loadConfig} from '../../config/load.ts'
import type {ReleaseConfig} from '../../config/release-config.ts'
import {readHandle} from '../../config/sandbox-handle.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Event} from '../../runbooks/engine/event.ts'
import type {RunEnd} from '../../runbooks/engine/run-end.ts'
import type {Ran} from '../../runbooks/release/run-release.ts'
import {wantsColor} from '../../ui/choose-renderer.ts'
import {tellGithub} from '../../ui/github.ts'
import type {Live} from '../../ui/live.ts'
import {outcomeJson} from '../../ui/outcome-json.ts'
import {releaseOutcomeText} from '../../ui/release-outcome-text.ts'
import {releaseView} from '../../ui/release-view.ts'

export const whereFlags = {
  config: Flags.string({description: 'configuration file', helpValue: 'FILE', default: 'sluice.yaml'}),
  region: Flags.string({description: 'Region (of sluice.yaml, else AWS_REGION)', helpValue: 'REGION'}),
  sandbox: Flags.string({description: 'work on this sandbox instead of AWS (SLUICE_SANDBOX)', helpValue: 'NAME'}),
}

export const whichFlags = {
  ...whereFlags,
  service: Flags.string({description: 'service whose run is meant', helpValue: 'NAME'}),
}

export const watchFlags = {
  events: Flags.string({description: 'append the journal as NDJSON to FILE, or to stdout with -', helpValue: 'FILE'}),
  'through-warm-window': Flags.boolean({description: 'stay until the old version is scaled down'}),
}

interface Where {
  readonly config: string
  readonly region?: string | undefined
  readonly sandbox?: string | undefined
}

export abstract class ReleaseCommand extends SluiceCommand {
  /** Configuration and a desk in its Region; everything that is wrong with the file comes first. */
  protected async openConfigured(
    flags: Where,
    state: 'make-state' | 'read-state',
  ): Promise<OpenDesk & {readonly config: ReleaseConfig}> {
    const loaded = inRegion(await loadConfig(flags.config), flags.region)
    const {region} = loaded.kind === 'config' ? loaded.config : loaded.settings
    const opened = await openDesk({region, sandbox: flags.sandbox, env: process.env}, state)
    return {...opened, config: await completeConfig(opened, loaded)}
  }

  /** A desk for a run that is already there: no configuration is needed, its journal holds it. */
  protected async openFor(flags: Where): Promise<OpenDesk> {
    return openDesk({region: await regionOf(flags), sandbox: flags.sandbox, env: process.env}, 'read-state')
  }

  /** The run's end as the command's outcome: screens, JSON and GitHub read the same view. */
  protected ended(ran: Pick<Ran, 'run' | 'events'> & {readonly end: RunEnd | null}, live: Live, now: number): Outcome {
    const view = releaseView(ran.events, {...live, run: ran.run}, now)
    tellGithub(view, process.env, (text) => void process.stderr.write(text))
    const color = wantsColor({isTTY: process.stdout.isTTY, env: process.env})
    const {exitCode, note} = ran.end === null ? {exitCode: view.exitCode, note: null} : left(ran.end, ran.run, view.exitCode)
    const text = releaseOutcomeText(view, {color, columns: process.stdout.columns ?? 80})
    return {
      outcome: view.state,
      exitCode,
      data: {...outcomeJson(view), ...(note !== null && {note})},
      text: note === null ? text : `${text}\n${note}`,
    }
  }
}

/** What it means for the exit code that this process stopped ticking. */
function left(end: RunEnd, run: string, ofRun: ExitCode): {readonly exitCode: ExitCode; readonly note: string | null} {
  switch (end.kind) {
    case 'ended':
      return {exitCode: ofRun, note: null}
    case 'paused':
      return {exitCode: ExitCode.stillRunning, note: null}
    case 'detached':
      return {
        exitCode: ExitCode.interrupted,
        note: `Nobody ticks ${run} now.\n  sluice release resume ${run}\n  sluice release abort ${run}`,
      }
    case 'lease-lost':
      return {exitCode: ExitCode.leaseHeld, note: `${end.to} has taken ${run} over.\n  sluice release watch ${run}`}
    case 'state-unreachable':
      return {
        exitCode: ExitCode.halted,
        note:
          `State can't be reached (${end.because}); nothing more was started and the dead-man's switch stays armed.\n  `
          + `sluice release resume ${run}`,
      }
  }
}

/** Region without a configuration: the flag, a sluice.yaml that happens to be here, the environment, the sandbox's first. */
async function regionOf(flags: Where): Promise<string> {
  if (flags.region !== undefined) return flags.region
  const name = sandboxName(flags.sandbox, process.env)
  if (name !== null) return (await readHandle(name, process.env)).regions[0] ?? 'eu-west-1'
  const loaded = await loadConfig(flags.config).catch((error: unknown) => {
    if (error instanceof SluiceError && error.code === 'config-missing') return null
    throw error
  })
  const settings = loaded?.kind === 'of-stack' ? loaded.settings : loaded?.config
  const region = settings?.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION']
  if (region !== undefined) return region
  throw new SluiceError({
    code: 'no-region',
    exitCode: ExitCode.usage,
    message: 'Which Region? There is no sluice.yaml here, and AWS_REGION is not set.',
    suggestions: ['add --region REGION'],
  })
}

/** Events that a run had when nobody watched, for one look. */
export const viewOf = (run: string, events: readonly Event[], now: number): ReturnType<typeof releaseView> =>
  releaseView(events, {run}, now)
