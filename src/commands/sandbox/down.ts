import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {SluiceCommand} from '../../cli/command.ts'
import {checkSandboxName, findHandle, removeHandle} from '../../config/sandbox-handle.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {endSandbox, isUp} from '../../sandbox/remote.ts'

const GONE_WITHIN_MS = 15_000

export default class SandboxDown extends SluiceCommand {
  static override description = 'Ends a sandbox and everything it started. What was in it is gone. Fine when it is down already.'
  static override examples = ['<%= config.bin %> sandbox down', '<%= config.bin %> sandbox down --name second']
  static override flags = {name: Flags.string({description: 'which one', default: 'default'})}

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(SandboxDown)
    const name = checkSandboxName(flags.name)
    const handle = await findHandle(name, process.env)
    // A file whose endpoint is silent is all that is left of it: its process id may be somebody else's by now.
    const wasUp = handle !== null && (await isUp(handle.endpoint))
    if (wasUp && !(await endSandbox(handle.endpoint, handle.pid, GONE_WITHIN_MS))) {
      throw new SluiceError({
        code: 'sandbox-stays',
        exitCode: ExitCode.unexpected,
        message: `The sandbox ${name} was asked to end, but its process ${handle.pid} is still there.`,
        suggestions: [`kill ${handle.pid}`],
      })
    }
    await removeHandle(name, process.env)
    return {
      outcome: wasUp ? 'down' : 'already-down',
      exitCode: ExitCode.done,
      data: {name},
      text: wasUp ? `The sandbox ${name} is down.` : `The sandbox ${name} was not up.`,
    }
  }
}
