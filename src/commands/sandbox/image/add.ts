import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../../cli/command.ts'
import {SluiceCommand} from '../../../cli/command.ts'
import {checkSandboxName, readHandle, removeHandle} from '../../../config/sandbox-handle.ts'
import {ExitCode, SluiceError} from '../../../errors.ts'
import {askOrExplain, reachSandbox} from '../../../sandbox/reach.ts'

export default class SandboxImageAdd extends SluiceCommand {
  static override description = "Adds an image to the sandbox's registry and says, by environment, how its tasks behave."
  static override examples = [
    '<%= config.bin %> sandbox image add shop/api:1.9.1',
    '<%= config.bin %> sandbox image add shop/api:2.0.0 --env ERROR_RATE=0.05',
  ]
  static override args = {tag: Args.string({description: 'its name and tag', required: true, ignoreStdin: true})}
  static override flags = {
    name: Flags.string({description: 'which sandbox', default: 'default'}),
    env: Flags.string({description: 'a setting of the demo API; may be given often', multiple: true, helpValue: 'K=V'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(SandboxImageAdd)
    const name = checkSandboxName(flags.name)
    const env = Object.fromEntries((flags.env ?? []).map(setting))
    const handle = await reachSandbox(name, await readHandle(name, process.env), async () => {
      await removeHandle(name, process.env)
    })
    const answer = await askOrExplain<{readonly image: object}>(handle, 'POST', 'images', {tag: args.tag, env})
    return {
      outcome: 'added',
      exitCode: ExitCode.done,
      data: {name, ...answer},
      text: `${args.tag} is in the registry.\n  sluice release ${args.tag} --sandbox ${name}`,
    }
  }
}

function setting(given: string): readonly [string, string] {
  const equals = given.indexOf('=')
  if (equals > 0) return [given.slice(0, equals), given.slice(equals + 1)]
  throw new SluiceError({
    code: 'usage',
    exitCode: ExitCode.usage,
    message: `--env takes K=V; ${JSON.stringify(given)} has no name.`,
    suggestions: ['sluice sandbox image add TAG --env ERROR_RATE=0.05'],
  })
}
