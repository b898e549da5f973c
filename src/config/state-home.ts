import {homedir} from 'node:os'
import {join} from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** Where everything of this machine's lies: `$XDG_STATE_HOME/sluice`. */
export function stateHome(env: Environment): string {
  const given = env['XDG_STATE_HOME']
  // The XDG specification has relative paths ignored.
  return join(given !== undefined && given.startsWith('/') ? given : join(env['HOME'] ?? homedir(), '.local', 'state'), 'sluice')
}
