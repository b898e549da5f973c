/** Asks the API its recovery probes by name and reads the answers. It decides nothing; an answer that isn't one is null. */
import type {RecoverySettings} from '../../config/recovery-config.ts'
import type {Heartbeat, ProbeAnswer} from './ports/api-port.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'

interface Asking {
  readonly settings: RecoverySettings
  readonly signal: AbortSignal
}

export async function readHeartbeat(world: RecoveryWorld, host: string, {settings, signal}: Asking): Promise<Heartbeat | null> {
  const answer = await world.api.ask({host, path: settings.probes.heartbeat}, signal)
  if (answer === null || answer.status !== 200) return null
  try {
    const said = JSON.parse(answer.body) as Partial<Heartbeat>
    return {region: said.region ?? '', writable: said.writable === true, drained: said.drained === true, last: said.last ?? null}
  } catch {
    return null
  }
}

/** True: one row was committed. */
export async function writeCommits(
  world: RecoveryWorld,
  host: string,
  {settings, signal}: Asking,
): Promise<{readonly committed: boolean; readonly answer: ProbeAnswer | null}> {
  const answer = await world.api.ask({host, path: settings.probes.write, method: 'POST'}, signal)
  return {committed: answer !== null && answer.status >= 200 && answer.status < 300, answer}
}

export const said = (answer: ProbeAnswer | null): string => (answer === null ? 'no answer' : `status ${answer.status}`)
